"""Containers cut short: whatever is missing is told, wherever the cut is."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from bench.fuzz.container_seeds import compress
from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.sources import SourceOptions, plan, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES: Final = tuple(f"الصفحة {number}\n" * (number * 7) for number in range(1, 40))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """How many cuts were tried; those between two records, which nobody can tell; where pages were lost in silence."""

    tried: int
    whole: int
    silent: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The bytes of a container, its pages, and where it can be cut without a trace, with the records before each."""

    raw: bytes
    borders: dict[int, int]
    pages: int = len(PAGES)


def cut_short(name: str, folder: Path, *, offsets: int) -> Cuts:
    """Cut the container `name` at so many places (all, if it has no more) and read what is left, strictly.

    RuntimeError if the whole of it does not give all pages, for then a refusal of less would tell nothing.
    """
    container, path = CONTAINERS[name](), folder / name
    path.write_bytes(container.raw)
    if (found := _count(path)) != container.pages:
        raise RuntimeError(f"{name}: {found} of {container.pages} pages where nothing was cut")
    places = sorted({0, 1, len(container.raw) - 1, *_spread(container.raw, offsets)})
    whole, silent = 0, []
    for at in places:
        path.write_bytes(container.raw[:at])
        left = _count(path)
        if left is not None and left == container.borders.get(at):
            whole += 1
        elif left is not None:
            silent.append(at)
    return Cuts(tried=len(places), whole=whole, silent=tuple(silent))


def _spread(raw: bytes, offsets: int) -> list[int]:
    dice = random.Random(len(raw))
    return dice.sample(range(len(raw)), min(offsets, len(raw)))


def _count(path: Path) -> int | None:
    """The pages that a strict reading gives; null where it is refused, with the code and the name of the file."""
    try:
        planned = plan([str(path)], SourceOptions(), shard_bytes=10**9)
        found = [page for task in planned.tasks for page in read(task, SourceOptions())]
    except InputError as refusal:
        return None if path.name in refusal.message and " S40" in refusal.message else -1
    return sum(isinstance(page, Document) for page in found)


def _unbroken(raw: bytes) -> Container:
    return Container(raw=raw, borders={})


def _one_page(pack: Callable[[bytes], bytes]) -> Container:
    return Container(raw=pack("".join(PAGES).encode()), borders={}, pages=1)


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number, text in enumerate(PAGES):
            member = tarfile.TarInfo(f"{number:03}.txt")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    raw = buffer.getvalue()
    return raw[: -(-len(raw.rstrip(b"\0")) // 512) * 512 + 1024]  # without the padding, which nobody misses


def _zip(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for number, text in enumerate(PAGES):
            archive.writestr(zipfile.ZipInfo(f"{number:03}.txt"), text, method)
    return buffer.getvalue()


def _lines() -> Container:
    raw, borders = b"", {0: 0}
    for number, text in enumerate(PAGES, start=1):
        raw += json.dumps({"text": text}).encode()
        borders[len(raw)] = number
        raw += b"\n"
        borders[len(raw)] = number
    return Container(raw=raw, borders=borders)


def _table() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": PAGES}), sink, row_group_size=7)
    return sink.getvalue()


def _wet(pack: Callable[[bytes], bytes]) -> Container:
    raw, borders = b"", {}
    for number, text in enumerate(PAGES, start=1):
        body = text.encode()
        head = f"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: {len(body)}\r\n\r\n"
        raw += pack(head.encode() + body + b"\r\n\r\n")
        borders[len(raw)] = number
    return Container(raw=raw, borders=borders)


CONTAINERS: Final[dict[str, Callable[[], Container]]] = {
    "a.txt.bz2": lambda: _one_page(bz2.compress),
    "a.txt.gz": lambda: _one_page(gzip.compress),
    "a.txt.zst": lambda: _one_page(lambda raw: compress(raw, "zst")),
    "a.txt.xz": lambda: _one_page(lzma.compress),
    "a.tar": lambda: _unbroken(_tar()),
    "a.tar.gz": lambda: _unbroken(gzip.compress(_tar())),
    "a.tgz": lambda: _unbroken(gzip.compress(_tar())),
    "a.tar.zst": lambda: _unbroken(compress(_tar(), "zst")),
    "a.tar.bz2": lambda: _unbroken(bz2.compress(_tar())),
    "a.tar.xz": lambda: _unbroken(lzma.compress(_tar())),
    "stored.zip": lambda: _unbroken(_zip(zipfile.ZIP_STORED)),
    "deflated.zip": lambda: _unbroken(_zip(zipfile.ZIP_DEFLATED)),
    "a.jsonl": _lines,
    "a.jsonl.gz": lambda: _unbroken(gzip.compress(_lines().raw)),
    "a.jsonl.zst": lambda: _unbroken(compress(_lines().raw, "zst")),
    "a.jsonl.xz": lambda: _unbroken(lzma.compress(_lines().raw)),
    "a.parquet": lambda: _unbroken(_table()),
    "a.warc.wet": lambda: _wet(bytes),
    "a.warc.wet.gz": lambda: _wet(gzip.compress),
}
