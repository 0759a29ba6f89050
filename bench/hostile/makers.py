"""Small files that become gigabytes, and the odd headers that say so."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

ZEROS: Final = bytes(1024 * 1024)


def zstd(megabytes: int, head: bytes = b"") -> bytes:
    """`head` and zeros, in frames that follow one another."""
    return zstd_frame(head) + zstd_frame(ZEROS) * megabytes


def zstd_frame(raw: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(raw)
    return bytes(sink.getvalue().to_pybytes())


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


def table(columns: dict[str, pa.Array], **options: object) -> bytes:
    """A Parquet file of these columns, in zstd."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd", **options)
    return sink.getvalue()


def repeated_table() -> bytes:
    """A value of a megabyte that repeats a hundred thousand times."""
    return table({"text": pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["x" * 1_000_000])})


def page_table(megabytes: int) -> bytes:
    """One value, and so one page, of so many megabytes."""
    return table({"text": pa.array([ZEROS * megabytes], pa.binary())}, use_dictionary=False)


def misnamed_table() -> bytes:
    """Pages of 140 MB in a column chunk that says that it is of another column."""
    whole = page_table(140)
    return whole.replace(b"\x19\x18\x04text", b"\x19\x18\x04texu")


def many_empty_members(count: int) -> bytes:
    """A tar of empty pages, each with a name of its own."""
    heads = (tar_head(f"{number:07}.txt", 0) for number in range(count))
    return b"".join(heads) + bytes(1024)


HEAD: Final = "عنوان\nتاريخ النشر: 20th, September 2023 GMT\n"
FOOT: Final = "\nالمصدر: الراي\nكلمات دلالية: قره باغ\n"
PAGE_BYTES: Final = 16 * 1024 * 1024


def page_of(lines: str) -> bytes:
    """A page as large as pages may be, whose body is `lines` again and again."""
    room = PAGE_BYTES - len((HEAD + FOOT).encode())
    return (HEAD + lines * (room // len(lines.encode())) + FOOT).encode()


def tags_page() -> bytes:
    """A page with as many tags as there may be, all of them others."""
    tags = " ".join(f"و{number}" for number in range(100_000))
    return f"{HEAD}نص\nالمصدر: الراي\nكلمات دلالية: {tags}".encode()


def marks_page() -> bytes:
    """One letter with millions of marks, in the order that takes longest to sort."""
    room = PAGE_BYTES - len((HEAD + FOOT).encode()) - 2
    return (HEAD + "ب" + "\u0301" * (room // 4) + "\u0323" * (room // 4) + FOOT).encode()


def zip_in_zip() -> bytes:
    """An archive whose one member is an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("b.zip", zip_of_zeros(100, says_bytes=100 << 20))
    return buffer.getvalue()


def zip64_of(count: int) -> bytes:
    """A zip64 archive that says it has so many entries, and has one."""
    name = b"a.txt"
    body, entry = zip_head(name), zip_entry(name, 0, 0, 0)
    start, size = len(body), len(entry)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    return body + entry + end64 + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, start, 0)


def list_table() -> bytes:
    """Rows of a thousand lists of a hundred thousand values, all of them one: a few bytes of run lengths."""
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000_000, pa.int32()), ["x" * 1000])
    lists = pa.ListArray.from_arrays(pa.array(range(0, 20_000_001, 100_000), pa.int32()), values)
    return table({"related": lists})


def footer_table() -> bytes:
    """A table of one row whose footer has 60 MB of metadata."""
    plain = pa.table({"a": [1]}).replace_schema_metadata({"x": "y" * 60_000_000})
    sink = io.BytesIO()
    pq.write_table(plain, sink, store_schema=False)
    return sink.getvalue()
