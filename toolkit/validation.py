"""`ValidationResult`: what was found, all of it counted, some of it kept; a `Collector` puts it together."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from toolkit.diagnostics import Diagnostic, Level

MAX_DIAGNOSTICS: Final = 1_000
CARD_EDITED: Final = "I507"
INTEGRITY_FAMILY: Final = "I"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which findings are wanted, and how many of each level are kept.

    A code is wanted if it begins with one of `select` (all do where that is empty) and with none of `ignore`.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    limit: int = MAX_DIAGNOSTICS

    def wants(self, code: str) -> bool:
        """Whether findings of a code are wanted."""
        return (not self.select or code.startswith(self.select)) and not code.startswith(self.ignore)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ValidationResult:
    """What was found. `subject` is a phrase that says what was looked at, and how far: `dist, 2 rows in 1 shard`.

    `counts` is exact, by (code, level), sorted, and so are the numbers that follow from it, also where `diagnostics`
    holds only some of what was found, in order.
    """

    subject: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    counts: tuple[tuple[tuple[str, Level], int], ...] = ()

    def __repr__(self) -> str:
        shown = ("ok", "errors", "warnings", "integrity", "codes", "subject")
        return f"ValidationResult({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return self._total("error")

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return self._total("warning")

    @property
    def codes(self) -> Mapping[str, int]:
        """How many findings have each code, sorted."""
        codes: Counter[str] = Counter()
        for (code, _), number in self.counts:
            codes[code] += number
        return dict(codes)

    @property
    def integrity(self) -> bool:
        """Whether no error says that a dataset is not what its manifest says; an edited card is no such error."""
        return not any(
            code.startswith(INTEGRITY_FAMILY) and code != CARD_EDITED and level == "error"
            for (code, level), _ in self.counts
        )

    def _total(self, wanted: Level) -> int:
        return sum(number for (_, level), number in self.counts if level == wanted)

    def moved(self, rows: int) -> ValidationResult:
        """The same with `rows` added to each row: how many stand in the tables before."""
        moved = (each if each.row is None else replace(each, row=each.row + rows) for each in self.diagnostics)
        return replace(self, diagnostics=tuple(moved))


def gather(
    diagnostics: Iterable[Diagnostic], subject: str = "", *, max_diagnostics: int = sys.maxsize
) -> ValidationResult:
    """All `diagnostics` counted, and at most `max_diagnostics` of them kept."""
    collector = Collector(Selection(limit=max_diagnostics))
    collector.add(diagnostics)
    return collector.found(subject)


class Collector:
    """Takes findings in order; keeps the first of each level, up to the limit of its selection."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._counts: Counter[tuple[str, Level]] = Counter()
        self._kept: dict[Level, list[tuple[int, Diagnostic]]] = {"error": [], "warning": []}
        self._seen = 0

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Count and perhaps keep those that are wanted."""
        for diagnostic in diagnostics:
            if self._selection.wants(diagnostic.code):
                self._counts[diagnostic.code, diagnostic.level] += 1
                self._keep(diagnostic)

    def count(self, code: str, level: Level, number: int) -> None:
        """Count findings that are not listed."""
        if number and self._selection.wants(code):
            self._counts[code, level] += number

    def take(self, found: ValidationResult) -> None:
        """Take over what another collector of the same selection has found."""
        self._counts.update(dict(found.counts))
        for diagnostic in found.diagnostics:
            self._keep(diagnostic)

    def _keep(self, diagnostic: Diagnostic) -> None:
        self._seen += 1
        kept = self._kept[diagnostic.level]
        if len(kept) < self._selection.limit:
            kept.append((self._seen, diagnostic))

    def found(self, subject: str = "") -> ValidationResult:
        """What was found so far; where not all can be kept, warnings make room for errors."""
        kept = [*self._kept["error"], *self._kept["warning"]][: self._selection.limit]
        return ValidationResult(
            subject=subject,
            diagnostics=tuple(diagnostic for _, diagnostic in sorted(kept, key=lambda numbered: numbered[0])),
            counts=tuple(sorted(self._counts.items())),
        )
