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
    with pytest.raises(pcapstat.PcapstatError) as raised:
        pcapstat_spark._mapped(session, {0: '{"inputs": [{"path": "x.pcap"}]}'})
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
