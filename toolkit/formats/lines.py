"""Lines for a terminal or a log: nothing in them moves the cursor, and no runner takes one for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.codes import CODES
from toolkit.diagnostics import cut, escape
from toolkit.formats.findings import MAX_FIELD_CHARACTERS

if TYPE_CHECKING:
    from toolkit.diagnostics import Diagnostic
    from toolkit.validation import ValidationResult

_MAX_CHANCE_CHARACTERS = 3
"""A value as short as that may stand in a message by chance."""


def visible(text: str) -> str:
    """`text` on one line, what cannot be seen as `\\uXXXX`.

    GitHub's runner obeys `##[command]` anywhere in a line (runner, ActionCommand.cs, `TryParse`): it is broken up.
    """
    return escape(text).replace("##[", "#\\u0023[")


def no_command(line: str) -> str:
    """`line` so that it does not begin with `::`, also after spaces, as a command of GitHub's runner does."""
    start = line.lstrip()
    return f"{line[: len(line) - len(start)]}\\u003a{start[1:]}" if start.startswith("::") else line


def harmless(text: str) -> str:
    """`text` on one line that a terminal shows and GitHub's runner passes by, wherever it stands in the line."""
    return no_command(visible(text))


def subject_phrase(findings: ValidationResult) -> str:
    """What was looked at, to stand after the totals: `: dist, 2 rows in 1 shard`; empty where nothing says it."""
    return f": {visible(cut(findings.subject, MAX_FIELD_CHARACTERS))}" if findings.subject else ""


def with_title(code: str) -> str:
    """A code and its title; the code alone where it is not known."""
    return f"{code} {CODES[code].title}" if code in CODES else code


def line_place(diagnostic: Diagnostic) -> str:
    """File, line and column of a finding, as far as they are known: `raw/000.txt:2:14`."""
    numbers = (diagnostic.line, diagnostic.column) if diagnostic.line is not None else ()
    return ":".join([diagnostic.file, *(str(number) for number in numbers if number is not None)])


def row_place(diagnostic: Diagnostic) -> str:
    """Row and path of a finding in a table: `row 17, related[2].headline`; empty where it has neither."""
    row = [] if diagnostic.row is None else [f"row {diagnostic.row}"]
    return ", ".join([*row, *([visible(diagnostic.path)] if diagnostic.path else [])])


def new_details(diagnostic: Diagnostic) -> list[tuple[str, str]]:
    """What was expected, then what was found, both escaped; what the message says already is left out."""
    details = [("expected", diagnostic.expected), ("found", diagnostic.found)]
    shown = [(name, visible(value)) for name, value in details if value is not None]
    return [(name, value or "''") for name, value in shown if not _is_said(value, visible(diagnostic.message))]


def _is_said(value: str, message: str) -> bool:
    return len(value) > _MAX_CHANCE_CHARACTERS and value in message
