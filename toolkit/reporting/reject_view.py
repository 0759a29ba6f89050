"""`RejectView`: a rejected page as it stands, with its faults where they are. For private reports only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from toolkit.diagnostics import Diagnostic, cut, escape
from toolkit.pages import PageRules, explain, read_page
from toolkit.reporting.page_view import LINE_CHARACTERS, LISTED, PAGE_CHARACTERS, SHORT_CHARACTERS

MAX_REJECTS: Final = 200
REJECTS_A_CODE: Final = 10
MAX_DECODED_BYTES: Final = 64 * 1024
"""How many bytes are shown of a page that is no text."""

_LINE_END: Final = re.compile("\r\n|[\n\r\v\f\u0085\u2028\u2029]")

Reject = Mapping[str, Any]  # Any: a cell of any type


class RawLine(NamedTuple):
    """A physical line: `before`, what is `at` the fault (empty for none), `after`; invisible ones as `\\uXXXX`.

    A tuple: the script of the report reads it as a list. `block` is what the line was read as, empty where nothing of
    it was kept or the page is no text.
    """

    number: int
    block: str
    before: str
    at: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectView:
    """A rejected page; `lines` is null if its bytes were not kept; `left_out` counts lines that are not shown."""

    file: str
    bytes: int
    codes: tuple[str, ...]
    faults: tuple[Diagnostic, ...]
    lines: tuple[RawLine, ...] | None
    left_out: int = 0


def choose_rejects(rejects: Iterable[Reject]) -> Iterator[Reject]:
    """The first `MAX_REJECTS`, and of each code the first `REJECTS_A_CODE`; rows of the schema `REJECTS`."""
    seen: Counter[str] = Counter()
    for number, reject in enumerate(rejects):
        if number < MAX_REJECTS or any(seen[code] < REJECTS_A_CODE for code in reject["codes"]):
            yield reject
        seen.update(reject["codes"])


def view_reject(reject: Reject, rules: PageRules) -> RejectView:
    """The view of a row of the schema `REJECTS`."""
    faults = tuple(_shortened(Diagnostic(**entry)) for entry in reject["diagnostics"][:LISTED])
    lines, left_out = (None, 0) if reject["raw"] is None else _view_lines(reject["raw"], faults, rules)
    return RejectView(
        file=cut(escape(reject["file"]), SHORT_CHARACTERS),
        bytes=reject["bytes"],
        codes=tuple(reject["codes"]),
        faults=faults,
        lines=lines,
        left_out=left_out,
    )


def _shortened(fault: Diagnostic) -> Diagnostic:
    return replace(
        fault,
        message=cut(fault.message, SHORT_CHARACTERS),
        found=None if fault.found is None else cut(fault.found, SHORT_CHARACTERS),
        expected=None if fault.expected is None else cut(fault.expected, SHORT_CHARACTERS),
    )


def _view_lines(raw: bytes, faults: Sequence[Diagnostic], rules: PageRules) -> tuple[tuple[RawLine, ...], int]:
    """The lines that are shown, and how many are not."""
    decoded, blocks = _decode(raw, rules)
    lines = _LINE_END.split(decoded)
    first_faults = {fault.line: fault for fault in reversed(faults) if fault.line is not None}
    if max(first_faults, default=0) > len(lines):
        lines.append("")
    chosen = list(_choose(lines, first_faults))
    shown = (_mark(number, blocks.get(number, ""), lines[number - 1], first_faults.get(number)) for number in chosen)
    return tuple(shown), len(lines) - len(chosen)


def _decode(raw: bytes, rules: PageRules) -> tuple[str, Mapping[int, str]]:
    """The text of a page, as far as it is text, and the blocks of its lines by their number."""
    reading = read_page(raw, rules)
    if reading.text is None or reading.outline is None:
        return raw[:MAX_DECODED_BYTES].decode("utf-8", "backslashreplace"), {}
    explained = explain(reading.text, reading.outline, ())
    return reading.text.decoded, {line.line: line.block for line in explained}


def _choose(lines: Sequence[str], faulty: Container[int]) -> Iterator[int]:
    """Numbers of the lines with a fault, and of the others up to `PAGE_CHARACTERS`."""
    room = PAGE_CHARACTERS
    for number, line in enumerate(lines, start=1):
        if room > 0 or number in faulty:
            yield number
        room -= min(len(line), LINE_CHARACTERS) + 1


def _mark(number: int, block: str, line: str, fault: Diagnostic | None) -> RawLine:
    """The line, with what was found in it marked; only one character of it where the line reads otherwise there."""
    if fault is None or fault.found is None:
        return RawLine(number=number, block=block, before=escape(cut(line, LINE_CHARACTERS)))
    at = (fault.column or 1) - 1
    end = at + (len(fault.found) if line.startswith(fault.found, at) else 1)
    start = max(at - LINE_CHARACTERS // 2, 0)
    return RawLine(
        number=number,
        block=block,
        before=("…" if start else "") + escape(line[start:at]),
        at=escape(line[at:end]),
        after=escape(cut(line[end:], LINE_CHARACTERS // 2)),
    )
