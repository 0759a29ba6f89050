"""Small containers of every kind, each with what makes its format odd."""

from __future__ import annotations

import gzip
import io
import json
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT: Final = "عنوان\nنص\n".encode()
_NAMES: Final = (
    "a.txt",
    "../b.txt",
    "/c.txt",
    "d/./e.txt",
    "-f.txt",
    "g.zip",
    ".h.txt",
    "\u202etxt.i.txt",
    "j\x1b.TXT",
)


def compress(raw: bytes, codec: str) -> bytes:
    """One frame of gzip or zstd, the same for the same bytes."""
    if codec == "gz":
        return gzip.compress(raw, mtime=0)
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(raw)
    return bytes(sink.getvalue().to_pybytes())


def tars() -> Sequence[bytes]:
    """Each flavour of tar, with links, folders, long names and sizes in pax headers."""
    return [_tar(layout) for layout in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT)]


def _tar(layout: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        for name in (*_NAMES, "n" * 90 + "/" + "m" * 30 + ".txt"):
            _add(archive, name, _TEXT)
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)):
            _add(archive, f"{number}.txt", b"", type=kind, linkname="a.txt")
        if layout == tarfile.PAX_FORMAT:
            _add(archive, "p.txt", _TEXT, pax_headers={"path": "q\n.txt", "comment": "c"})
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, raw: bytes, **fields: object) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(raw)
    for field, value in fields.items():
        setattr(member, field, value)
    archive.addfile(member, io.BytesIO(raw))


def zips() -> Sequence[bytes]:
    """Stored, deflated and zip64, with a link, a folder and a second member of one name."""
    return [
        _zip(zipfile.ZIP_STORED, wide=False),
        _zip(zipfile.ZIP_DEFLATED, wide=False),
        _zip(zipfile.ZIP_DEFLATED, wide=True),
    ]


def _zip(method: int, *, wide: bool) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in (*_NAMES, "d/"):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            entry.create_system = 3
            entry.external_attr = (stat.S_IFLNK if name.startswith("-") else stat.S_IFREG) << 16
            with archive.open(entry, "w", force_zip64=wide) as member:
                member.write(_TEXT)
    return buffer.getvalue()


def lines() -> Sequence[bytes]:
    """Records that are good, and one of each way not to be."""
    records = [
        {"text": "a", "url": "https://h/1"},
        {"text": 7},
        {"txt": "b"},
        ["text"],
        {"text": "\ud800"},
        {"text": ""},
    ]
    good = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    return [good, b'\xef\xbb\xbf{"text": "a"}\r\n\n{"text": "b", "text": "c"}', b'{"text": "cut', b'{"text": "\xff"}\n']


def tables() -> Sequence[bytes]:
    """Tables with the text in each type that holds text, in several row groups, pages and encodings."""
    texts = ["عنوان\nنص", None, "", "b" * 3000]
    kinds = (pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string()), pa.string_view())
    tables = [pa.table({"text": pa.array(texts, kind), "url": ["u"] * 4, "n": [1, 2, 3, 4]}) for kind in kinds]
    tables += [pa.table({"x": [1]}), pa.table({"text": pa.array([], pa.string())})]
    codecs = ("none", "snappy", "gzip", "zstd", "lz4", "brotli", "none")
    return [_parquet(table, codec) for table, codec in zip(tables, codecs, strict=True)]


def _parquet(table: pa.Table, codec: str) -> bytes:
    sink = io.BytesIO()
    pq.write_table(
        table, sink, compression=codec, row_group_size=2, write_page_checksum=codec != "none", data_page_version="2.0"
    )
    return sink.getvalue()


def wets() -> Sequence[bytes]:
    """Records of WET, and some of other types between."""
    head = "WARC/1.0\r\nWARC-Type: {}\r\nWARC-Target-URI: https://h/{}\r\nContent-Length: {}\r\n\r\n"
    kinds = ("warcinfo", "conversion", "response", "conversion", "conversion")
    records = [
        head.format(kind, number, len(_TEXT)).encode() + _TEXT + b"\r\n\r\n" for number, kind in enumerate(kinds)
    ]
    return [b"".join(records), records[1]]
