#!/usr/bin/env python3
"""Loads every table of captures with DuckDB, pandas and polars, from CSV and from Parquet.

    check.py PROGRAM DIRECTORY...

The captures of each directory are read on their own. Types are compared with `--schema`, column by
column; values of CSV with those of Parquet; conversations with the packets that they count.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas
import polars

# Types by the names of `--schema`. DuckDB guesses those of CSV from the values.
DUCKDB_CSV = {
    "text": {"VARCHAR"},
    "integer": {"BIGINT", "UBIGINT", "HUGEINT"},
    "signed": {"BIGINT"},
    "boolean": {"BOOLEAN"},
    "time": {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS"},
    "decimal": {"DOUBLE"},
}
DUCKDB_PARQUET = {
    "text": {"VARCHAR"},
    "integer": {"UBIGINT"},
    "signed": {"BIGINT"},
    "boolean": {"BOOLEAN"},
    "time": {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"},
    "decimal": {"DOUBLE"},
}
POLARS_PARQUET = {
    "text": polars.String,
    "integer": polars.UInt64,
    "signed": polars.Int64,
    "boolean": polars.Boolean,
    "time": polars.Datetime("ns", "UTC"),
    "decimal": polars.Float64,
}
# Columns of text whose values are numbers in most captures: CSV cannot tell.
LIKE_NUMBERS = {"vlan", "key", "value", "name", "file", "identifier"}

# An aggregation of `packets` that `conversations` must equal. Tunnels count in several layers, so
# only packets with one IP layer are compared.
JOIN = """
WITH talk AS (
    SELECT file, least(src_ip || ' ' || src_port, dst_ip || ' ' || dst_port) AS one,
        greatest(src_ip || ' ' || src_port, dst_ip || ' ' || dst_port) AS two,
        CASE WHEN protocols SIMILAR TO '.*:tcp(:.*)?' THEN 'tcp' ELSE 'udp' END AS layer,
        count(*) AS packets
    FROM packets
    WHERE src_port IS NOT NULL AND protocols NOT LIKE '%ip%:%ip%:%' AND protocols NOT LIKE '%sctp%'
        AND src_ip || ' ' || src_port != dst_ip || ' ' || dst_port
    GROUP BY ALL
)
SELECT count(*) AS talks, count(conversations.packets) AS found,
    count(*) FILTER (conversations.packets < talk.packets) AS fewer
FROM talk LEFT JOIN conversations ON conversations.file = talk.file AND conversations.layer = talk.layer
    AND least(address_a || ' ' || port_a, address_b || ' ' || port_b) = one
    AND greatest(address_a || ' ' || port_a, address_b || ' ' || port_b) = two
"""


def run(program: str, *arguments: str) -> str:
    """Standard output of a run; damaged and unreadable captures are no failure here."""
    done = subprocess.run([program, "-q", *arguments], capture_output=True, text=True)
    if done.returncode not in (0, 3, 4):
        sys.exit(f"{program} {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def types_of(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}


class Check:
    def __init__(self) -> None:
        self.tables = 0
        self.faults: list[str] = []

    def fault(self, text: str) -> None:
        self.faults.append(text)
        print(text)

    def table(self, folder: str, name: str, columns: dict[str, str], csv: Path, parquet: Path) -> None:
        self.tables += 1
        connection = duckdb.connect()
        where = f"{folder}: {name}"
        found = types_of(connection, csv)
        if list(found) != list(columns):
            self.fault(f"{where}: DuckDB reads the columns {list(found)} from CSV")
            return
        for column, kind in columns.items():
            empty = not connection.execute(f"SELECT count(\"{column}\") FROM '{csv}'").fetchone()[0]
            if found[column] not in DUCKDB_CSV[kind] and not empty and not (kind == "text" and column in LIKE_NUMBERS):
                self.fault(f"{where}.{column}: {kind} is {found[column]} in DuckDB from CSV")
        for column, kind in types_of(connection, parquet).items():
            if kind not in DUCKDB_PARQUET[columns[column]]:
                self.fault(f"{where}.{column}: {columns[column]} is {kind} in DuckDB from Parquet")
        rows = connection.execute(f"SELECT count(*) FROM '{csv}'").fetchone()[0]
        for column in [column for column, kind in columns.items() if kind == "integer"]:
            sums = [
                connection.execute(f"SELECT sum(\"{column}\"::HUGEINT) FROM '{path}'").fetchone()[0]
                for path in (csv, parquet)
            ]
            if sums[0] != sums[1]:
                self.fault(f"{where}.{column}: sums {sums[0]} in CSV and {sums[1]} in Parquet")
        for column in [column for column, kind in columns.items() if kind == "text"]:
            texts = [
                connection.execute(f"SELECT count(DISTINCT \"{column}\"::VARCHAR) FROM '{path}'").fetchone()[0]
                for path in (csv, parquet)
            ]
            if texts[0] != texts[1] and column not in LIKE_NUMBERS:
                self.fault(f"{where}.{column}: {texts[0]} texts in CSV and {texts[1]} in Parquet")
        # The documented lines of docs/formats.md.
        from_pandas = pandas.read_csv(csv, dtype_backend="numpy_nullable", low_memory=False)
        from_polars = polars.read_csv(csv, infer_schema_length=None, try_parse_dates=True)
        lengths = {len(from_pandas), from_polars.height, len(pandas.read_parquet(parquet)), rows}
        if len(lengths) != 1:
            self.fault(f"{where}: numbers of rows differ: {lengths}")
        typed = polars.read_parquet(parquet)
        for column, kind in columns.items():
            if typed.schema[column] != POLARS_PARQUET[kind]:
                self.fault(f"{where}.{column}: {kind} is {typed.schema[column]} in polars from Parquet")

    def join(self, folder: str, directory: Path, extension: str) -> None:
        connection = duckdb.connect()
        for name in ("packets", "conversations"):
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{directory}/{name}.{extension}'")
        talks, found, fewer = connection.execute(JOIN).fetchone()
        if found != talks or fewer:
            self.fault(f"{folder}: {talks} conversations in packets, {found} joined, {fewer} with fewer packets ({extension})")


def main() -> int:
    program, directories = sys.argv[1], [Path(path) for path in sys.argv[2:]]
    schema: dict[str, dict[str, str]] = {}
    for row in json.loads(run(program, "--schema", "-f", "json"))["schema"]:
        schema.setdefault(row["table"], {})[row["column"]] = row["type"]
    check = Check()
    for directory in directories:
        with tempfile.TemporaryDirectory() as out:
            names = ",".join(schema)
            for extension in ("csv", "parquet"):
                run(program, "-t", names, "-f", extension, "-o", out, "--file-as", "path", str(directory))
            for name, columns in schema.items():
                if name != "ranges":
                    paths = (Path(out) / f"{name}.{extension}" for extension in ("csv", "parquet"))
                    check.table(directory.name, name, columns, *paths)
            for extension in ("csv", "parquet"):
                check.join(directory.name, Path(out), extension)
    print(f"{check.tables} tables of {len(directories)} directories, {len(check.faults)} faults")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
