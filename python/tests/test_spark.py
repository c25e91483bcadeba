"""Tables by Spark are those of one machine, to the byte."""

import subprocess
from pathlib import Path

import pytest

import pcapstat

pytest.importorskip("pyspark")
from pcapstat import spark as pcapstat_spark  # noqa: E402

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"
TABLES = ["summary", "protocols", "conversations", "endpoints", "streams", "dns", "flows", "health"]


@pytest.fixture(scope="module")
def session():
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("pcapstat-tests")
    session = builder.config("spark.ui.enabled", "false").getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def long_capture(tmp_path):
    """A capture of one megabyte, to be cut into shards."""
    bytes = (TESTDATA / "http.pcap").read_bytes()
    path = tmp_path / "long.pcap"
    path.write_bytes(bytes[:24] + bytes[24:] * 100)
    return path


def test_files_are_those_of_one_machine(session, long_capture, tmp_path):
    inputs = [str(TESTDATA), str(long_capture)]
    code = pcapstat_spark.write(session, inputs, tmp_path / "many", TABLES, shard_bytes="100k")
    one = tmp_path / "one"
    command = [pcapstat.find_command(), "-q", "-j", "1", "-t", ",".join(TABLES), "-o", str(one), *inputs]
    assert subprocess.run(command).returncode == code
    for name in TABLES:
        assert (tmp_path / "many" / f"{name}.csv").read_bytes() == (one / f"{name}.csv").read_bytes(), name


def test_data_frames_have_the_rows(session, long_capture):
    frames = pcapstat_spark.tables(session, long_capture, ["summary", "conversations"], shard_bytes="100k")
    table = pcapstat.table(long_capture, "conversations")
    assert frames["conversations"].count() == table.num_rows
    assert frames["summary"].first().packets == 4400
    assert frames["summary"].columns == pcapstat.table(long_capture).column_names


def test_a_refusal_is_an_exception_with_its_code(session):
    with pytest.raises(pcapstat.PcapstatError) as raised:
        pcapstat_spark.tables(session, TESTDATA, ["nosuch"])
    assert raised.value.code == 2
