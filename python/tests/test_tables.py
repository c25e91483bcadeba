"""Tables through the installed command."""

import os
import warnings
from pathlib import Path

import pyarrow as pa
import pytest

import pcapstat

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"
CAPTURE = TESTDATA / "dns.pcap"


def test_a_table_is_typed():
    table = pcapstat.table(CAPTURE, "packets")
    assert table.num_rows > 0
    assert pa.types.is_timestamp(table.schema.field("time").type)
    assert table.schema.field("time").type.tz == "UTC"
    assert table.schema.field("packet").type == pa.uint64()
    assert table.column("packet").to_pylist() == list(range(1, table.num_rows + 1))


def test_tables_have_the_names_asked_for():
    tables = pcapstat.tables([CAPTURE], tables=["summary", "conversations", "dns"])
    assert list(tables) == ["summary", "conversations", "dns"]
    summary = tables["summary"].to_pylist()[0]
    assert summary["file"] == os.fspath(CAPTURE)
    assert summary["packets"] == pcapstat.table(CAPTURE, "packets").num_rows


def test_columns_are_those_of_the_schema():
    schema = pcapstat.schema().to_pylist()
    for name in {row["table"] for row in schema}:
        columns = [row["column"] for row in schema if row["table"] == name]
        assert pcapstat.table(CAPTURE, name).column_names == columns


def test_options_reach_the_command():
    everything = pcapstat.table(CAPTURE, "packets").num_rows
    few = pcapstat.table(CAPTURE, "packets", packets="2..3", file_as="name")
    assert few.num_rows == 2 < everything
    assert set(few.column("file").to_pylist()) == {"dns.pcap"}
    merged = pcapstat.table([CAPTURE, CAPTURE], merge=True, jobs=2)
    assert merged.column("packets").to_pylist() == [2 * everything]


def test_pandas_and_polars_read_them():
    table = pcapstat.table(CAPTURE, "conversations")
    assert len(table.to_pandas()) == table.num_rows
    polars = pytest.importorskip("polars")
    assert polars.from_arrow(table).height == table.num_rows


def test_a_damaged_input_is_a_row_and_a_warning(tmp_path):
    damaged = tmp_path / "cut.pcap"
    damaged.write_bytes(CAPTURE.read_bytes()[:-3])
    with pytest.warns(pcapstat.DamagedInput, match="cut short"):
        summary = pcapstat.table(damaged)
    assert summary.column("status").to_pylist() == ["cut_short"]
    with pytest.raises(pcapstat.PcapstatError) as raised:
        pcapstat.table(damaged, strict=True)
    assert raised.value.code == 4


def test_a_wrong_option_is_an_exception_with_code_and_message():
    with pytest.raises(pcapstat.PcapstatError, match="nosuch") as raised:
        pcapstat.table(CAPTURE, "nosuch")
    assert raised.value.code == 2
    with pytest.raises(ValueError):
        pcapstat.table(CAPTURE, format="csv")
    with pytest.raises(ValueError):
        pcapstat.table([])


def test_a_missing_input_is_a_row():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        summary = pcapstat.table("/nowhere/x.pcap")
    assert summary.column("status").to_pylist() == ["unreadable"]
    assert any(issubclass(warning.category, pcapstat.DamagedInput) for warning in seen)
