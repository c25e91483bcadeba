"""Tables of captures by Apache Spark: shards are mapped on its executors and joined on the driver.

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
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from ._command import _DAMAGED, PathLike, PcapstatError, _arguments, _lines, _paths, _read, find_command
from ._stores import Stores, map_shard

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: Exit code of a step: shards began at a wrong guess and must be mapped again.
_MAP_AGAIN = 5

_RESULT = "line string, partial binary, code int, message string"


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
    """Maps all shards; again those that began at a wrong guess. Files in the order of the shards."""
    size = [] if shard_bytes is None else ["--shard-bytes", shard_bytes]
    stores = Stores(directory / "stores")
    files = stores.stand_in(inputs)
    command = [find_command(), "shard", "plan", "-t", ",".join(tables), *size, *_arguments(options), "--", *files]
    lines = stores.planned(_lines(_run(command, {0}).stdout))
    files = [directory / f"{number:08}.part" for number in range(len(lines))]
    waiting = dict(enumerate(lines))
    while waiting:
        for number, partial in _mapped(spark, waiting):
            files[number].write_bytes(partial)
        merged = _run([find_command(), "shard", "merge", *map(str, files)], {0, _MAP_AGAIN})
        waiting = {}
        if merged.returncode == _MAP_AGAIN:
            again = _lines(merged.stdout)
            waiting = {int(json.loads(line)["shard"]): line for line in again}
    return files


def _mapped(spark: SparkSession, lines: dict[int, str]) -> list[tuple[int, bytes]]:
    """The partials of shards, by their numbers."""
    numbers = {line: number for number, line in lines.items()}
    frame = spark.createDataFrame([(line,) for line in numbers], "line string").repartition(len(numbers))
    done = []
    for row in frame.mapInArrow(_map, _RESULT).collect():
        if row.code != 0:
            raise PcapstatError(row.code, [row.message])
        done.append((numbers[row.line], bytes(row.partial)))
    return done


def _map(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Runs on executors: maps the shard of each row."""
    for batch in batches:
        for line in batch.column("line").to_pylist():
            code, written, messages = map_shard(line)
            message = "; ".join(messages)
            partial = written if code == 0 else None
            yield pa.RecordBatch.from_arrays(
                [pa.array([line]), pa.array([partial], pa.binary()), pa.array([code], pa.int32()), pa.array([message])],
                names=["line", "partial", "code", "message"],
            )


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
