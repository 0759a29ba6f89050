"""`write_members`: pages into a folder of files or into one container, as crawls are shipped."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CONTAINERS = ("files", "tar", "tar.zst", "zip", "jsonl", "parquet")
PAGES_A_FOLDER = 1_000
ROWS_A_GROUP = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A page in a container: `path` is relative, with `/`; records have a URL that ends in it instead."""

    path: str
    raw: bytes


def is_record(container: str) -> bool:
    """Whether a container holds numbered records with a `text` and a `url`, not named members."""
    return container in ("jsonl", "parquet")


def write_members(members: Iterable[Member], out: Path, *, container: str) -> Path:
    """The folder `out` for files, else `out/pages.CONTAINER`. No times, owners or modes of this machine are written."""
    if container == "files":
        return _write_files(members, out)
    target = out / f"pages.{container}"
    if container in ("tar", "tar.zst"):
        _write_tar(members, target)
    elif container == "zip":
        _write_zip(members, target)
    elif container == "jsonl":
        _write_jsonl(members, target)
    else:
        _write_parquet(members, target)
    return target


def _write_files(members: Iterable[Member], out: Path) -> Path:
    folders: set[Path] = set()
    for member in members:
        path = out / member.path
        if path.parent not in folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            folders.add(path.parent)
        path.write_bytes(member.raw)
    return out


def _write_tar(members: Iterable[Member], target: Path) -> None:
    with pa.output_stream(str(target), compression="zstd" if target.suffix == ".zst" else None) as stream:
        sink = cast("BinaryIO", stream)  # pyarrow's streams have write, all that tarfile asks of one
        with tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT, bufsize=1 << 20) as archive:
            for member in members:
                info = tarfile.TarInfo(member.path)
                info.size = len(member.raw)
                archive.addfile(info, io.BytesIO(member.raw))
                archive.members = []  # type: ignore[attr-defined]  # else it keeps every header; typeshed leaves it out


def _write_zip(members: Iterable[Member], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.path)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.raw)


def _write_jsonl(members: Iterable[Member], target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="\n") as stream:
        for record in _records(members):
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def _write_parquet(members: Iterable[Member], target: Path) -> None:
    schema = pa.schema({"text": pa.string(), "url": pa.string()})
    records = _records(members)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        while batch := list(islice(records, ROWS_A_GROUP)):
            writer.write_table(pa.Table.from_pylist(batch, schema))


def _records(members: Iterable[Member]) -> Iterator[dict[str, str]]:
    for member in members:
        yield {"text": member.raw.decode(), "url": f"https://news.example/{member.path}"}
