"""`Flaw`: what speaks against one row, before it is known where in the split the row stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
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


def flaw_diagnostics(flaws: Iterable[Flaw], file: str, first: int) -> Iterator[Diagnostic]:
    """Diagnostics of flaws in the shard `file`; `first` is added to the index of each row."""
    for flaw in flaws:
        yield finding(
            flaw.code,
            flaw.message,
            Location(file=file),
            level=flaw.level,
            row=first + flaw.row,
            path=flaw.path,
            found=flaw.found,
            expected=flaw.expected,
        )


def failure_diagnostics(failures: Iterable[Failure], file: str, first: int) -> Iterator[Diagnostic]:
    """Diagnostics of what breaks the contract in the table `file`; `first` is added to the index of each row."""
    for failure in failures:
        yield finding(
            failure.code,
            failure.message,
            Location(file=file),
            level=failure.level,
            row=None if failure.row is None else first + failure.row,
            path=failure.path,
            found=failure.found,
            expected=failure.expected,
        )


def moved(diagnostics: Iterable[Diagnostic], rows: int) -> Iterator[Diagnostic]:
    """The diagnostics with `rows` added to each row: how many stand in the shards before."""
    for diagnostic in diagnostics:
        yield diagnostic if diagnostic.row is None else replace(diagnostic, row=diagnostic.row + rows)
