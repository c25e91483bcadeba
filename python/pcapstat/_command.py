"""Runs of the command, and their Arrow output.

Output is read from a pipe while the command writes it: there are no temporary files. A run makes
one table, because an Arrow stream holds one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import threading
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Union

import pyarrow as pa

PathLike = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

#: Exit codes with complete tables: an input could not be read, or was damaged.
_DAMAGED = frozenset({3, 4})


class PcapstatError(Exception):
    """A run failed.

    Attributes:
        code: exit code of the command (``pcapstat --help`` lists them); negative if a signal
            ended it.
        messages: lines of its standard error.
    """

    def __init__(self, code: int, messages: Sequence[str]) -> None:
        self.code = code
        self.messages = list(messages)
        super().__init__(f"{'; '.join(self.messages) or 'no message'} (exit code {code})")


class DamagedInput(UserWarning):
    """An input could not be read, or not to its end; the tables hold the rest."""


def find_command() -> str:
    """Path of the command: ``$PCAPSTAT``, that of this installation, or the first on ``$PATH``.

    Raises:
        FileNotFoundError: if there is none.
    """
    chosen = os.environ.get("PCAPSTAT")
    if chosen:
        return chosen
    name = "pcapstat.exe" if os.name == "nt" else "pcapstat"
    schemes = [sysconfig.get_path("scripts")]
    try:
        schemes.append(sysconfig.get_path("scripts", f"{os.name}_user"))
    except KeyError:
        pass
    for folder in schemes:
        installed = Path(folder) / name
        if installed.is_file():
            return str(installed)
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError("the command pcapstat is not installed")
    return found


def version() -> str:
    """Version of the command."""
    run = subprocess.run([find_command(), "--version"], capture_output=True, text=True, check=True)
    return run.stdout.split()[-1]


def schema() -> pa.Table:
    """Description of all tables: table, column, type, unit, meaning."""
    return _read([find_command(), "--schema", "-f", "arrow"], strict=True)


def table(
    paths: PathLike | Iterable[PathLike],
    name: str = "summary",
    *,
    strict: bool = False,
    **options: object,
) -> pa.Table:
    """One table of captures.

    Args:
        paths: capture files and directories.
        name: name of the table, e.g. ``"conversations"``.
        strict: raise an exception if an input is damaged or unreadable, instead of a warning.
        **options: long options of the command: ``filter="tcp port 443"``, ``merge=True``,
            ``jobs=4``, ``decode_as=["udp.port==8472,vxlan"]``.

    Raises:
        PcapstatError: if the run fails.
        ValueError: if an option chooses tables or an output.
    """
    command = [find_command(), *_arguments(options), "-t", name, "-f", "arrow", "--", *_paths(paths)]
    return _read(command, strict)


def tables(
    paths: PathLike | Iterable[PathLike],
    tables: Sequence[str] = ("summary",),
    *,
    strict: bool = False,
    **options: object,
) -> dict[str, pa.Table]:
    """Several tables of captures by name; one run each. Arguments are those of :func:`table`."""
    chosen = _paths(paths)
    if isinstance(tables, str):
        raise TypeError("tables is a list of names; use table() for one")
    return {name: table(chosen, name, strict=strict, **options) for name in tables}


def _paths(paths: PathLike | Iterable[PathLike]) -> list[str]:
    if isinstance(paths, (str, bytes, os.PathLike)):
        paths = [paths]
    chosen = [os.fsdecode(path) for path in paths]
    if not chosen:
        raise ValueError("no paths")
    if "-" in chosen:
        raise ValueError("standard input is no path; ./- is a file of this name")
    return chosen


def _arguments(options: Mapping[str, object]) -> list[str]:
    """Long options: ``True`` is a flag, ``False`` and ``None`` leave it out, lists repeat it."""
    arguments = []
    for key, value in options.items():
        option = "--" + key.replace("_", "-")
        if option in ("--tables", "--format", "--output-dir", "--report", "--schema", "--generate"):
            raise ValueError(f"{key} is decided by this function")
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is True:
                arguments.append(option)
            elif one is not False and one is not None:
                arguments.append(f"{option}={one}")
    return arguments


def _read(command: Sequence[str], strict: bool) -> pa.Table:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None and run.stderr is not None
        messages: list[str] = []
        # Both pipes are read at once: either may fill up while the other is waited for.
        reader = threading.Thread(target=_collect, args=(run.stderr, messages))
        reader.start()
        found, failure = None, None
        try:
            with pa.ipc.open_stream(run.stdout) as stream:
                found = stream.read_all()
        except pa.ArrowInvalid as invalid:
            failure = invalid
        reader.join()
        code = run.wait()
    if code in _DAMAGED and found is not None and not strict:
        for message in messages:
            warnings.warn(message, DamagedInput, stacklevel=4)
    elif code != 0 or found is None:
        raise PcapstatError(code, messages or [str(failure)]) from failure
    return found


def _collect(pipe: IO[bytes], lines: list[str]) -> None:
    lines.extend(_lines(pipe.read()))


def _lines(output: bytes) -> list[str]:
    """Lines of an output, without the name of the command before messages."""
    return [line.removeprefix("pcapstat: ") for line in output.decode("utf-8", "replace").splitlines()]
