"""What every format says of findings: their totals in words, and texts of a bounded length."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from toolkit.diagnostics import MAX_FOUND_CHARACTERS, cut

if TYPE_CHECKING:
    from toolkit.diagnostics import Diagnostic
    from toolkit.validation import ValidationResult

MAX_FIELD_CHARACTERS = 4096
"""No format shows more of a code, a file's name, a path, a message or a mend: as much as a path on a disk may have."""

MAX_FOUND_SHOWN = 10 * MAX_FOUND_CHARACTERS
"""The same for found and expected values; ten, since an escaped character takes up to ten."""


def totals(findings: ValidationResult) -> str:
    """The totals in words: `valid`, `valid, 1 warning`, `2 errors, 1 warning, 1 of 3 shown`."""
    parts = ["valid"] if findings.ok else [counted(findings.errors, "error")]
    if findings.warnings:
        parts.append(counted(findings.warnings, "warning"))
    every = findings.errors + findings.warnings
    if len(findings.diagnostics) < every:
        parts.append(f"{len(findings.diagnostics):,} of {every:,} shown")
    return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """`1 error`, `1,200 errors`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percentage(share: float) -> str:
    """`12.3%`; only nothing is `0.0%`, and only everything is `100.0%`."""
    if 0 < share < 0.05:
        return "<0.1%"
    return ">99.9%" if 99.95 <= share < 100 else f"{share:.1f}%"


def bounded(diagnostic: Diagnostic) -> Diagnostic:
    """`diagnostic` with every text cut to what a format shows of it."""
    return replace(
        diagnostic,
        code=cut(diagnostic.code, MAX_FIELD_CHARACTERS),
        message=cut(diagnostic.message, MAX_FIELD_CHARACTERS),
        file=cut(diagnostic.file, MAX_FIELD_CHARACTERS),
        path=_cut(diagnostic.path, MAX_FIELD_CHARACTERS),
        found=_cut(diagnostic.found, MAX_FOUND_SHOWN),
        expected=_cut(diagnostic.expected, MAX_FOUND_SHOWN),
        mend=cut(diagnostic.mend, MAX_FIELD_CHARACTERS),
    )


def _cut(text: str | None, limit: int) -> str | None:
    return None if text is None else cut(text, limit)
