"""`Finding`: what a page's reading has to say, before it is known which file the page is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.diagnostics import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault or remark: its code and its place in the raw page (physical line and column, from 1).

    `detail` continues the title of the code in the message; `found` and `expected` are text, null where
    there is nothing to show.
    """

    code: str
    line: int
    column: int
    level: Level = "error"
    detail: str = ""
    found: str | None = None
    expected: str | None = None
