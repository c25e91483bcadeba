"""The scripts of examples/cluster give the files of one machine, to the byte."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import pcapstat

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = ROOT / "examples" / "cluster"
SCRIPTS = sorted(CLUSTER.glob("*.sh"))

# Runs a job at once, the tasks of an array backwards, as a cluster may.
SBATCH = """#!/usr/bin/env bash
set -euo pipefail
last=
while [ $# -gt 0 ]; do
  case $1 in
    --array) range=${2%%%*}; last=${range#0-}; shift ;;
    --wrap) command=$2; shift ;;
    --dependency) [ "$2" = afterok:7 ]; shift ;;
  esac
  shift
done
if [ -z "$last" ]; then sh -c "$command" >&2; exit; fi
for ((task = last; task >= 0; task--)); do SLURM_ARRAY_TASK_ID=$task sh -c "$command" >&2; done
echo 7
"""


@pytest.fixture
def programs(tmp_path):
    """A directory of programs, first on the path."""
    directory = tmp_path / "bin"
    directory.mkdir()
    (directory / "pcapstat").symlink_to(os.path.abspath(pcapstat.find_command()))
    return directory


@pytest.fixture
def capture(tmp_path):
    bytes = (ROOT / "testdata" / "http.pcap").read_bytes()
    path = tmp_path / "a long.pcap"
    path.write_bytes(bytes[:24] + bytes[24:] * 100)
    return path


def run(programs, *command):
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_as_one(programs, capture, found, tmp_path):
    run(programs, "pcapstat", "-q", "-j", "1", "-t", "all", "-o", tmp_path / "one", capture)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in found.iterdir())
    for name in names:
        assert (found / name).read_bytes() == (tmp_path / "one" / name).read_bytes(), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound(script):
    subprocess.run(["bash", "-n", script], check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", script], check=True)


@pytest.mark.skipif(not shutil.which("parallel"), reason="skipped: GNU parallel, which is not installed")
def test_gnu_parallel(programs, capture, tmp_path):
    work = tmp_path / "a night"
    run(programs, CLUSTER / "parallel.sh", work, "-t", "all", "--shard-bytes", "100k", capture)
    assert len(list(work.glob("line.*.part"))) > 5
    assert_as_one(programs, capture, work / "tables", tmp_path)


def test_slurm(programs, capture, tmp_path):
    (programs / "sbatch").write_text(SBATCH)
    (programs / "sbatch").chmod(0o755)
    work = tmp_path / "a night"
    run(programs, CLUSTER / "slurm.sh", work, "-t", "all", "--shard-bytes", "100k", capture)
    assert_as_one(programs, capture, work / "tables", tmp_path)


def test_kubernetes(programs, capture, tmp_path):
    yaml = pytest.importorskip("yaml", reason="skipped: Kubernetes, which needs PyYAML")
    job = yaml.safe_load((CLUSTER / "kubernetes.yaml").read_text())
    assert (job["apiVersion"], job["kind"], job["spec"]["completionMode"]) == ("batch/v1", "Job", "Indexed")
    spec = job["spec"]["template"]["spec"]
    # An index may fail on its own only without restarts in place.
    assert spec["restartPolicy"] == "Never" and job["spec"]["backoffLimitPerIndex"] > 0
    [container] = spec["containers"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in spec["volumes"]}
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "cluster").symlink_to(CLUSTER)
    shards = run(programs, CLUSTER / "plan.sh", shared / "night", "-t", "all", "--shard-bytes", "100k", capture)
    command = [word.replace("/shared/", f"{shared}/") for word in container["command"]]
    for index in range(int(shards)):
        run(programs, "env", f"JOB_COMPLETION_INDEX={index}", *command)
    run(programs, CLUSTER / "finish.sh", shared / "night", "-o", shared / "night" / "tables")
    assert_as_one(programs, capture, shared / "night" / "tables", tmp_path)


def test_the_commands_of_the_readme(programs, capture, tmp_path):
    section = (ROOT / "README.md").read_text().split("## More than one machine")[1]
    commands = section.split("```sh\n")[1].split("```")[0]
    captures = tmp_path / "captures"
    captures.mkdir()
    capture.rename(captures / "long.pcap")
    shutil.copy(ROOT / "testdata" / "dns.pcap", captures)
    run(programs, "sh", "-ec", f"cd '{tmp_path}'\n{commands}")
    run(programs, "sh", "-ec", f"cd '{tmp_path}'\npcapstat -q -j 1 -t all -o one captures/")
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "stats" / path.name).read_bytes() == path.read_bytes(), path.name
