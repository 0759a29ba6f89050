"""JSON Lines to documents: one object a line, its text a page; a record has the number of its line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO

from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.sources.findings import BROKEN_RECORD, SourceError, finding, no_text
from toolkit.sources.streams import BLOCK_BYTES, Gathered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.passages import Found, Wanted
    from toolkit.sources.streams import Stream
    from toolkit.sources.tasks import SourceOptions

MAX_LINE_BYTES = 2 * MAX_PAGE_BYTES
"""A longer line is skipped in steps; its document has the size and the hash of the line, and no bytes."""
MAX_VALUES = 1_000_000
"""Bounds the memory that one line can become: a line beyond 1 MiB may hold this many commas."""
MAX_DEPTH = 500
"""Lists and objects inside one another. Python's own bound lies above it, and differs from version to version."""


def read_lines(stream: Stream, file: str, options: SourceOptions, wanted: Wanted, *, first: int = 1) -> Iterator[Found]:
    """A document for each line that is a JSON object with a text; its `page.file` ends with `!` and the line's number.

    Blank lines are counted and left out; any other line is a diagnostic (S408). Lone surrogates of a text are kept,
    as bytes that are no UTF-8. Only the lines of the part that is wanted; `stream` begins with line `first`.
    """
    try:
        for number, (place, line) in enumerate(_lines(stream), start=first):
            while wanted.ends_before(place):
                yield None
            if place < wanted.start:
                continue
            raw = line.raw()
            if raw is None:
                yield Document(file=f"{file}!{number}", raw=None, size=line.size, sha256=line.sha256())
            elif raw and not raw.isspace():
                yield _read_record(raw, file, number, options)
    except SourceError:
        if stream.stored >= wanted.start:
            raise  # else the part before has told


def _read_record(line: bytes, file: str, number: int, options: SourceOptions) -> Document | Diagnostic:
    record = _parse(line, is_first=number == 1)
    if isinstance(record, str):
        return finding(BROKEN_RECORD, record, file, line=number)
    text = record.get(options.text_field)
    if not isinstance(text, str):
        others = (name for name, value in record.items() if isinstance(value, str))
        return finding(BROKEN_RECORD, no_text("text in the field", options.text_field, others), file, line=number)
    raw, url = text.encode("utf-8", "surrogatepass"), record.get(options.url_field)
    shown = url.encode("utf-8", "backslashreplace").decode() if isinstance(url, str) else None
    return Document.of(raw, file=f"{file}!{number}", url=shown)


def _parse(line: bytes, *, is_first: bool) -> dict[str, object] | str:
    """The object that `line` is, or what is wrong with it."""
    if len(line) > BLOCK_BYTES and line.count(b",") > MAX_VALUES:
        return f"holds more than {MAX_VALUES} values"
    try:
        text = line.decode("utf-8")
        record = json.loads(text.removeprefix("\ufeff") if is_first else text)
    except (UnicodeDecodeError, json.JSONDecodeError) as failure:
        return _no_json(failure)
    except RecursionError:
        return "is nested too deep"
    except ValueError:
        return "holds a number of too many digits"
    if line.count(b"[") + line.count(b"{") > MAX_DEPTH and _is_too_deep(record):
        return "is nested too deep"
    return record if isinstance(record, dict) else "is not a JSON object"


def _no_json(failure: UnicodeDecodeError | json.JSONDecodeError) -> str:
    if isinstance(failure, UnicodeDecodeError):
        return f"is not UTF-8: {failure.reason} at byte {failure.start + 1} of the line"
    return f"is not JSON: {failure.msg.removesuffix(' at')} at character {failure.pos + 1} of the line"


def _is_too_deep(record: object) -> bool:
    level = [record]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _members(value)]
    return any(isinstance(value, dict | list) for value in level)


def _members(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _lines(stream: Stream) -> Iterator[tuple[int, Gathered]]:
    """The lines without their ends, each with its place (see `Stream.place`)."""
    place, line = 0, Gathered(MAX_LINE_BYTES)
    for block in stream.blocks():
        start = 0
        while (end := block.find(b"\n", start)) >= 0:
            place = place if line.size else stream.place(block, start)
            line.add(block[start:end])
            yield place, line
            line, start = Gathered(MAX_LINE_BYTES), end + 1
        if start < len(block):
            place = place if line.size else stream.place(block, start)
            line.add(block[start:])
    if line.size:
        yield place, line


def line_starts(raw: BinaryIO, places: Sequence[int]) -> list[tuple[int, int]]:
    """For each of the ascending `places` in a file, the place and number of the first line that begins there or later.

    Where no line does, the place is the size of the file.
    """
    found = [(0, 1) for place in places if place == 0]
    at, number = 0, 1
    while block := raw.read(BLOCK_BYTES):
        while len(found) < len(places):
            end = block.find(b"\n", max(0, places[len(found)] - 1 - at))
            if end < 0:
                break
            found.append((at + end + 1, number + block.count(b"\n", 0, end + 1)))
        at, number = at + len(block), number + block.count(b"\n")
    return found + [(at, number)] * (len(places) - len(found))
