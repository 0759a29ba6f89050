"""Bytes to canonical lines: decoding, invisible characters, NFC, line ends and white space (page-format, section 1)."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.pages.findings import Finding
from toolkit.pages.text.normal_forms import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LINES = 100_000
"""A page with more lines is too large (D104): each line costs memory."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
INVISIBLES = "".join(
    chr(code)
    for first, last in (
        (0x1, 0x8),
        (0xE, 0x1B),
        (0x7F, 0x84),
        (0x86, 0x9F),
        (0xAD, 0xAD),
        (0x61C, 0x61C),
        (0x180E, 0x180E),
        (0x200B, 0x200B),
        (0x200E, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x2060),
        (0x2066, 0x2069),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
)
"""Characters that are removed from a page."""

LINE_ENDS = "\r\v\f\u0085\u2028\u2029"
"""Characters that end a line, beside LF."""

SPACES = (
    "\t\u001c\u001d\u001e\u001f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
"""Characters that are a space, beside U+0020."""

_INVISIBLE = re.compile(f"[{INVISIBLES}]+")
_VISIBLE = re.compile(rf"[^\s\u200c\u200d{INVISIBLES}]")
_LINE_END = re.compile(f"\r\n|[\n{LINE_ENDS}]")
_ODD = re.compile(f"[{LINE_ENDS}{SPACES}]")
_NOT_VISIBLE = " \u200c\u200d"  # space, ZWNJ, ZWJ: a line of these alone goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A page as canonical lines: NFC, no invisible characters, single spaces, no line without anything visible.

    `decoded` is the page as it was decoded (without its byte order mark): places are found in it.
    `invisible` is where in `decoded` the first removed character stood, null where there was none.
    """

    lines: tuple[str, ...]
    decoded: str
    invisible: int | None


def decode(raw: bytes, encoding: str | None = None) -> Text | tuple[Finding, ...]:
    """The canonical text of a page's bytes, or the faults that make it unreadable (D101 to D104).

    A byte order mark beats `encoding`, which is strict UTF-8 unless named; nothing is ever guessed.
    """
    marks = ((len(mark), marked) for mark, marked in _BOMS if raw.startswith(mark))
    start, name = next(marks, (0, encoding or "utf-8"))
    try:
        decoded = raw[start:].decode(name)
        if encoding is not None:
            decoded.encode()  # some codecs let lone surrogates through
    except UnicodeError as fault:
        return _undecodable(raw[start:], name, fault)
    text = canonical(decoded)
    return text if isinstance(text, Text) else (text,)


def _undecodable(raw: bytes, name: str, fault: UnicodeError) -> tuple[Finding, ...]:
    readable = _readable(raw, name)
    line, column, found = 1, 1, None
    if isinstance(fault, UnicodeDecodeError):
        line, column = _place(readable, len(_readable(raw[: fault.start], name)))
        found = raw[fault.start : fault.start + 8].hex(" ")
    undecodable = Finding(code="D101", line=line, column=column, found=found, expected=f"valid {name.upper()}")
    # A picture, a compressed file, UTF-16 without its mark: binary, too.
    return (undecodable, _binary(readable)) if "\0" in readable else (undecodable,)


def _readable(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name, "replace")
    except UnicodeError:  # some codecs replace nothing
        return ""


def _binary(readable: str) -> Finding:
    line, column = _place(readable, readable.index("\0"))
    return Finding(code="D102", line=line, column=column, found="U+0000", expected="text")


def canonical(decoded: str) -> Text | Finding:
    """The canonical text of a decoded page, or D102 (it holds U+0000), D103 (nothing visible in it), D104 (lines)."""
    if "\0" in decoded:
        return _binary(decoded)
    invisible = _INVISIBLE.search(decoded)
    clean = _INVISIBLE.sub("", decoded) if invisible else decoded
    squeezed = _squeezed(normalise("NFC", clean))
    if squeezed.count("\n") >= MAX_LINES:
        return Finding(code="D104", line=1, column=1, detail="lines", expected=f"at most {MAX_LINES}")
    lines = _lines(squeezed)
    if not lines:
        return Finding(code="D103", line=1, column=1, expected="a page of text")
    return Text(lines=lines, decoded=decoded, invisible=invisible.start() if invisible else None)


def _squeezed(text: str) -> str:
    """A text whose lines end in LF alone and have something in them; a loop over lines takes five times as long."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    for odd in set(_ODD.findall(text)):
        text = text.replace(odd, "\n" if odd in LINE_ENDS else " ")
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.replace(" \n", "\n").replace("\n ", "\n").strip(" \n")
    while "\n\n" in text:
        text = text.replace("\n\n", "\n")
    return text


def _lines(text: str) -> tuple[str, ...]:
    lines = text.split("\n")
    if "\u200c" in text or "\u200d" in text:
        return tuple([line for line in lines if line.strip(_NOT_VISIBLE)])
    return tuple([line for line in lines if line])


def line_numbers(text: Text) -> list[int]:
    """The physical line, from 1, of each canonical line."""
    return [number for number, _ in _kept_lines(text)]


def place(text: Text, index: int, offset: int = 0) -> tuple[int, int]:
    """Physical line and column, both from 1, of character `offset` of canonical line `index`.

    An index past the last line is the line after it, where a missing line was expected.
    """
    return places(text, [(index, offset)])[0]


def places(text: Text, positions: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The `place` of each (canonical line, character in it), found in one walk over the page."""
    lines = list(_kept_lines(text))
    after_last = lines[-1][0] + 1, 1
    return [
        (lines[index][0], _column(lines[index][1], offset)) if index < len(lines) else after_last
        for index, offset in positions
    ]


def _kept_lines(text: Text) -> Iterator[tuple[int, str]]:
    """The raw lines that have something visible, with their numbers from 1."""
    for number, raw_line in enumerate(_LINE_END.split(text.decoded), start=1):
        if raw_line and _VISIBLE.search(raw_line):
            yield number, raw_line


def place_of_invisible(text: Text) -> tuple[int, int]:
    """Physical line and column, both from 1, of the first invisible character that was removed."""
    return _place(text.decoded, text.invisible or 0)


def _place(decoded: str, offset: int) -> tuple[int, int]:
    line, start = 1, 0
    for end in _LINE_END.finditer(decoded, 0, offset):
        line, start = line + 1, end.end()
    return line, offset - start + 1


def _squeeze(raw_line: str) -> str:
    return " ".join(normalise("NFC", _INVISIBLE.sub("", raw_line)).split())


def _column(raw_line: str, offset: int) -> int:
    """The column of the first raw character whose prefix, made canonical, is longer than `offset`."""
    enough = offset + 1
    while enough < len(raw_line) and len(_squeeze(raw_line[:enough])) <= offset:
        enough *= 2
    ends = range(1, min(enough, len(raw_line)) + 1)
    return bisect_right(ends, offset, key=lambda end: len(_squeeze(raw_line[:end]))) + 1
