"""`Compact`: data in Thrift's compact protocol, field by field (apache/thrift: thrift-compact-protocol.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = frozenset((4, 5, 6))
"""The kinds of whole numbers of 16, 32 and 64 bits."""
BINARY, LIST, STRUCT = 8, 9, 12
_MAX_DEPTH = 16


class Compact:
    """A reader at one place of the data. Raises `IndexError` where the data ends too early or is no Thrift."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Id and kind of each field of a struct; who takes them reads or skips the value before the next."""
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self.number()
            yield field, head & 15

    def items(self) -> Iterator[int]:
        """The kind of each item of a list; who takes them reads or skips the item before the next."""
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        for _ in range(count):
            yield head & 15

    def number(self) -> int:
        """A whole number."""
        value = self._varint()
        return value >> 1 ^ -(value & 1)

    def numbers(self) -> dict[int, int]:
        """The whole numbers of a struct by the ids of their fields; everything else in it is passed over."""
        found: dict[int, int] = {}
        for field, kind in self.fields():
            if kind in NUMBERS:
                found[field] = self.number()
            else:
                self.skip(kind)
        return found

    def skip(self, kind: int, *, depth: int = 0) -> None:
        """Pass over a value."""
        if depth > _MAX_DEPTH:
            raise IndexError
        if kind in NUMBERS:
            self._varint()
        elif kind in {3, 7}:
            self._pass(1 if kind == 3 else 8)
        elif kind == BINARY:
            self._pass(self._varint())
        elif kind == STRUCT:
            for _, inner in self.fields():
                self.skip(inner, depth=depth + 1)
        elif kind in {LIST, 10}:
            for inner in self.items():
                self.skip(3 if inner in {1, 2} else inner, depth=depth + 1)
        elif kind not in {1, 2}:
            raise IndexError  # Parquet has no maps

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
            if shift > 63:
                raise IndexError
        return value | byte << shift
