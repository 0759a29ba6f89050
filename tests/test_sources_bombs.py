"""Small files that would become gigabytes: refused early, in little memory."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from bench.hostile.makers import (
    gzipped,
    misnamed_table,
    page_table,
    repeated_table,
    tar_head,
    zip64_of,
    zip_in_zip,
    zip_of_overlaps,
    zip_of_zeros,
    zstd,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")

READER = """
import json, sys
from toolkit.documents import Document
from toolkit.sources import SourceOptions, plan, read

def peak_mib():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024

options, base, results = SourceOptions(skip_unreadable=True), peak_mib(), {}
for path in sys.argv[1:]:
    found = [each for task in plan([path], options, shard_bytes=10**9).tasks for each in read(task, options)]
    last = found[-1]
    results[path] = [last.size if isinstance(last, Document) else last.code, peak_mib() - base]
json.dump(results, sys.stdout)
"""


def read_apart(*paths: Path) -> dict[str, tuple[object, int]]:
    """What each file ends with (a size or a code) in a process of its own, and MiB above its start until then."""
    command = [sys.executable, "-c", READER, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return {Path(path).name: tuple(found) for path, found in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, int]]:
    folder = tmp_path_factory.mktemp("bombs")
    files = {
        "a.txt.gz": gzipped(2000),
        "a.txt.zst": zstd(2000),
        "a.txt.bz2": bz2.compress(bytes(50 << 20)) * 40,
        "a.txt.xz": lzma.compress(bytes(50 << 20), preset=0) * 40,
        "a.tar.gz": gzipped(2000, tar_head("a.txt", 2000 << 20)),
        "a.tar.zst": zstd(2000, tar_head("a.txt", 2000 << 20)),
        "tail.tar.zst": zstd(2000),
        "name.tar.zst": zstd(100, tar_head("a.txt", 100 << 20, type=tarfile.GNUTYPE_LONGNAME)),
        "pax.tar.zst": zstd(100, tar_head("a.txt", 100 << 20, type=tarfile.XHDTYPE)),
        "a.zip": zip_of_zeros(2000, says_bytes=2000 << 20),
        "lying.zip": zip_of_zeros(2000, says_bytes=10),
        "overlaps.zip": zip_of_overlaps(500),
        "a.jsonl.zst": zstd(2000, b'{"text": "'),
        "a.jsonl.gz": gzipped(2000, b'{"text": "'),
        "deep.jsonl": b'{"text":' + b"[" * 2_000_000,
        "wide.jsonl": b'{"text":[' + b"[]," * 2_000_000 + b"[]]}",
        "a.warc.wet.gz": gzipped(2000, b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 2000000000\r\n\r\n"),
        "huge.warc.wet": b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 9223372036854775807\r\n\r\na",
        "huge.tar": tar_head("a.txt", 2**63 - 1) + bytes(2048),
        "inner.zip": zip_in_zip(),
        "wide.zip": zip64_of(2**60),
        "number.jsonl": b'{"text": "a", "n": ' + b"9" * 10_000_000 + b"}",
        "repeated.parquet": repeated_table(),
        "page.parquet": page_table(140),
        "ratio.parquet": page_table(40),
        "misnamed.parquet": misnamed_table(),
        "head.warc.wet.gz": gzip.compress(b"WARC/1.0\r\nA: " + b"b" * 5_000_000),
    }
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return read_apart(*(folder / name for name in files))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.txt.gz", "S406"),
        ("a.txt.zst", "S406"),
        ("a.txt.bz2", "S406"),
        ("a.txt.xz", "S406"),
        ("a.tar.gz", "S406"),
        ("a.tar.zst", "S406"),
        ("tail.tar.zst", "S406"),
        ("name.tar.zst", "S406"),
        ("pax.tar.zst", "S406"),
        ("a.zip", "S406"),
        ("lying.zip", "S405"),
        ("overlaps.zip", "S406"),
        ("a.jsonl.zst", "S406"),
        ("a.jsonl.gz", "S406"),
        ("deep.jsonl", "S408"),
        ("wide.jsonl", "S408"),
        ("a.warc.wet.gz", "S406"),
        ("head.warc.wet.gz", "S405"),
        ("huge.warc.wet", "S404"),
        ("huge.tar", "S404"),
        ("inner.zip", "S406"),
        ("wide.zip", "S405"),
        ("number.jsonl", "S408"),
        ("misnamed.parquet", "S406"),
        ("repeated.parquet", "S406"),
        ("page.parquet", "S406"),
        ("ratio.parquet", "S406"),
    ],
)
def test_a_bomb_is_refused_in_little_memory(results, name, code):
    found, mebibytes = results[name]
    assert found == code
    assert mebibytes < 400


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_very_long_line_needs_little_memory(tmp_path, name):
    with (tmp_path / name).open("wb") as file:
        file.truncate(300_000_000)
    (found, mebibytes) = read_apart(tmp_path / name)[name]
    assert found == 300_000_000
    assert mebibytes < 64
