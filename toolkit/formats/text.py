"""Findings for a person: one a line as `file:line:column: CODE message`, by file, and how to fix them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from toolkit.formats.findings import bounded, totals
from toolkit.formats.lines import line_place, new_details, no_command, row_place, subject_phrase, visible, with_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from toolkit.diagnostics import Diagnostic
    from toolkit.validation import ValidationResult

WIDTH = 80
_STYLES = {"place": "1", "error": "1;31", "warning": "1;33", "valid": "1;32", "name": "2"}
"""ECMA-48 parameters of Select Graphic Rendition."""


def to_text(findings: ValidationResult, *, colour: bool = False) -> str:
    """The findings by file, the mend of each code, and a last line with the totals: just that line if there are none.

    With `colour` there are ANSI sequences in it.
    """
    listed = list_text(findings.diagnostics, colour=colour)
    style = "error" if findings.errors else "valid"
    last = f"{_styled(totals(findings), style, colour=colour)}{subject_phrase(findings)}\n"
    return f"{listed}\n{last}" if listed else last


def list_text(diagnostics: Sequence[Diagnostic], *, colour: bool = False) -> str:
    """The findings by file, files in order of their first finding, then the mend of each code; empty if none."""
    if not diagnostics:
        return ""
    shown = [bounded(diagnostic) for diagnostic in diagnostics]
    by_file: dict[str, list[Diagnostic]] = {}
    for diagnostic in shown:
        by_file.setdefault(diagnostic.file, []).append(diagnostic)
    blocks = [[line for found in group for line in _finding(found, colour=colour)] for group in by_file.values()]
    blocks.append(list(_mends(shown, colour=colour)))
    return "\n".join("".join(f"{no_command(line)}\n" for line in block) for block in blocks)


def _finding(diagnostic: Diagnostic, *, colour: bool) -> Iterator[str]:
    code = diagnostic.code if diagnostic.level == "error" else f"{diagnostic.code} (warning)"
    place = _styled(f"{no_command(visible(line_place(diagnostic)))}:", "place", colour=colour)
    yield f"{place} {_styled(visible(code), diagnostic.level, colour=colour)} {visible(diagnostic.message)}"
    if where := row_place(diagnostic):
        yield f"  {_styled('at', 'name', colour=colour)} {where}"
    for name, value in new_details(diagnostic):
        yield f"  {_styled(f'{name}:', 'name', colour=colour)} {value}"


def _mends(diagnostics: Iterable[Diagnostic], *, colour: bool) -> Iterator[str]:
    mends = dict.fromkeys((diagnostic.code, diagnostic.mend) for diagnostic in diagnostics if diagnostic.mend)
    if mends:
        yield "How to fix"
    for code, mend in sorted(mends):
        yield f"  {_styled(visible(with_title(code)), 'place', colour=colour)}"
        yield from textwrap.wrap(
            visible(mend),
            width=WIDTH,
            initial_indent="    ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _styled(text: str, style: str, *, colour: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colour else text
