"""`Collector`: findings of a kind that is wanted, all counted, some kept."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found. `counts` is exact, by (code, level), sorted; `diagnostics` are some of it, in order."""

    diagnostics: tuple[Diagnostic, ...] = ()
    counts: tuple[tuple[tuple[str, Level], int], ...] = ()

    def total(self, level: Level) -> int:
        """How many findings are of a level."""
        return sum(number for (_, found), number in self.counts if found == level)

    def moved(self, rows: int) -> Found:
        """The same with `rows` added to each row: how many stand in the tables before."""
        moved = (each if each.row is None else replace(each, row=each.row + rows) for each in self.diagnostics)
        return replace(self, diagnostics=tuple(moved))

    @property
    def codes(self) -> Mapping[str, int]:
        """How many findings have each code."""
        codes: Counter[str] = Counter()
        for (code, _), number in self.counts:
            codes[code] += number
        return dict(sorted(codes.items()))

    @property
    def breaks_integrity(self) -> bool:
        """Whether an error says that a dataset is not what its manifest says; an edited card is no such error."""
        return any(
            code.startswith(INTEGRITY_FAMILY) and code != CARD_EDITED and level == "error"
            for (code, level), _ in self.counts
        )


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

    def take(self, found: Found) -> None:
        """Take over what another collector of the same selection has found."""
        self._counts.update(dict(found.counts))
        for diagnostic in found.diagnostics:
            self._keep(diagnostic)

    def _keep(self, diagnostic: Diagnostic) -> None:
        self._seen += 1
        kept = self._kept[diagnostic.level]
        if len(kept) < self._selection.limit:
            kept.append((self._seen, diagnostic))

    def found(self) -> Found:
        """What was found so far; where not all can be kept, warnings make room for errors."""
        kept = [*self._kept["error"], *self._kept["warning"]][: self._selection.limit]
        return Found(
            diagnostics=tuple(diagnostic for _, diagnostic in sorted(kept, key=lambda numbered: numbered[0])),
            counts=tuple(sorted(self._counts.items())),
        )
