"""What stands a second time in some files: values, and pages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from toolkit.diagnostics import Location
from toolkit.inspection.findings import finding
from toolkit.inspection.tables import KEY_BYTES, find_repeats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.contract import Contract
    from toolkit.diagnostics import Diagnostic
    from toolkit.inspection.tables import TableReport


@dataclass(frozen=True, slots=True, kw_only=True)
class PageList:
    """The pages that one file names: keys of their names, and the first bytes of their hashes; 8 bytes each.

    `first` is the row that the file begins with, `path` the field of the name.
    """

    file: str
    path: str
    first: int
    files: bytes
    pages: bytes


def find_repeated_values(files: Sequence[str], reports: Sequence[TableReport], rules: Contract) -> Iterator[Diagnostic]:
    """Values that stand a second time in a column whose values must differ, over all files in their order."""
    begins = [0, *accumulate(report.rows for report in reports)]
    for rule in rules.rules:
        if rule.kind == "unique":
            for (part, row), (before, first) in find_repeats([report.keys.get(rule.name, b"") for report in reports]):
                yield finding(
                    rule.code,
                    f"{rule.path} stands a second time, first in row {begins[before] + first} of {files[before]}",
                    Location(file=files[part]),
                    level=rule.level,
                    row=begins[part] + row,
                    path=rule.path,
                    expected=rule.expected,
                )


def find_repeated_pages(parts: Sequence[PageList]) -> Iterator[Diagnostic]:
    """Rows, rejects and duplicates that come from a page of which there is one before."""
    for (part, row), (before, first) in find_repeats([each.files for each in parts]):
        yield finding(
            "I526",
            f"a page stands a second time, first in row {parts[before].first + first} of {parts[before].file}",
            Location(file=parts[part].file),
            row=parts[part].first + row,
            path=parts[part].path,
        )


def find_orphans(duplicates: PageList, firsts: bytes, parts: Sequence[PageList]) -> Iterator[Diagnostic]:
    """Duplicates of pages that are no row and no reject, or have other bytes."""
    known = {pair for part in parts for pair in zip(_cut(part.files), _cut(part.pages), strict=True)}
    for row, pair in enumerate(zip(_cut(firsts), _cut(duplicates.pages), strict=True)):
        if pair not in known:
            message = "the page that is said to come first is neither a row nor a reject with the same bytes"
            yield finding("I561", message, Location(file=duplicates.file), row=row, path="first")


def _cut(keys: bytes) -> list[bytes]:
    return [keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)]
