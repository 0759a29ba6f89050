"""Tar archives to documents, as a stream: ustar, pax and GNU headers (POSIX.1-2024, pax; GNU tar manual, 15.3).

Written by hand because `tarfile` takes longer for a member than its page takes to read and hash.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.sources.containers.members import Members
from toolkit.sources.findings import BEYOND_BOUND, CUT_SHORT, SourceError, no_file
from toolkit.sources.streams import Reader, Stream, collect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.passages import Found, Wanted

BLOCK = 512
MAX_HEADER_BYTES = 1024 * 1024
"""Bounds a pax header or a GNU long name."""
_END = bytes(BLOCK)
_FIELDS = struct.Struct("100s24x12s12x8sc100x6s82x155s12x")
"""Name, size, checksum, kind, magic and prefix of a ustar header."""
_REGULAR = frozenset((b"0", b"\0", b"7"))
_WITHOUT_DATA = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"5": "a folder",
    b"6": "a pipe",
}
_IN_PIECES = "holds a sparse file or a piece of one, which is not read"


class _Header(NamedTuple):
    kind: bytes
    name: bytes
    size: int


def read_tar(stream: Stream, file: str, wanted: Wanted) -> Iterator[Found]:
    """The documents of the archive's regular `.txt` members, in its order; `SourceError` where it ends badly.

    Links and devices with the name of a page, containers in the archive and second members of one name are
    diagnostics. Only the members whose header was decoded from where the part that is wanted begins; what is wrong
    before it is told by the part before it.
    """
    reader, members = Reader(stream), Members(file)
    try:
        while True:
            place = 0 if wanted.is_all() else reader.place
            while wanted.ends_before(place):
                yield None
            header = _next_header(reader)
            if header is None:
                _check_end(reader)
                return
            found = _read_member(reader, header, members, mine=place >= wanted.start)
            if found is not None:
                yield found
    except SourceError:
        if stream.stored >= wanted.start:
            raise


def tar_starts(raw: BinaryIO, places: Sequence[int]) -> list[tuple[int, int]]:
    """For each of the ascending `places` in an uncompressed archive the place of the first member from there on, and 1.

    `SourceError` if two members have one name, or where it ends badly: only who reads the whole archive can tell more.
    """
    reader, members = Reader(Stream(raw, None)), Members("")
    found: list[tuple[int, int]] = []
    while True:
        place = reader.place
        header = _next_header(reader)
        while len(found) < len(places) and (header is None or place >= places[len(found)]):
            found.append((place, 1))
        if header is None:
            return found
        members.refuse_second(header.name)
        reader.skip(_data_bytes(header))


def _next_header(reader: Reader) -> _Header | None:
    """The header of the next member, with what the headers before it say; null at the first block of the end mark."""
    name: bytes | None = None
    size: int | None = None
    while (block := reader.take(BLOCK)) != _END:
        header = _parse_header(block, reader.position)
        if header.kind == b"L":
            name = _extra_data(reader, header).rstrip(b"\0")
        elif header.kind == b"K":
            _extra_data(reader, header)
        elif header.kind in {b"x", b"g"}:
            fields = _parse_pax(_extra_data(reader, header))
            if header.kind == b"x":
                name, size = fields.get(b"path", name), _pax_size(fields, size)
            elif fields.keys() & {b"path", b"size"}:
                raise SourceError("damaged: one path or size for all members")
        else:
            return _Header(header.kind, header.name if name is None else name, header.size if size is None else size)
    if name is not None or size is not None:
        raise SourceError("damaged: the archive ends before a member that it announces")
    return None


def _parse_header(block: bytes, position: int) -> _Header:
    name, size_field, sum_field, kind, magic, prefix = _FIELDS.unpack(block)
    try:
        size, stated = _number(size_field), _number(sum_field)
    except ValueError:
        size = stated = -1
    # adler32 holds 1 plus the sum of all bytes modulo 65521; the checksum takes its own field as eight spaces
    if ((zlib.adler32(block) & 0xFFFF) - 1 - sum(sum_field) + 8 * 0x20 - stated) % 65521 or size < 0:
        raise SourceError(f"damaged: no tar header at byte {position - BLOCK} of the decoded data")
    name = name.partition(b"\0")[0]
    if prefix[0] and magic == b"ustar\0":
        name = prefix.partition(b"\0")[0] + b"/" + name
    return _Header(kind, name, size)


def _number(field: bytes) -> int:
    """A number of a header: octal digits, or (GNU) binary where the first bit is set. `ValueError` if it is neither."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    return int(field.strip(b" \0") or b"0", 8)


def _extra_data(reader: Reader, header: _Header) -> bytes:
    if header.size > MAX_HEADER_BYTES:
        raise SourceError(f"a header of {header.size} bytes is beyond {MAX_HEADER_BYTES}", code=BEYOND_BOUND)
    return reader.take(_padded(header.size))[: header.size]


def _parse_pax(data: bytes) -> dict[bytes, bytes]:
    """The records `LENGTH KEY=VALUE\\n` of a pax header."""
    fields: dict[bytes, bytes] = {}
    while data:
        digits, _, _ = data[:20].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        key, equals, value = data[len(digits) + 1 : length].partition(b"=")
        if not equals or length > len(data) or not value.endswith(b"\n"):
            raise SourceError("damaged: a pax header that is not a list of records")
        if key.startswith((b"GNU.sparse.", b"GNU.volume.offset")):
            raise SourceError(_IN_PIECES, code=BEYOND_BOUND)
        fields[key], data = value[:-1], data[length:]
    return fields


def _pax_size(fields: dict[bytes, bytes], size: int | None) -> int | None:
    digits = fields.get(b"size")
    if digits is None:
        return size
    if not digits.isdigit() or len(digits) > 20:
        raise SourceError("damaged: a pax size that is not a number")
    return int(digits)


def _read_member(reader: Reader, header: _Header, members: Members, *, mine: bool) -> Document | Diagnostic | None:
    """The member's document or what is wrong with it; null if it is no page, or not `mine`. Takes all of its bytes."""
    padded, size = _data_bytes(header), header.size
    file = _admit(header, members)
    if not mine or not isinstance(file, str):
        reader.skip(padded)
        return file if mine and not isinstance(file, str) else None
    if size > MAX_PAGE_BYTES:
        document = collect(reader.pour(size), file)
        reader.skip(padded - size)
        return document
    return Document.of(reader.take(padded)[:size], file=file)


def _admit(header: _Header, members: Members) -> str | Diagnostic | None:
    """What `Members.admit` says of the member; null of a folder too."""
    kind = header.kind
    if kind in {b"S", b"M"}:
        raise SourceError(_IN_PIECES, code=BEYOND_BOUND)
    if kind == b"5":
        return None
    fault = None if kind in _REGULAR else no_file(_WITHOUT_DATA.get(kind, "a member of unknown kind"))
    return members.admit(header.name, fault)


def _data_bytes(header: _Header) -> int:
    """The bytes that follow the header, with their padding."""
    return 0 if header.kind in _WITHOUT_DATA else _padded(header.size)


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _check_end(reader: Reader) -> None:
    """`SourceError` unless a second block of zeros follows, and nothing but zeros after it."""
    if not reader.has_more():
        raise SourceError("cut short: half of the archive's end mark is missing", code=CUT_SHORT)
    if reader.take(BLOCK) != _END:
        raise SourceError("damaged: a block of zeros between two members")
    for step in reader.rest():
        if step.strip(b"\0"):
            raise SourceError("damaged: data after the archive's end mark")
