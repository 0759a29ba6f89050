"""`Findings`: what was found, with exact totals, and what every format says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from toolkit.diagnostics import MAX_FOUND_CHARACTERS, cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.diagnostics import Diagnostic

MAX_FIELD_CHARACTERS = 4096
"""No format shows more of a code, a file's name, a path, a message or a mend: as much as a path on a disk may have."""

MAX_FOUND_SHOWN = 10 * MAX_FOUND_CHARACTERS
"""The same for found and expected values; ten, since an escaped character takes up to ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in `subject`, one phrase that says what was looked at: `dist, 2 rows in 1 shard`.

    `errors`, `warnings` and `codes` (how many findings have each code, codes sorted) are exact, also where
    `diagnostics` holds only some of them.
    """

    subject: str
    errors: int
    warnings: int
    codes: tuple[tuple[str, int], ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return self.errors == 0


def gather(diagnostics: Iterable[Diagnostic], subject: str = "", *, max_diagnostics: int | None = None) -> Findings:
    """Count all `diagnostics` and keep at most `max_diagnostics` of them, in order; warnings make room for errors."""
    codes: Counter[str] = Counter()
    counts = {"error": 0, "warning": 0}
    kept: dict[str, list[tuple[int, Diagnostic]]] = {"error": [], "warning": []}
    for number, diagnostic in enumerate(diagnostics):
        level = diagnostic.level
        codes[diagnostic.code] += 1
        counts[level] += 1
        if max_diagnostics is None or counts[level] <= max_diagnostics:
            kept[level].append((number, diagnostic))
    shown = [*kept["error"], *kept["warning"]][:max_diagnostics]
    return Findings(
        subject=subject,
        errors=counts["error"],
        warnings=counts["warning"],
        codes=tuple(sorted(codes.items())),
        diagnostics=tuple(diagnostic for _, diagnostic in sorted(shown, key=lambda numbered: numbered[0])),
    )


def totals(findings: Findings) -> str:
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
