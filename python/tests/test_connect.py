"""Spark Connect: the driver has no JVM of its own, and the tables are those of one machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import pcapstat

pytest.importorskip("pyspark")
pytest.importorskip("grpc", reason="skipped: Spark Connect, which needs pyspark[connect]")

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"

# A process of its own: one process has a classic session or a remote one.
DRIVER = """
import sys
from pyspark.sql import SparkSession
from pcapstat import spark as pcapstat_spark

session = SparkSession.builder.remote("local[2]").getOrCreate()
assert "connect" in type(session).__module__
code = pcapstat_spark.write(session, sys.argv[2:], sys.argv[1], ["summary", "streams"], shard_bytes="100k")
session.stop()
sys.exit(code)
"""


def test_files_are_those_of_one_machine(tmp_path):
    bytes = (TESTDATA / "http.pcap").read_bytes()
    (tmp_path / "long.pcap").write_bytes(bytes[:24] + bytes[24:] * 100)
    inputs = [str(tmp_path / "long.pcap"), str(TESTDATA / "dns.pcap")]
    environment = {name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"}
    driver = [sys.executable, "-c", DRIVER, str(tmp_path / "many"), *inputs]
    run = subprocess.run(driver, capture_output=True, text=True, env=environment, timeout=300)
    assert run.returncode == 0, run.stderr[-2000:]
    command = [pcapstat.find_command(), "-q", "-j", "1", "-t", "summary,streams", "-o", str(tmp_path / "one"), *inputs]
    subprocess.run(command, check=True)
    for name in ("summary.csv", "streams.csv"):
        assert (tmp_path / "many" / name).read_bytes() == (tmp_path / "one" / name).read_bytes(), name
