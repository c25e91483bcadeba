"""URLs of stores that no test can reach: the file system and path that are chosen, and what is read of them."""

import json
import subprocess
from pathlib import Path

import pytest
from pyarrow import fs

import pcapstat
from pcapstat import _stores
from pcapstat._stores import Stores, map_shard

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"


def step(*arguments):
    run = subprocess.run([pcapstat.find_command(), *map(str, arguments)], capture_output=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    ("url", "kind", "path"),
    [
        ("gs://night/a/b.pcap", "gcs", "night/a/b.pcap"),
        ("gs://anonymous@night/a/b.pcap", "gcs", "night/a/b.pcap"),
        ("abfs://night@account.dfs.core.windows.net/a/b.pcap", "abfs", "night/a/b.pcap"),
        ("abfss://night@account.dfs.core.windows.net/a/b.pcap", "abfs", "night/a/b.pcap"),
        ("s3://night/a/b.pcap?region=us-east-1", "s3", "night/a/b.pcap"),
        ("file:///night/a/b.pcap", "local", "/night/a/b.pcap"),
    ],
)
def test_the_scheme_chooses_the_file_system(url, kind, path):
    try:
        store, found = fs.FileSystem.from_uri(url)
    except (NotImplementedError, ImportError) as missing:
        pytest.skip(f"skipped: this pyarrow has no file system for it: {missing}")
    assert (store.type_name, found) == (kind, path)


class Counted(fs.FileSystemHandler):
    """A local directory as a store: notes what is opened and how far it is read."""

    def __init__(self, root: Path) -> None:
        self.local = fs.SubTreeFileSystem(str(root), fs.LocalFileSystem())
        self.opened: list[str] = []

    def get_type_name(self):
        return "counted"

    def get_file_info(self, paths):
        return self.local.get_file_info(paths)

    def get_file_info_selector(self, selector):
        return self.local.get_file_info(selector)

    def open_input_file(self, path):
        self.opened.append(path)
        return self.local.open_input_file(path)

    def refuse(self, *_, **__):
        raise AssertionError("captures are only read")

    normalize_path = staticmethod(lambda path: path)
    open_input_stream = open_output_stream = open_append_stream = create_dir = delete_dir = refuse
    delete_dir_contents = delete_root_dir_contents = delete_file = move = copy_file = refuse


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("gs://night/captures", "night/captures"),
        ("hdfs://namenode:8020/night/captures", "night/captures"),
        ("abfs://night@account.dfs.core.windows.net/captures", "night/captures"),
    ],
)
def test_captures_of_any_scheme_are_planned_and_mapped(url, inside, tmp_path, monkeypatch):
    """A stand-in takes the place of the store; all else is as with the store itself."""
    below = tmp_path / "store" / inside
    below.mkdir(parents=True)
    bytes = (TESTDATA / "http.pcap").read_bytes()
    (below / "long.pcap").write_bytes(bytes[:24] + bytes[24:] * 100)
    (below / "dns.pcap").write_bytes((TESTDATA / "dns.pcap").read_bytes())
    counted = Counted(tmp_path / "store")
    asked = []

    class StandIn(fs.FileSystem):
        @staticmethod
        def from_uri(uri):
            asked.append(uri)
            return fs.PyFileSystem(counted), inside + uri.removeprefix(url)

    monkeypatch.setattr(_stores.fs, "FileSystem", StandIn)
    stores = Stores(tmp_path / "stand-ins")

    plan = step("shard", "plan", "-t", "summary,conversations", "--shard-bytes", "100k", "--", *stores.stand_in([url]))
    lines = stores.planned(plan.decode().splitlines())
    paths = [json.loads(line)["inputs"][0]["path"] for line in lines]
    assert paths[0] == f"{url}/dns.pcap" and set(paths[1:]) == {f"{url}/long.pcap"} and len(paths) > 5
    parts = []
    for number, line in enumerate(lines):
        code, partial, messages = map_shard(line)
        assert code == 0, messages
        parts.append(tmp_path / f"{number}.part")
        parts[-1].write_bytes(partial)
    assert asked == [url, *paths]
    step("shard", "finish", "-q", "-o", tmp_path / "many", *parts)
    step("-q", "-t", "summary,conversations", "-o", tmp_path / "one", below)
    for name in ("summary", "conversations"):
        many, one = ((tmp_path / folder / f"{name}.csv").read_text() for folder in ("many", "one"))
        assert many.replace(url, str(below)) == one, name


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://key:secret@night/a%20b.pcap?region=x", "s3://night/a b.pcap"),
        ("gs://anonymous@night/a.pcap", "gs://night/a.pcap"),
        ("abfs://night:secret@account.dfs.core.windows.net/a.pcap", "abfs://night@account.dfs.core.windows.net/a.pcap"),
        ("abfss://:secret@account.dfs.core.windows.net/night/a.pcap", "abfss://account.dfs.core.windows.net/night/a.pcap"),
        ("hdfs://user@namenode:8020/a.pcap", "hdfs://namenode:8020/a.pcap"),
    ],
)
def test_names_have_no_credentials(url, shown):
    assert _stores._shown(url) == shown
