#!/usr/bin/env bash
# Tests the Python package: python/tests/run.sh [PROGRAM]. Needs PyPI for a virtual environment.
# With a program, which must have the feature columnar, the package is tested from its sources.
# Otherwise it is built and installed as `pip install .` does, which needs a Rust toolchain.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:-}
venv=target/python
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
packages=(pyarrow pandas polars pytest)
if command -v java >/dev/null; then
  packages+=('pyspark[connect]>=4')
else
  echo 'skipped: Spark, which needs Java 17'
fi
if ! "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"; then
  echo 'skipped: the Python package, which needs PyPI'
  exit 0
fi
if ! "$venv/bin/pip" install --quiet --disable-pip-version-check 'moto[server]' boto3 fsspec pyyaml; then
  echo 'skipped: the S3-compatible server and the Kubernetes Job, which need packages from PyPI'
fi
command -v parallel >/dev/null || apt-get install -y -q parallel >/dev/null 2>&1 || echo 'skipped: GNU parallel'
if [ -n "$program" ]; then
  PCAPSTAT=$(realpath "$program")
  export PCAPSTAT PYTHONPATH=$PWD/python
else
  "$venv/bin/pip" install --quiet --disable-pip-version-check .
fi
# Executors run the interpreter of this environment.
PYSPARK_PYTHON=$(realpath -s "$venv/bin/python")
export PYSPARK_PYTHON
"$venv/bin/python" -m pytest -q python/tests
