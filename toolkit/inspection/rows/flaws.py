"""`Flaw`: what speaks against one row, before it is known where in the split the row stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.diagnostics import Diagnostic, Location
from toolkit.inspection.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolkit.contract import Failure
    from toolkit.diagnostics import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with a row: its index, the field (`path` reaches inside values), and what it should be.

    `level` is null for that of the code.
    """

    code: str
    row: int
    path: str
    message: str
    found: str | None = None
    expected: str | None = None
    level: Level | None = None


def misrendered(row: int, rendering: str | None, expected: str) -> Flaw:
    """The row renders to a page with another hash (`expected`) than its `page.rendering` says."""
    return Flaw(
        code="I521",
        row=row,
        path="page.rendering",
        message="the row does not render to the page that it was proven with",
        found=rendering,
        expected=expected,
    )


def misread(row: int, path: str, message: str, *, found: str | None = None, expected: str | None = None) -> Flaw:
    """The page that the row renders to reads otherwise than the row."""
    return Flaw(code="I522", row=row, path=path, message=message, found=found, expected=expected)


def diagnostics_of(found: Iterable[Flaw | Failure], file: str, first: int) -> Iterator[Diagnostic]:
    """What speaks against rows of the table `file`, or breaks the contract; `first` is added to the index of a row."""
    for each in found:
        yield finding(
            each.code,
            each.message,
            Location(file=file),
            level=each.level,
            row=None if each.row is None else first + each.row,
            path=each.path,
            found=each.found,
            expected=each.expected,
        )
