"""Containers to bytes: decompressed block by block, within bounds; what is cut short or damaged is a `SourceError`."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.sources.decoders import decode
from toolkit.sources.findings import BEYOND_BOUND, CUT_SHORT, SourceError, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from toolkit.sources.kinds import Codec

BLOCK_BYTES = 64 * 1024
MAX_RATIO = 200
FREE_BYTES = 10 * 1024 * 1024
"""A container may decode to this many bytes before its ratio is looked at."""
_NOT_DECODED = {
    "too much memory": "was packed by zstd with a window of more than 128 MiB (--long), which is not read",
    "Dictionary mismatch": "was packed by zstd with a dictionary (-D), which is not read",
    "Memory usage limit": "was packed by xz with a dictionary of more than 128 MiB, which is not read",
}
"""What is no damage: by words of the decoder."""


class Stream:
    """The decompressed bytes of one open file.

    `stored` is where in the file the blocks given so far ended. Blocks are always asked for in one size, so for a
    compressed file it is the same for everyone who reads it. Checksums of the compressed data are checked.
    """

    def __init__(self, raw: BinaryIO, codec: Codec | None) -> None:
        self._raw = raw
        self._is_compressed = codec is not None
        self._next_block = _decoder(raw, codec)
        self._decoded = 0
        self.stored = raw.tell()

    def read_block(self) -> bytes:
        """The next bytes, at most `BLOCK_BYTES`; none at the end of the file."""
        try:
            block = self._next_block()
        except OSError as failure:
            raise self._fault(failure) from failure
        self._decoded += len(block)
        self.stored = self._raw.tell()
        if self._is_compressed and not block and not self.stored:
            raise SourceError("the file is empty", code=CUT_SHORT)
        check_ratio(self._decoded, self.stored)
        return block

    def blocks(self) -> Iterator[bytes]:
        """All blocks that are left."""
        while block := self.read_block():
            yield block

    def place(self, block: bytes, at: int) -> int:
        """Where in the file byte `at` of the last `block` is; of a compressed file, where the whole block ended."""
        return self.stored if self._is_compressed else self.stored - len(block) + at

    def _fault(self, failure: OSError) -> SourceError:
        place = f"after {self._decoded} decoded bytes, at byte {self._raw.tell()} of the file"
        if failure.errno is not None:
            return unreadable(failure)
        for words, reason in _NOT_DECODED.items():
            if words in str(failure):
                return SourceError(reason, code=BEYOND_BOUND)
        if "Truncated" in str(failure):
            return SourceError(f"cut short: the compressed data ends too early ({place})", code=CUT_SHORT)
        return SourceError(f"damaged: {failure} ({place})")


def _decoder(raw: BinaryIO, codec: Codec | None) -> Callable[[], bytes]:
    """What gives the next decompressed bytes, at most `BLOCK_BYTES`; none at the end of the file."""
    if codec in {"bz2", "xz"}:
        return partial(next, decode(raw, codec, block_bytes=BLOCK_BYTES), b"")
    stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), codec) if codec else raw
    return partial(stream.read, BLOCK_BYTES)


def check_ratio(decoded: int, stored: int) -> None:
    """`SourceError` (S406) if `decoded` bytes from `stored` ones are what only a bomb gives."""
    if decoded > FREE_BYTES and decoded > MAX_RATIO * stored:
        raise SourceError(f"decodes to more than {MAX_RATIO} times its size", code=BEYOND_BOUND)


class Reader:
    """The bytes of a `Stream`, taken piece by piece."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._block = b""
        self._at = 0
        self.position = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes; `SourceError` (S404) if there are fewer."""
        end = self._at + count
        if end <= len(self._block):
            piece = self._block[self._at : end]
            self._at = end
            self.position += count
            return piece
        return b"".join(self.pour(count))

    def pour(self, count: int) -> Iterator[bytes]:
        """The next `count` bytes in steps of at most a block; `SourceError` (S404) if there are fewer."""
        while count:
            if not self.has_more():
                raise SourceError(f"cut short: the data ends after {self.position} bytes", code=CUT_SHORT)
            step = self._block[self._at : self._at + count]
            self._at += len(step)
            self.position += len(step)
            count -= len(step)
            yield step

    def skip(self, count: int) -> None:
        """Leave out the next `count` bytes; `SourceError` (S404) if there are fewer."""
        end = self._at + count
        if end <= len(self._block):
            self._at = end
            self.position += count
            return
        for _ in self.pour(count):
            pass

    def rest(self) -> Iterator[bytes]:
        """All bytes that are left, in steps."""
        while self.has_more():
            yield from self.pour(len(self._block) - self._at)

    def has_more(self) -> bool:
        """Whether a byte is left."""
        if self._at == len(self._block):
            self._block, self._at = self._stream.read_block(), 0
        return bool(self._block)

    @property
    def place(self) -> int:
        """The place in the file (see `Stream.place`) of the next byte."""
        self.has_more()
        return self._stream.place(self._block, self._at)


class Gathered:
    """Bytes that come in steps: kept while they are at most `max_bytes`, else only counted and hashed."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: list[bytes] = []
        self._digest = sha256()
        self.size = 0

    def add(self, step: bytes) -> None:
        """Take the next bytes."""
        self.size += len(step)
        self._kept.append(step)
        if self.size > self._max_bytes:
            for each in self._kept:
                self._digest.update(each)
            self._kept.clear()

    def raw(self) -> bytes | None:
        """All bytes; null if they were not kept."""
        return b"".join(self._kept) if self.size <= self._max_bytes else None

    def sha256(self) -> str:
        """The hash of bytes that were not kept."""
        return self._digest.hexdigest()


def collect(steps: Iterable[bytes], file: str, *, url: str | None = None) -> Document:
    """The document of a page that comes in steps; beyond `MAX_PAGE_BYTES` its size and hash only."""
    page = Gathered(MAX_PAGE_BYTES)
    for step in steps:
        page.add(step)
    raw = page.raw()
    if raw is not None:
        return Document.of(raw, file=file, url=url)
    return Document(file=file, raw=None, size=page.size, sha256=page.sha256(), url=url)
