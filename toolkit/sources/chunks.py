"""Pages of a Parquet column chunk: how large they say they are, before anything decodes them.

A footer binds nothing: a file of a few kilobytes can hold a page of gigabytes. Only the page's own header says how much
memory its decoder takes (apache/parquet-format: parquet.thrift, `PageHeader`; thrift-compact-protocol.md).
"""

from __future__ import annotations

from typing import BinaryIO

from toolkit.sources.findings import BEYOND_BOUND, SourceError
from toolkit.sources.streams import check_ratio

MAX_CHUNK_PAGE_BYTES = 128 * 1024 * 1024
_WINDOWS = (1024, 1024 * 1024)
"""A header is looked for in so many bytes, and if it does not fit, in so many."""
_MAX_DEPTH = 8


def largest_page(raw: BinaryIO, start: int, stop: int) -> int:
    """Bytes of the largest decoded page in a column chunk; `SourceError` (S406) if one goes beyond the bounds."""
    largest, at = 0, start
    while at < stop:
        decoded, stored, header = _page_header(raw, at)
        if decoded > MAX_CHUNK_PAGE_BYTES:
            raise SourceError(f"holds a page of {decoded} bytes, beyond {MAX_CHUNK_PAGE_BYTES}", code=BEYOND_BOUND)
        check_ratio(decoded, stored + header)
        largest, at = max(largest, decoded), at + header + stored
    return largest


def _page_header(raw: BinaryIO, at: int) -> tuple[int, int, int]:
    """Decoded and stored bytes of the page at `at`, and bytes of its header."""
    for window in _WINDOWS:
        raw.seek(at)
        fields = _Fields(raw.read(window))
        try:
            sizes = fields.numbers()
        except IndexError:
            continue
        decoded, stored = sizes.get(2, -1), sizes.get(3, -1)
        if decoded < 0 or stored < 0:
            break
        return decoded, stored, fields.at
    raise SourceError(f"damaged: no page header at byte {at}")


class _Fields:
    """A struct in Thrift's compact protocol. Raises `IndexError` where the data ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def numbers(self) -> dict[int, int]:
        """The whole numbers of the struct by the ids of their fields; everything else is passed over."""
        found: dict[int, int] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._number()
            if head & 15 in {4, 5, 6}:
                found[field] = self._number()
            else:
                self._skip(head & 15, depth=0)
        return found

    def _skip(self, kind: int, *, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise IndexError
        if kind in {4, 5, 6}:
            self._varint()
        elif kind in {3, 7}:
            self._pass(1 if kind == 3 else 8)
        elif kind == 8:
            self._pass(self._varint())
        elif kind == 12:
            while head := self._byte():
                if not head >> 4:
                    self._varint()
                self._skip(head & 15, depth=depth + 1)
        elif kind not in {1, 2}:
            raise IndexError  # no page header has lists or maps

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _pass(self, count: int) -> None:
        self.at += count
        if self.at > len(self._data):
            raise IndexError

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def _number(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)
