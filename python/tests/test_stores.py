"""Captures in object stores: the tables are those of files, to the byte."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow import fs

import pcapstat
from pcapstat._stores import Stores, map_object, map_shard

TESTDATA = Path(__file__).resolve().parents[2] / "testdata"
TABLES = "summary,conversations,streams,health"


@pytest.fixture
def captures(tmp_path):
    """A directory with a capture of one megabyte, which is cut, small ones, and one that is damaged."""
    directory = tmp_path / "captures"
    (directory / "below").mkdir(parents=True)
    bytes = (TESTDATA / "http.pcap").read_bytes()
    (directory / "long.pcap").write_bytes(bytes[:24] + bytes[24:] * 100)
    (directory / "cut.pcap").write_bytes(bytes[:-3])
    (directory / "notes.txt").write_text("no capture")
    shutil.copy(TESTDATA / "dns.pcap", directory / "below" / "a dns.pcap")
    return directory


def step(*arguments, codes=(0,)):
    run = subprocess.run([pcapstat.find_command(), *map(str, arguments)], capture_output=True)
    assert run.returncode in codes, run.stderr
    return run.stdout


def finished(url, tmp_path, mapped=map_shard):
    """Files of the tables of a URL, through the steps that Spark runs."""
    stores = Stores(tmp_path / "stores")
    plan = ["shard", "plan", "-t", TABLES, "--shard-bytes", "100k", "--", *stores.stand_in([url])]
    lines = stores.planned(step(*plan).decode().splitlines())
    assert len(lines) > 5
    parts = [tmp_path / f"{number}.part" for number in range(len(lines))]
    for _ in range(9):
        for line in lines:
            code, partial, messages = mapped(line)
            assert code == 0, messages
            parts[json.loads(line)["shard"]].write_bytes(partial)
        lines = step("shard", "merge", *parts, codes=(0, 5))
        if lines.startswith(b"\x89"):
            break
        lines = lines.decode().splitlines()
    step("shard", "finish", "-q", "-o", tmp_path / "many", *parts, codes=(0, 4))
    return {name: (tmp_path / "many" / f"{name}.csv").read_text() for name in TABLES.split(",")}


def assert_as_files(found, captures, prefix, tmp_path):
    step("-q", "-j", "1", "-t", TABLES, "-o", tmp_path / "one", captures, codes=(4,))
    for name, text in found.items():
        expected = (tmp_path / "one" / f"{name}.csv").read_text()
        assert text.replace(prefix, str(captures)) == expected, name


def test_a_local_file_system(captures, tmp_path):
    url = f"file://{captures}"
    assert_as_files(finished(url, tmp_path), captures, url, tmp_path)


def test_a_file_system_in_memory(captures):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    capture = captures / "long.pcap"
    memory.pipe("/store/long.pcap", capture.read_bytes())
    store = fs.PyFileSystem(fs.FSSpecHandler(memory))
    info = store.get_file_info("/store/long.pcap")
    for line in step("shard", "plan", "--shard-bytes", "100k", capture).decode().splitlines():
        shard = json.loads(line)
        shard["inputs"][0]["modified"] = None if info.mtime_ns is None else str(info.mtime_ns)
        code, partial, messages = map_object(json.dumps(shard), store, "/store/long.pcap")
        assert (code, messages) == (0, [])
        assert partial.startswith(b"\x89PCAPST")


def test_a_changed_object_is_refused_and_named(captures, tmp_path):
    stores = Stores(tmp_path / "stores")
    url = f"file://{captures}/long.pcap"
    line = stores.planned(step("shard", "plan", *stores.stand_in([url])).decode().splitlines())[0]
    (captures / "long.pcap").write_bytes(b"other")
    assert map_shard(line) == (3, b"", [f"{url}: changed since the shards were planned"])


def test_a_missing_object_is_a_row(tmp_path):
    stores = Stores(tmp_path / "stores")
    line = stores.planned(step("shard", "plan", *stores.stand_in(["file:///nowhere/x.pcap"])).decode().splitlines())[0]
    code, partial, messages = map_shard(line)
    (tmp_path / "0.part").write_bytes(partial)
    assert code == 0, messages
    summary = step("-q", "-f", "csv", tmp_path / "0.part", codes=(3,)).decode()
    assert "file:///nowhere/x.pcap,unreadable" in summary


@pytest.fixture
def server():
    """A server that speaks S3, as a process of its own."""
    pytest.importorskip("moto.server", reason="skipped: S3, which needs moto[server]")
    boto3 = pytest.importorskip("boto3")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        yield port, boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", **keys)
    finally:
        run.kill()
        run.wait()


def test_a_server_that_speaks_s3(server, captures, tmp_path, monkeypatch):
    port, client = server
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client.create_bucket(Bucket="night")
    for folder, _, names in os.walk(captures):
        for name in names:
            path = Path(folder) / name
            client.upload_file(str(path), "night", f"captures/{path.relative_to(captures)}")
    url = f"s3://night/captures?endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"
    assert_as_files(finished(url, tmp_path), captures, "s3://night/captures", tmp_path)
