"""WET files of Common Crawl to documents: each `conversion` record is a page, its target URI the URL (WARC 1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.errors import UsageError
from toolkit.sources.findings import BROKEN_RECORD, CUT_SHORT, SourceError, finding
from toolkit.sources.streams import BLOCK_BYTES, collect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastwarc.warc import WarcRecord

    from toolkit.diagnostics import Diagnostic
    from toolkit.documents import Document
    from toolkit.sources.streams import Stream

MAX_HEADER_BYTES = 1024 * 1024
_RECORD_END = b"\r\n\r\n"


def read_wet(stream: Stream, file: str) -> Iterator[Document | Diagnostic]:
    """A document for each `conversion` record, counted from 1; `UsageError` where fastwarc is not installed.

    Records without a type are a diagnostic (S408) at the end; those of other types do not count.
    """
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 (an extra)
    except ImportError as failure:
        raise UsageError(
            "WET files are read by fastwarc, which is not installed", mend='pip install "article-toolkit[warc]"'
        ) from failure
    source = _Source(stream)
    records = ArchiveIterator(
        source,
        record_types=WarcRecordType.any_type,
        parse_http=False,
        stream_detect=False,
        max_header_len=MAX_HEADER_BYTES,
    )
    number, untyped_at = 0, None
    for record in _translated(records, source):
        if record.record_type == WarcRecordType.conversion:
            number += 1
            yield collect(_steps(record, source), f"{file}!{number}", url=record.headers.get("WARC-Target-URI"))
        elif record.record_type == WarcRecordType.no_type and untyped_at is None:
            untyped_at = record.stream_pos
    source.check_end()
    if untyped_at is not None:
        words = f"has a record without a WARC-Type, the first of them after {untyped_at} decoded bytes"
        yield finding(BROKEN_RECORD, words, file)


def _translated(records: Iterator[WarcRecord], source: _Source) -> Iterator[WarcRecord]:
    while True:
        try:
            record = next(records, None)
        except (OSError, ValueError) as failure:
            raise source.fault_of(failure) from failure
        if record is None:
            return
        yield record


def _steps(record: WarcRecord, source: _Source) -> Iterator[bytes]:
    """The record's bytes, a block at most at a time; fastwarc itself takes a file that ends too early for its end."""
    left = record.content_length
    while left:
        try:
            step = record.reader.read(min(left, BLOCK_BYTES))
        except (OSError, ValueError) as failure:
            raise source.fault_of(failure) from failure
        if not step:
            raise SourceError(f"cut short: a record misses its last {left} bytes", code=CUT_SHORT)
        left -= len(step)
        yield step


class _Source:
    """A stream in the shape that fastwarc asks for. `fault` is what ended it, else null."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._block = memoryview(b"")
        self._end = b""
        self._given = 0
        self.fault: SourceError | None = None

    def read(self, size: int = BLOCK_BYTES) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        if not self._block:
            try:
                self._block = memoryview(self._stream.read_block())
            except SourceError as fault:
                self.fault = fault
                raise
        step, self._block = bytes(self._block[:size]), self._block[size:]
        self._given += len(step)
        self._end = (self._end + step)[-len(_RECORD_END) :]
        return step

    def tell(self) -> int:
        """How many bytes were given."""
        return self._given

    def seek(self, offset: int, whence: int = 0) -> int:
        """Never asked for: a stream only goes on."""
        raise OSError(f"no seeking to {offset} ({whence})")

    def close(self) -> None:
        """Leave the file to who opened it."""

    def fault_of(self, failure: Exception) -> SourceError:
        """What `failure` of fastwarc comes from: what ended the stream, else damage."""
        return self.fault or SourceError(f"damaged: {failure}, before byte {self._given}")

    def check_end(self) -> None:
        """`SourceError` unless the file ended as a record does."""
        if self.fault is not None:
            raise self.fault
        if self._end != _RECORD_END:
            raise SourceError(f"cut short: no record ends at byte {self._given}, the last one", code=CUT_SHORT)
