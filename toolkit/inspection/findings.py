"""`finding`: a diagnostic whose every text is cut and escaped, for all of it may come from a hostile dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.diagnostics import Location, cut, diagnose, escape

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.diagnostics import Diagnostic, Level

MAX_MESSAGE_CHARACTERS = 500


def place(folder: Path, path: str) -> Location:
    """Where a file of the dataset is, as the caller can open it."""
    return Location(file=f"{str(folder).rstrip('/')}/{path}")


def finding(
    code: str,
    message: str,
    where: Location,
    *,
    level: Level | None = None,
    row: int | None = None,
    path: str | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> Diagnostic:
    """As `diagnose`, but nothing in it is trusted."""
    return diagnose(
        code,
        escape(cut(message, MAX_MESSAGE_CHARACTERS)),
        where,
        level=level,
        row=row,
        path=None if path is None else escape(cut(path)),
        found=found,
        expected=None if expected is None else escape(cut(expected)),
    )
