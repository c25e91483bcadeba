#!/usr/bin/env bash
# Loads the tables of captures with DuckDB, pandas and polars: tests/data/run.sh [PROGRAM].
# Needs PyPI for a virtual environment, and a program with the feature columnar, which is built if
# none is given. Captures are those of testdata and, if present, those beside the project.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:-}
if [ -z "$program" ]; then
  cargo build --release --locked --features columnar
  program=target/release/pcapstat
fi
venv=target/data
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! "$venv/bin/pip" install --quiet --disable-pip-version-check duckdb pandas polars pyarrow pytz; then
  echo 'skipped: DuckDB, pandas and polars, which need PyPI'
  exit 0
fi
directories=(testdata)
if [ -d ../shared/captures ]; then
  mapfile -t -O 1 directories < <(find ../shared/captures -mindepth 1 -maxdepth 1 -type d | sort)
else
  echo 'skipped: captures beside the project'
fi
"$venv/bin/python" tests/data/check.py "$program" "${directories[@]}"
