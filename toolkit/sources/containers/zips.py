"""Zip archives to documents, member by member, in the order of the central directory (APPNOTE.TXT 6.3.10).

Written by hand because `zipfile` keeps half a kilobyte for each member in memory. Stored and deflated members only.
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from toolkit.sources.containers.members import Members
from toolkit.sources.findings import BEYOND_BOUND, CUT_SHORT, SourceError, not_regular, told
from toolkit.sources.streams import BLOCK_BYTES, check_ratio, collect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.diagnostics import Diagnostic
    from toolkit.documents import Document
    from toolkit.sources.tasks import Part

_END = struct.Struct("<4s4H2LH")  # 4.3.16 end of central directory record
_END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_LOCATOR64 = struct.Struct("<4sLQL")  # 4.3.15
_ENTRY = struct.Struct("<4sxB2x2H4x3L3H4x2L")  # 4.3.12 central directory header
_LOCAL = struct.Struct("<4s22x2H")  # 4.3.7 local file header
_MAX_ENTRY = _ENTRY.size + 3 * 65535
_WINDOW_BYTES = 1024 * 1024
"""So much of the central directory is in memory at once: several of the longest entries."""
_MAX_COMMENT = 65535
_FULL = 0xFFFFFFFF
_ENCRYPTED = 0b10_0000_0100_0001  # bits 0, 6 and 13 of the flags (4.4.4)
_STORED, _DEFLATED = 0, 8
_UNIX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Directory:
    offset: int
    size: int
    count: int


class _Member(NamedTuple):
    """An entry of the central directory; `at` is its place in the file, `offset` that of the member it describes."""

    name: bytes
    flags: int
    method: int
    crc: int
    stored: int
    size: int
    mode: int
    offset: int
    at: int
    entry_size: int


def read_zip(raw: BinaryIO, file: str, part: Part | None) -> Iterator[Document | Diagnostic]:
    """The documents of the archive's regular `.txt` members; `SourceError` where it is cut short or damaged.

    Links, encrypted members and those of another method, containers in the archive and second members of one name
    are diagnostics. Of a `part`, only the members whose entries begin there in the central directory.
    """
    directory, members = _find_directory(raw), Members(file)
    stored = decoded = 0
    for member in _entries(raw, directory, part):
        name = members.admit(member.name, _fault_of(member))
        if isinstance(name, str):
            stored, decoded = stored + member.stored, decoded + member.size
            check_ratio(decoded, min(stored, directory.offset))
            yield _read_member(raw, member, name, directory)
        else:
            _data_offset(raw, member, directory)  # a name that was damaged must not hide a page
            if name is not None:
                yield name


def _fault_of(member: _Member) -> SourceError | None:
    if stat.S_IFMT(member.mode) not in {0, stat.S_IFREG}:
        return not_regular(member.mode)
    if member.flags & _ENCRYPTED:
        return SourceError("is encrypted", code=BEYOND_BOUND)
    if member.method not in {_STORED, _DEFLATED}:
        return SourceError(f"is compressed by method {member.method}, not stored or deflated", code=BEYOND_BOUND)
    return None


def _find_directory(raw: BinaryIO) -> _Directory:
    size = raw.seek(0, 2)
    tail_at = max(0, size - _LOCATOR64.size - _END.size - _MAX_COMMENT)
    tail = _read_at(raw, tail_at, size - tail_at)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise SourceError("cut short: no end of the central directory", code=CUT_SHORT)
    _, disk, first_disk, here, count, length, offset, comment = _END.unpack_from(tail, at)
    end = tail_at + at
    if at + _END.size + comment != len(tail):
        raise SourceError("damaged: data after the end of the central directory")
    if tail[max(0, at - _LOCATOR64.size) : at].startswith(b"PK\6\7"):
        return _find_directory64(raw, end)
    _refuse_split(disk, first_disk)
    if here != count or offset + length != end:
        raise SourceError("damaged: the end of the central directory does not fit the file")
    return _Directory(offset=offset, size=length, count=count)


def _find_directory64(raw: BinaryIO, end: int) -> _Directory:
    _, _, at, disks = _LOCATOR64.unpack(_read_at(raw, end - _LOCATOR64.size, _LOCATOR64.size))
    _refuse_split(disks - 1 if disks else 0)
    try:
        mark, _, _, _, disk, first_disk, here, count, length, offset = _END64.unpack(_read_at(raw, at, _END64.size))
    except ValueError as failure:  # of `seek`
        raise SourceError("damaged: no zip64 end of the central directory") from failure
    if mark != b"PK\6\6":
        raise SourceError("damaged: no zip64 end of the central directory")
    _refuse_split(disk, first_disk)
    if here != count or offset + length != at:
        raise SourceError("damaged: the zip64 end of the central directory does not fit the file")
    return _Directory(offset=offset, size=length, count=count)


def _refuse_split(*disks: int) -> None:
    """`SourceError` (S406) unless all `disks` that an archive names are its first."""
    if any(disks):
        raise SourceError("is the last piece of an archive that was split, which is not read", code=BEYOND_BOUND)


def _entries(raw: BinaryIO, directory: _Directory, part: Part | None) -> Iterator[_Member]:
    """The entries of the central directory (or of `part` of it), read in steps: only one step is in memory."""
    at, number = (part.start, part.number) if part else (directory.offset, 1)
    directory_end = directory.offset + directory.size
    stop = part.stop if part and part.stop else directory_end
    window, window_at = b"", at
    while at < stop:
        if window_at + len(window) < min(at + _MAX_ENTRY, directory_end):
            window, window_at = _read_at(raw, at, min(_WINDOW_BYTES, directory_end - at)), at
        member = _parse_entry(window, at - window_at, at)
        at, number = at + member.entry_size, number + 1
        yield member
    if stop == directory_end and number != directory.count + 1:
        raise SourceError(f"damaged: {number - 1} entries in the central directory, not {directory.count}")


def zip_starts(raw: BinaryIO, places: Sequence[int]) -> list[tuple[int, int]]:
    """For each of the ascending `places` (bytes of members) the first member that has as many before it.

    Given as the place of its entry in the file, and its number from 1. `SourceError` if two members have one name:
    only who reads the whole archive can tell which is the second.
    """
    directory, members = _find_directory(raw), Members("")
    found: list[tuple[int, int]] = []
    stored = 0
    for number, member in enumerate(_entries(raw, directory, None), start=1):
        while len(found) < len(places) and stored >= places[len(found)]:
            found.append((member.at, number))
        members.refuse_second(member.name)
        stored += member.stored
    return found + [(directory.offset + directory.size, directory.count + 1)] * (len(places) - len(found))


def _parse_entry(window: bytes, at: int, place: int) -> _Member:
    if len(window) - at < _ENTRY.size:
        raise SourceError("damaged: the central directory ends within an entry")
    mark, system, flags, method, crc, stored, size, *lengths, attributes, offset = _ENTRY.unpack_from(window, at)
    name_at = at + _ENTRY.size
    end = name_at + sum(lengths)
    if mark != b"PK\1\2" or end > len(window):
        raise SourceError("damaged: an entry of the central directory is broken")
    if _FULL in {stored, size, offset}:
        extra_at = name_at + lengths[0]
        size, stored, offset = _wide(window[extra_at : extra_at + lengths[1]], size, stored, offset)
    name = window[name_at : name_at + lengths[0]]
    mode = attributes >> 16 if system == _UNIX else 0
    return _Member(name, flags, method, crc, stored, size, mode, offset, place, end - at)


def _wide(extra: bytes, *narrow: int) -> list[int]:
    """The values of a zip64 extra field (4.5.3) in the place of those that were too large for the entry."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == 1 and len(field) == length and length >= 8 * narrow.count(_FULL):
            values = (value for (value,) in struct.iter_unpack("<Q", field[: length // 8 * 8]))
            return [next(values) if value == _FULL else value for value in narrow]
    raise SourceError("damaged: an entry without its zip64 sizes")


def _read_member(raw: BinaryIO, member: _Member, name: str, directory: _Directory) -> Document | Diagnostic:
    try:
        start = _data_offset(raw, member, directory)
        return collect(_checked(_steps(raw, member, start), member), name)
    except SourceError as fault:
        return told(fault, name)


def _data_offset(raw: BinaryIO, member: _Member, directory: _Directory) -> int:
    """Where the member's data begins: before the directory, after a local header with the name that it says."""
    header = _read_at(raw, member.offset, _LOCAL.size)
    mark, name_length, extra_length = _LOCAL.unpack(header)
    if mark != b"PK\3\4" or _read_at(raw, member.offset + _LOCAL.size, name_length) != member.name:
        raise SourceError("damaged: its local header is not what the central directory says")
    start = member.offset + _LOCAL.size + int(name_length) + int(extra_length)
    if start + member.stored > directory.offset:
        raise SourceError("damaged: its data reaches into the central directory")
    return start


def _steps(raw: BinaryIO, member: _Member, start: int) -> Iterator[bytes]:
    """The member's bytes, a block at most at a time."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(start, start + member.stored, BLOCK_BYTES):
        stored = _read_at(raw, at, min(BLOCK_BYTES, start + member.stored - at))
        if member.method == _STORED:
            yield stored
            continue
        try:
            while step := inflater.decompress(stored, BLOCK_BYTES):
                yield step
                stored = inflater.unconsumed_tail  # when it is empty, the inflater may still hold bytes
        except zlib.error as failure:
            raise SourceError(f"damaged: {failure}") from failure
    if member.method == _DEFLATED and (not inflater.eof or inflater.unused_data):
        raise SourceError("damaged: its compressed data does not end where it should")


def _checked(steps: Iterator[bytes], member: _Member) -> Iterator[bytes]:
    """`steps`, if they are as many bytes and have the checksum that the directory says."""
    size, crc = 0, 0
    for step in steps:
        size, crc = size + len(step), zlib.crc32(step, crc)
        if size > member.size:
            break
        yield step
    if (size, crc) != (member.size, member.crc):
        raise SourceError("damaged: its size or checksum is not what the central directory says")


def _read_at(raw: BinaryIO, at: int, count: int) -> bytes:
    """`count` bytes from `at`; `SourceError` where the file has none."""
    if at < 0:
        raise SourceError("damaged: a place before the beginning of the file")
    raw.seek(at)
    found = raw.read(count)
    if len(found) != count:
        raise SourceError(f"cut short: the file ends before byte {at + count}", code=CUT_SHORT)
    return found
