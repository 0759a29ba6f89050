"""The floor: reads every page and writes the raw text as one zstd column, nothing else: `python -m bench.floor IN OUT`.

No build can take less: it has to read the same bytes and to compress about the same text. Pages are a folder of files
or a tar (also .zst); row groups are those of a build, 32 MiB of text.
"""

from __future__ import annotations

import os
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW_GROUP_BYTES = 32 * 1024 * 1024
SCHEMA = pa.schema({"text": pa.string()})


def write_floor(source: Path, target: Path) -> int:
    """The number of pages written. The text is neither parsed nor normalised; that it is UTF-8 is checked."""
    pages, held_bytes = 0, 0
    held: list[bytes] = []
    with pq.ParquetWriter(target, SCHEMA, compression="zstd", compression_level=3) as writer:
        for raw in read_pages(source):
            held.append(raw)
            held_bytes += len(raw)
            if held_bytes >= ROW_GROUP_BYTES:
                writer.write_table(_tabulate(held))
                pages, held_bytes = pages + len(held), 0
                held.clear()
        if held:
            writer.write_table(_tabulate(held))
    return pages + len(held)


def read_pages(source: Path) -> Iterator[bytes]:
    """The bytes of each page of a folder or a tar, in the order in which the system lists them."""
    if source.is_dir():
        yield from _read_files(os.fspath(source))
    else:
        yield from _read_tar(source)


def _read_files(folder: str) -> Iterator[bytes]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _read_files(entry.path)
                continue
            descriptor = os.open(entry.path, os.O_RDONLY)
            raw = os.read(descriptor, os.fstat(descriptor).st_size)  # a larger buffer costs more than the reading
            os.close(descriptor)
            yield raw


def _read_tar(source: Path) -> Iterator[bytes]:
    with (
        pa.input_stream(str(source), compression="zstd" if source.suffix == ".zst" else None) as stream,
        tarfile.open(fileobj=stream, mode="r|", bufsize=1 << 20) as archive,
    ):
        while info := archive.next():
            member = archive.extractfile(info)
            if member is not None:
                yield member.read()
            archive.members = []  # type: ignore[attr-defined]  # else it keeps every header; typeshed leaves it out


def _tabulate(raws: list[bytes]) -> pa.Table:
    return pa.table({"text": pa.array(raws, pa.binary()).cast(pa.string())}, SCHEMA)


if __name__ == "__main__":
    print(write_floor(Path(sys.argv[1]), Path(sys.argv[2])), "pages")
