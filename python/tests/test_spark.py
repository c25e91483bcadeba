"""Tables by Spark are those of one machine, to the byte."""

import struct
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


def test_records_are_folded_on_executors_and_not_on_the_driver(session, long_capture, tmp_path):
    """The driver gets counts and folded buckets; no partial that it holds has a record."""
    inputs, tables = [str(TESTDATA), str(long_capture)], ["streams", "dns", "tls", "http", "flows"]
    files = pcapstat_spark._partials(session, tmp_path, inputs, tables, "100k", {})
    folded = [file for file in files if file.suffix == ".folded"]
    assert len(folded) > 10 and len({file.name for file in folded}) == len(folded)
    counts = [str(file) for file in files if file.suffix == ".counts"]
    command = [pcapstat.find_command(), "shard", "finish", "-o", str(tmp_path / "none"), *counts]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2 and "its records were dealt" in run.stderr


def test_an_order_of_several_rows_is_that_of_one(session, long_capture, tmp_path, monkeypatch):
    monkeypatch.setattr(pcapstat_spark, "_ORDER_BYTES", 1000)
    tables = ["streams", "flows"]
    assert pcapstat_spark.write(session, long_capture, tmp_path / "many", tables, shard_bytes="100k") == 0
    command = [pcapstat.find_command(), "-q", "-t", ",".join(tables), "-o", str(tmp_path / "one"), str(long_capture)]
    subprocess.run(command, check=True)
    for name in tables:
        many, one = ((tmp_path / folder / f"{name}.csv").read_bytes() for folder in ("many", "one"))
        assert many == one, name


def test_shards_that_are_mapped_again_are_folded_once(session, tmp_path, monkeypatch):
    """A capture inside a capture's packets is a wrong guess: its first records must not be folded."""
    inner = (TESTDATA / "http.pcap").read_bytes()
    record = struct.pack("<IIII", 1700000000, 0, len(inner), len(inner)) + inner
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    capture = tmp_path / "nested.pcap"
    capture.write_bytes(header + record * 60 + inner[24:])
    rounds = []
    once = pcapstat_spark._mapped

    def mapped(spark, lines, number):
        rounds.append(number)
        return once(spark, lines, number)

    monkeypatch.setattr(pcapstat_spark, "_mapped", mapped)
    tables = ["summary", "streams", "flows", "protocols"]
    assert pcapstat_spark.write(session, capture, tmp_path / "many", tables, shard_bytes="60k") == 0
    assert len(rounds) > 1, "no guess was wrong"
    command = [pcapstat.find_command(), "-q", "-t", ",".join(tables), "-o", str(tmp_path / "one"), str(capture)]
    subprocess.run(command, check=True)
    for name in tables:
        many, one = ((tmp_path / folder / f"{name}.csv").read_bytes() for folder in ("many", "one"))
        assert many == one, name


def test_objects_of_a_store_are_mapped_by_ranges(session, long_capture, tmp_path):
    url = f"file://{long_capture}"
    assert pcapstat_spark.write(session, url, tmp_path / "many", ["conversations"], shard_bytes="100k") == 0
    command = [pcapstat.find_command(), "-q", "-f", "csv", "-t", "conversations", str(long_capture)]
    one = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert (tmp_path / "many" / "conversations.csv").read_text() == one.replace(str(long_capture), url)


def test_a_damaged_input_is_a_row(session, tmp_path):
    damaged = tmp_path / "cut.pcap"
    damaged.write_bytes((TESTDATA / "dns.pcap").read_bytes()[:-3])
    assert pcapstat_spark.write(session, damaged, tmp_path / "many") == 4
    assert ",cut_short," in (tmp_path / "many" / "summary.csv").read_text()


def test_a_refused_shard_is_an_exception_without_further_attempts(session):
    """Its task succeeds and returns the refusal, so that Spark does not repeat it."""
    mapped = pcapstat_spark._mapped(session, {0: '{"inputs": [{"path": "x.pcap"}]}'}, 0)
    with pytest.raises(pcapstat.PcapstatError) as raised:
        pcapstat_spark._accepted(mapped)
    assert raised.value.code == 2
    tracker = session.sparkContext.statusTracker()
    stages = [stage for job in tracker.getJobIdsForGroup() for stage in tracker.getJobInfo(job).stageIds]
    infos = [info for info in map(tracker.getStageInfo, stages) if info]
    assert infos and not any(info.numFailedTasks for info in infos)


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
