"""Tables of captures by Apache Spark: shards are mapped on its executors and joined on the driver.

Records of the tables that depend on the order of packets are shuffled: each bucket of pairs of
addresses is folded on one executor, and the driver joins the results.

    from pcapstat import spark as pcapstat_spark

    tables = pcapstat_spark.tables(spark, ["/data/captures"], tables=["summary", "conversations"])
    tables["conversations"].orderBy("wire_bytes", ascending=False).show()

Paths must be the same on the driver and on every executor (a shared file system), or URLs of an
object store (``s3://``, ``gs://``, ``hdfs://``, ``abfs://``). The tables are those of one machine,
to the byte: ``python -m pcapstat.spark INPUT... -o DIR`` writes them as files.

Only the DataFrame API is used, so Spark Connect works. Tasks return bytes and write nothing, so a
task may run any number of times. A damaged capture is a row of its tables. A shard that the command
refuses is an exception of the driver, at once: Spark would try it again in vain.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from ._command import _DAMAGED, PathLike, PcapstatError, _arguments, _lines, _paths, _read, find_command
from ._stores import Stores, map_shard

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

#: Exit code of a step: shards began at a wrong guess and must be mapped again.
_MAP_AGAIN = 5

#: What a shard becomes: its counts, with the bucket -1, and the records of each bucket.
_MAPPED = "shard long, round int, bucket int, data binary, records boolean, code int, message string"
_MAPPED_ARROW = pa.schema(
    [
        ("shard", pa.int64()),
        ("round", pa.int32()),
        ("bucket", pa.int32()),
        ("data", pa.binary()),
        ("records", pa.bool_()),
        ("code", pa.int32()),
        ("message", pa.string()),
    ]
)

#: Buckets to which ``shard deal`` deals.
_BUCKETS = 64

#: Bytes of a row of the order, compressed: Spark Connect takes no longer messages than 128 MiB.
_ORDER_BYTES = 8 << 20

#: The round of rows that are no records but a part of the order.
_OF_ORDER = -1

#: What the records of a bucket become.
_FOLDED = "bucket int, data binary, code int, message string"
_FOLDED_ARROW = pa.schema(
    [("bucket", pa.int32()), ("data", pa.binary()), ("code", pa.int32()), ("message", pa.string())]
)


def tables(
    spark: SparkSession,
    inputs: PathLike | Iterable[PathLike],
    tables: Sequence[str] = ("summary",),
    *,
    shard_bytes: str | None = None,
    **options: object,
) -> dict[str, DataFrame]:
    """Several tables of captures by name, as DataFrames.

    Args:
        spark: the session, local, classic or Connect.
        inputs: capture files and directories, by the paths that executors know, or their URLs.
        tables: names of tables; ``packets``, ``segments`` and ``ranges`` are not among them.
        shard_bytes: length above which a capture is cut, e.g. ``"256M"``.
        **options: long options of ``pcapstat shard plan``, e.g. ``filter="tcp"``.

    Unsigned integers become signed ones, and times lose their nanoseconds: Spark has neither.

    Raises:
        PcapstatError: if a step fails.
    """
    with tempfile.TemporaryDirectory(prefix="pcapstat-") as directory:
        parts = _partials(spark, Path(directory), _paths(inputs), tables, shard_bytes, options)
        command = [find_command(), "-q", "-f", "arrow", *map(str, parts), "-t"]
        return {name: spark.createDataFrame(_for_spark(_read([*command, name], False))) for name in tables}


def write(
    spark: SparkSession,
    inputs: PathLike | Iterable[PathLike],
    directory: PathLike,
    tables: Sequence[str] = ("summary",),
    *,
    format: str = "csv",
    shard_bytes: str | None = None,
    **options: object,
) -> int:
    """Writes the tables that one machine writes with ``-o``. Returns the exit code of that run.

    Raises:
        PcapstatError: if a step fails.
    """
    with tempfile.TemporaryDirectory(prefix="pcapstat-") as partials:
        parts = _partials(spark, Path(partials), _paths(inputs), tables, shard_bytes, options)
        out = Path(str(directory))
        command = [find_command(), "shard", "finish", "-q", "-f", format, "-o", str(out), *map(str, parts)]
        run = subprocess.run(command, capture_output=True)
        if run.returncode != 0 and run.returncode not in _DAMAGED:
            raise PcapstatError(run.returncode, _lines(run.stderr))
        return run.returncode


def _partials(
    spark: SparkSession,
    directory: Path,
    inputs: list[str],
    tables: Sequence[str],
    shard_bytes: str | None,
    options: dict[str, object],
) -> list[Path]:
    """Counts of all shards, and their records folded bucket by bucket: the files of a run."""
    size = [] if shard_bytes is None else ["--shard-bytes", shard_bytes]
    stores = Stores(directory / "stores")
    files = stores.stand_in(inputs)
    command = [find_command(), "shard", "plan", "-t", ",".join(tables), *size, *_arguments(options), "--", *files]
    lines = stores.planned(_lines(_run(command, {0}).stdout))
    counts = [directory / f"{number:08}.counts" for number in range(len(lines))]
    waiting, rounds, taken, has_records = dict(enumerate(lines)), [], {}, False
    try:
        while waiting:
            mapped = _mapped(spark, waiting, len(rounds))
            rounds.append(mapped)
            for row in _accepted(mapped.where("bucket < 0")):
                counts[row.shard].write_bytes(row.data)
                taken[row.shard] = row.round
                has_records |= row.records
            merged = _run([find_command(), "shard", "merge", *map(str, counts)], {0, _MAP_AGAIN})
            again = _lines(merged.stdout) if merged.returncode == _MAP_AGAIN else []
            # Shards that began at a wrong guess are mapped again.
            waiting = {int(json.loads(line)["shard"]): line for line in again}
        folded = _folded(spark, rounds, taken, counts) if has_records else []
    finally:
        for mapped in rounds:
            mapped.unpersist()
    files = []
    for bucket, state in folded:
        files.append(directory / f"{bucket:02}.folded")
        files[-1].write_bytes(state)
    return [*counts, *files]


def _mapped(spark: SparkSession, lines: dict[int, str], number: int) -> DataFrame:
    """Rows of shards: their counts (bucket -1), and the records of each bucket."""
    rows = [(shard, number, line) for shard, line in lines.items()]
    frame = spark.createDataFrame(rows, "shard long, round int, line string").repartition(len(rows))
    # The counts are needed before the records: without it each shard would be mapped twice.
    return frame.mapInArrow(_map, _MAPPED).persist()


def _accepted(frame: DataFrame) -> list[Row]:
    """The rows, unless the command refused one."""
    rows = frame.collect()
    for row in rows:
        if row.code != 0:
            raise PcapstatError(row.code, [row.message])
    return rows


def _map(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Runs on executors: maps the shard of each row and deals its records."""
    for batch in batches:
        for given in batch.to_pylist():
            code, partial, messages = map_shard(given["line"])
            dealt: list[tuple[int, bytes | None]] = [(-1, None)]
            if code == 0:
                code, dealt, messages = _deal(partial)
            for bucket, data in dealt:
                row = {"shard": given["shard"], "round": given["round"], "bucket": bucket, "data": data}
                row |= {"records": len(dealt) > 1, "code": code, "message": "; ".join(messages)}
                # A row is a batch: together they may be more bytes than an Arrow array holds.
                yield pa.RecordBatch.from_pylist([row], _MAPPED_ARROW)


def _deal(partial: bytes) -> tuple[int, list[tuple[int, bytes | None]], list[str]]:
    """Exit code, counts (bucket -1) and records by bucket, messages."""
    with tempfile.TemporaryDirectory(prefix="pcapstat-") as name:
        directory = Path(name)
        (directory / "part").write_bytes(partial)
        command = [find_command(), "shard", "deal", "--buckets", str(directory / "buckets"), str(directory / "part")]
        run = subprocess.run(command, capture_output=True)
        if run.returncode != 0:
            return run.returncode, [(-1, None)], _lines(run.stderr)
        buckets = sorted((directory / "buckets").iterdir())
        return 0, [(-1, run.stdout), *((int(path.stem), path.read_bytes()) for path in buckets)], []


def _folded(
    spark: SparkSession, rounds: list[DataFrame], taken: dict[int, int], counts: list[Path]
) -> list[tuple[int, bytes]]:
    """The state of each bucket: its records are shuffled to one executor and applied in their order."""
    mapped = _order(spark, counts)
    for later in rounds:
        mapped = mapped.union(later.where("bucket >= 0").select(*mapped.columns))

    def fold(records: pa.Table) -> pa.Table:
        """Runs on executors: sorts the records of a bucket by shard; packets are in order in each."""
        all_rows = sorted(records.to_pylist(), key=lambda row: row["shard"])
        order = [row["data"] for row in all_rows if row["round"] == _OF_ORDER]
        rows = [row for row in all_rows if row["round"] == taken.get(row["shard"])]
        bucket = records.column("bucket")[0].as_py()
        if not rows:
            return pa.Table.from_pylist([], _FOLDED_ARROW)
        with tempfile.TemporaryDirectory(prefix="pcapstat-") as name:
            directory = Path(name)
            (directory / "order").write_bytes(zlib.decompress(b"".join(order)))
            files = [directory / str(row["shard"]) for row in rows]
            for file, row in zip(files, rows):
                file.write_bytes(row["data"])
            command = [find_command(), "shard", "fold", str(directory / "order"), *map(str, files)]
            run = subprocess.run(command, capture_output=True)
        message = "; ".join(_lines(run.stderr))
        state = run.stdout if run.returncode == 0 else None
        return pa.Table.from_pylist(
            [{"bucket": bucket, "data": state, "code": run.returncode, "message": message}], _FOLDED_ARROW
        )

    folded = mapped.groupBy("bucket").applyInArrow(fold, _FOLDED)
    return [(row.bucket, bytes(row.data)) for row in _accepted(folded)]


def _order(spark: SparkSession, counts: list[Path]) -> DataFrame:
    """The order of all records, for each bucket: rows beside the records, not in the closure of each task."""
    order = zlib.compress(_run([find_command(), "shard", "order", *map(str, counts)], {0}).stdout)
    starts = range(0, len(order), _ORDER_BYTES)
    rows = [(place, _OF_ORDER, order[start : start + _ORDER_BYTES]) for place, start in enumerate(starts)]
    parts = spark.createDataFrame(rows, "shard long, round int, data binary")
    buckets = spark.range(_BUCKETS).selectExpr("cast(id as int) as bucket")
    return parts.crossJoin(buckets.hint("broadcast"))


def _run(command: Sequence[str], codes: set[int]) -> subprocess.CompletedProcess[bytes]:
    run = subprocess.run(command, capture_output=True)
    if run.returncode not in codes:
        raise PcapstatError(run.returncode, _lines(run.stderr))
    return run


def _for_spark(table: pa.Table) -> pa.Table:
    """The table in the types that Spark has."""
    kinds = {pa.uint64(): pa.int64(), pa.timestamp("ns", "UTC"): pa.timestamp("us", "UTC")}
    fields = [pa.field(field.name, kinds.get(field.type, field.type)) for field in table.schema]
    return table.cast(pa.schema(fields), safe=False)


def main() -> int:
    """``python -m pcapstat.spark INPUT... --master URL -o DIR``"""
    from pyspark.sql import SparkSession

    parser = argparse.ArgumentParser(prog="python -m pcapstat.spark", description=__doc__.split("\n")[0])
    parser.add_argument("inputs", nargs="+", metavar="INPUT")
    parser.add_argument("--master", default="local[*]", help="URL of the cluster (default: this machine)")
    parser.add_argument("-t", "--tables", default="summary", help="names of tables, separated by commas")
    parser.add_argument("-f", "--format", default="csv", help="format of the files")
    parser.add_argument("-o", "--output-dir", required=True, metavar="DIR")
    parser.add_argument("--shard-bytes", metavar="SIZE")
    given = parser.parse_args()
    spark = SparkSession.builder.master(given.master).appName("pcapstat").getOrCreate()
    try:
        names = given.tables.split(",")
        return write(
            spark, given.inputs, given.output_dir, names, format=given.format, shard_bytes=given.shard_bytes
        )
    except PcapstatError as error:
        print(f"pcapstat: {error}", file=sys.stderr)
        return error.code
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main())
