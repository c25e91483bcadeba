"""A standalone cluster on loopback that loses a worker and its executor while a shard is mapped."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pcapstat

pyspark = pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("needs Java 17", allow_module_level=True)

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"
TABLES = "summary,conversations,streams"
WORKERS = 3

# A command that stops at the first shard that it maps, until the file `released` is there.
HOLDING = """#!/bin/sh
if [ "$1 $2" = "shard map" ] && mkdir "{state}/held" 2>/dev/null; then
  echo "$PPID" > "{state}/pid"
  while [ ! -e "{state}/released" ]; do sleep 0.1; done
fi
exec "{command}" "$@"
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(condition, what: str, seconds: float = 180):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def ancestors(pid: int) -> list[int]:
    """A process and those above it, up to the first."""
    found = []
    while pid > 1:
        found.append(pid)
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    return found


@pytest.fixture
def cluster(tmp_path):
    """URL of a master with workers, and the processes of the workers."""
    home = Path(pyspark.__file__).parent
    port = free_port()
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}

    def start(name: str, *arguments: str) -> subprocess.Popen:
        command = [str(home / "bin" / "spark-class"), *arguments]
        with open(tmp_path / f"{name}.log", "wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    url = f"spark://127.0.0.1:{port}"
    master = "org.apache.spark.deploy.master.Master"
    processes = [start("master", master, "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port()))]
    log = tmp_path / "master.log"
    wait_for(lambda: b"Starting Spark master" in log.read_bytes(), "no master")
    worker = "org.apache.spark.deploy.worker.Worker"
    for number in range(WORKERS):
        options = ["-c", "1", "-m", "600m", "--host", "127.0.0.1", "--webui-port", str(free_port())]
        processes.append(start(f"worker{number}", worker, *options, "-d", str(tmp_path / f"w{number}"), url))
    wait_for(lambda: log.read_bytes().count(b"Registering worker") == WORKERS, "no workers")
    yield url, processes[1:]
    for process in processes:
        process.kill()


def test_a_lost_worker_changes_no_byte(cluster, tmp_path):
    url, workers = cluster
    bytes = (TESTDATA / "http.pcap").read_bytes()
    capture = tmp_path / "long.pcap"
    capture.write_bytes(bytes[:24] + bytes[24:] * 100)
    command = Path(pcapstat.find_command()).resolve()
    holding = tmp_path / "pcapstat"
    holding.write_text(HOLDING.format(state=tmp_path, command=command))
    holding.chmod(0o755)
    events = tmp_path / "events"
    events.mkdir()
    configuration = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.executor.memory": "512m",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executorEnv.PCAPSTAT": str(holding),
        "spark.executorEnv.PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    submit = " ".join(f"--conf {key}={value}" for key, value in configuration.items() if value)
    environment = {
        **os.environ,
        "PYSPARK_SUBMIT_ARGS": f"{submit} pyspark-shell",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    driver = [sys.executable, "-m", "pcapstat.spark", str(capture), "--master", url, "-t", TABLES]
    options = ["--shard-bytes", "50k", "-o", str(tmp_path / "many")]
    with open(tmp_path / "driver.log", "wb") as log:
        run = subprocess.Popen([*driver, *options], env=environment, stdout=log, stderr=log)
    try:
        wait_for((tmp_path / "pid").exists, "no shard was mapped: " + str(tmp_path))
        time.sleep(1)
        above = ancestors(int((tmp_path / "pid").read_text()))
        lost = [worker for worker in workers if worker.pid in above]
        assert len(lost) == 1, "the shard is held by one worker"
        for pid in above[: above.index(lost[0].pid) + 1]:
            os.kill(pid, signal.SIGKILL)
        (tmp_path / "released").touch()
        assert run.wait(timeout=300) == 0, (tmp_path / "driver.log").read_text()[-2000:]
    finally:
        run.kill()
    one = tmp_path / "one"
    subprocess.run([str(command), "-q", "-j", "1", "-t", TABLES, "-o", str(one), str(capture)], check=True)
    for name in TABLES.split(","):
        assert (tmp_path / "many" / f"{name}.csv").read_bytes() == (one / f"{name}.csv").read_bytes(), name
    # Without a second attempt the test would prove nothing.
    log_files = [path for path in events.rglob("*") if path.is_file()]
    lines = [line for path in log_files for line in path.read_text("utf-8", "replace").splitlines() if line.startswith("{")]
    ends = [event for event in map(json.loads, lines) if event.get("Event") == "SparkListenerTaskEnd"]
    assert any(event["Task End Reason"]["Reason"] != "Success" for event in ends)
    assert any(event["Task Info"]["Attempt"] > 0 for event in ends)
