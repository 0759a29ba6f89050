"""`Diagnostic`: one finding about data, with its code, its place and the mend."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from toolkit.codes import CODES

Level = Literal["error", "warning"]

MAX_FOUND_CHARACTERS = 200
"""Longer found values are cut: a diagnostic never carries a whole page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a finding is: a file, and in it a line and a character (both from 1, null where there is none)."""

    file: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. The fields are the keys of the JSON that every verb prints.

    `line` and `column` count from 1, columns in code points; `row` from 0 over the split; `path` reaches inside
    values (`related[2].headline`); what does not apply is null.
    """

    code: str
    level: Level
    message: str
    file: str
    line: int | None = None
    column: int | None = None
    row: int | None = None
    path: str | None = None
    found: str | None = None
    expected: str | None = None
    mend: str


def diagnose(
    code: str,
    message: str,
    location: Location,
    *,
    level: Level | None = None,
    row: int | None = None,
    path: str | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> Diagnostic:
    """A diagnostic with the level (unless given) and the mend that the table of codes has for `code`."""
    return Diagnostic(
        code=code,
        level=level or CODES[code].level,
        message=message,
        file=location.file,
        line=location.line,
        column=location.column,
        row=row,
        path=path,
        found=None if found is None else escape(cut(found)),
        expected=expected,
        mend=CODES[code].mend,
    )


def cut(text: str, limit: int = MAX_FOUND_CHARACTERS) -> str:
    """`text`, at most `limit` characters long; a cut is shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def escape(text: str) -> str:
    """`text` with invisible characters (control, format and surrogate characters, line ends) as `\\uXXXX`."""
    return "".join(_escaped(character) if _is_invisible(character) else character for character in text)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
