"""Small files that would become gigabytes: refused early, in little memory."""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
import tarfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")

ZEROS = bytes(1024 * 1024)
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


def zstd(megabytes: int, head: bytes = b"") -> bytes:
    """`head` and zeros, in frames that follow one another."""
    return zstd_frame(head) + zstd_frame(ZEROS) * megabytes


def zstd_frame(raw: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(raw)
    return sink.getvalue().to_pybytes()


def gzipped(megabytes: int, head: bytes = b"") -> bytes:
    """`head` and zeros, in members that follow one another."""
    return gzip.compress(head) + gzip.compress(ZEROS) * megabytes


def deflated(megabytes: int) -> bytes:
    """Zeros, in blocks that do not look back: each is the same bytes."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeezer.compress(ZEROS) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + squeezer.flush()


def tar_head(name: str, size: int, **fields: object) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    for field, value in fields.items():
        setattr(member, field, value)
    return member.tobuf(tarfile.GNU_FORMAT)


def zip_head(name: bytes) -> bytes:
    return struct.pack("<4s22x2H", b"PK\3\4", len(name), 0) + name


def zip_entry(name: bytes, stored: int, size: int, offset: int) -> bytes:
    return struct.pack("<4s6xH8x2LH12xL", b"PK\1\2", 8, stored, size, len(name), offset) + name


def zip_end(count: int, start: int, size: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0)


def zip_of_zeros(megabytes: int, *, says_bytes: int) -> bytes:
    data = deflated(megabytes)
    body, entry = zip_head(b"a.txt") + data, zip_entry(b"a.txt", len(data), says_bytes, 0)
    return body + entry + zip_end(1, len(body), len(entry))


def zip_of_overlaps(count: int) -> bytes:
    """Each member holds all that follow it: a stored block quotes the next head (David Fifield, A better zip bomb)."""
    data, size = deflated(9), 9 << 20
    tail = zip_head(b"000.txt") + data
    members = [(b"000.txt", len(data), size, len(tail))]
    for number in range(1, count):
        name, quoted = b"%03d.txt" % number, len(zip_head(b"000.txt"))
        stored, size = 5 + len(tail), quoted + size
        tail = zip_head(name) + struct.pack("<BHH", 0, quoted, quoted ^ 0xFFFF) + tail
        members.append((name, stored, size, len(tail)))
    entries = b"".join(zip_entry(name, stored, size, len(tail) - at) for name, stored, size, at in members)
    return tail + entries + zip_end(count, len(tail), len(entries))


def write_tables(folder: Path) -> list[Path]:
    """A value that repeats without end, and pages that decode to far more than they are."""
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["x" * 1_000_000])
    pages = pa.array([ZEROS * 140], pa.binary())
    smaller = pa.array([ZEROS * 40], pa.binary())
    pq.write_table(pa.table({"text": repeated}), folder / "repeated.parquet", compression="zstd")
    pq.write_table(pa.table({"text": pages}), folder / "page.parquet", compression="zstd", use_dictionary=False)
    pq.write_table(pa.table({"text": smaller}), folder / "ratio.parquet", compression="zstd")
    return [folder / f"{name}.parquet" for name in ("repeated", "page", "ratio")]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, int]]:
    folder = tmp_path_factory.mktemp("bombs")
    files = {
        "a.txt.gz": gzipped(2000),
        "a.txt.zst": zstd(2000),
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
        "head.warc.wet.gz": gzip.compress(b"WARC/1.0\r\nA: " + b"b" * 5_000_000),
    }
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return read_apart(*(folder / name for name in files), *write_tables(folder))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.txt.gz", "S406"),
        ("a.txt.zst", "S406"),
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
