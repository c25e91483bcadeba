"""Captures in object stores: planned by their first bytes, mapped by reads of ranges.

The command plans files. So every object gets a stand-in on the driver, a sparse file of the same
name and length that holds its first bytes, and the lines of the plan are given the object's URL
afterwards. Directories, order and ``--glob`` are therefore those of files.

URLs are those of :meth:`pyarrow.fs.FileSystem.from_uri`: ``s3://``, ``gs://``, ``hdfs://``,
``abfs://``, ``file://``. A store's credentials belong into the environment of the executors.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pyarrow import fs

from ._command import _lines, find_command

#: Bytes of an object that its stand-in holds: more than the header that a shard carries along.
_FIRST_BYTES = 128 << 10

#: Bytes that are read from a store at once.
_CHUNK_BYTES = 4 << 20

#: Exit code of an input that cannot be read.
_UNREADABLE = 3


def is_url(path: str) -> bool:
    """True if the path is one of an object store."""
    return re.match(r"[a-z][a-z0-9+.-]*://", path) is not None


class Stores:
    """Stand-ins of objects, in a directory of the driver."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        #: URL and time of the last change by the path of the stand-in.
        self._objects: dict[str, tuple[str, str | None]] = {}

    def stand_in(self, inputs: Sequence[str]) -> list[str]:
        """The inputs as files: URLs become paths of stand-ins."""
        return [self._one(url, number) if is_url(url) else url for number, url in enumerate(inputs)]

    def _one(self, url: str, number: int) -> str:
        store, path = fs.FileSystem.from_uri(url)
        parts = urlsplit(url)
        root = self._directory / str(number) / (Path(path).name or "objects")
        root.parent.mkdir(parents=True)
        info = store.get_file_info(path)
        self._objects[str(root)] = (url, None)
        if info.type == fs.FileType.File:
            self._copy(store, info, root, url)
        if info.type == fs.FileType.Directory:
            root.mkdir()
            found = store.get_file_info(fs.FileSelector(path, recursive=True))
            with ThreadPoolExecutor(16) as threads:
                copies = []
                for one in (one for one in found if one.type == fs.FileType.File):
                    below = one.path[len(path.rstrip("/")) + 1 :]
                    own = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{quote(below)}"))
                    copies.append(threads.submit(self._copy, store, one, root / below, own))
                for copy in copies:
                    copy.result()
        return str(root)

    def _copy(self, store: fs.FileSystem, info: fs.FileInfo, path: Path, url: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with store.open_input_file(info.path) as source, open(path, "wb") as file:
            file.write(source.read(_FIRST_BYTES))
            file.truncate(info.size)
        self._objects[str(path)] = (url, _modified(info))

    def planned(self, lines: list[str]) -> list[str]:
        """The lines of a plan of stand-ins, with URLs. Each has one input: a stream holds no more."""
        if not self._objects:
            return lines
        shards = [dict(shard, inputs=[one]) for shard in map(json.loads, lines) for one in shard["inputs"]]
        for number, shard in enumerate(shards):
            shard["shard"], shard["of"] = number, len(shards)
            one = shard["inputs"][0]
            if one["path"] in self._objects:
                stand_in = one["path"]
                one["path"], one["modified"] = self._objects[stand_in]
                if not Path(stand_in).exists():
                    one["refused"] = "no such object"
                if one["name"] == stand_in:
                    one["name"] = _shown(one["path"])
        return [json.dumps(shard) for shard in shards]


def map_shard(line: str) -> tuple[int, bytes, list[str]]:
    """Maps a shard of a file or an object: exit code, partial, messages."""
    one = json.loads(line)["inputs"][0]
    if not is_url(one["path"]) or one.get("refused"):
        run = subprocess.run([find_command(), "shard", "map", line], capture_output=True)
        return run.returncode, run.stdout, _lines(run.stderr)
    store, path = fs.FileSystem.from_uri(one["path"])
    return map_object(line, store, path)


def map_object(line: str, store: fs.FileSystem, path: str) -> tuple[int, bytes, list[str]]:
    """Maps a shard of an object of this store."""
    one = json.loads(line)["inputs"][0]
    info = store.get_file_info(path)
    if (info.size, _modified(info)) != (one["bytes"], one["modified"]):
        return _UNREADABLE, b"", [f"{one['name']}: changed since the shards were planned"]
    command = [find_command(), "shard", "map", line, "-"]
    pipe = subprocess.PIPE
    with ThreadPoolExecutor(2) as threads, subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as run:
        assert run.stdout is not None and run.stderr is not None
        # All pipes move at once: any of them may fill up while another is waited for.
        fed = threads.submit(_feed, run, _chunks(store, path, one["start"]))
        messages = threads.submit(run.stderr.read)
        partial = run.stdout.read()
        # A failing store may work at the next attempt, so its exception is left to the engine.
        fed.result()
        return run.wait(), partial, _lines(messages.result())


def _feed(run: subprocess.Popen[bytes], chunks: Iterator[bytes]) -> None:
    """Writes chunks until the command has enough: only it knows where the last record ends."""
    assert run.stdin is not None
    try:
        for chunk in chunks:
            run.stdin.write(chunk)
    except BrokenPipeError:
        pass
    finally:
        try:
            run.stdin.close()
        except BrokenPipeError:
            pass


def _chunks(store: fs.FileSystem, path: str, start: int) -> Iterator[bytes]:
    with store.open_input_file(path) as source:
        source.seek(start)
        while chunk := source.read(_CHUNK_BYTES):
            yield chunk


def _modified(info: fs.FileInfo) -> str | None:
    """Time of the last change. None if the store keeps none."""
    return None if info.mtime_ns is None else str(info.mtime_ns)


def _shown(url: str) -> str:
    """The URL without options and credentials, as the column ``file`` says it."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    # Azure has the container there.
    container = user.partition(":")[0] if parts.scheme in ("abfs", "abfss") else ""
    host = f"{container}@{host}" if container else host
    return unquote(urlunsplit((parts.scheme, host, parts.path, "", "")))
