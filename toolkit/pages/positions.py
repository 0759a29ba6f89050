"""Where in a page the value of a field stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.pages.outline import Outline

_RELATED = re.compile(r"related\[(\d+)\](?:\.(\w+))?")


def position_of(outline: Outline, path: str) -> tuple[int, int] | None:
    """Canonical line and character, from 0, of the value at `path`; null for what stands in no line.

    A missing value is where it was expected.
    """
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    if path == "page.date":
        name = "date"
    elif path == "page.tags":
        name = "tags"
    if name == "headline":
        return 0, 0
    if name == "body":
        return _first_paragraph(outline), 0
    if name in ("date", "source", "tags"):
        return _after_label(outline, {"date": outline.date, "source": outline.source, "tags": outline.tags}[name])
    if name == "related":
        return _related(outline, path)
    return None


def _first_paragraph(outline: Outline) -> int:
    inline = outline.inline_items()
    first = (outline.date or 0) + 1
    return next((line for line in range(first, outline.body_end) if line not in inline), first)


def _after_label(outline: Outline, line: int | None) -> tuple[int, int]:
    return (outline.body_end, 0) if line is None else (line, outline.labels[line].offset)


def _related(outline: Outline, path: str) -> tuple[int, int]:
    item = _RELATED.match(path)
    lines = related_lines(outline)
    if item is None or int(item[1]) >= len(lines):
        return outline.body_end if outline.related is None else outline.related, 0
    line = lines[int(item[1])]
    return line + (item[2] == "body"), 0


def related_lines(outline: Outline) -> list[int]:
    """The canonical line of each related item of the page, in the order of the row: inline items, then the block."""
    inline = [line for line, items in sorted(outline.inline_items().items()) for _ in items]
    return inline + [first for first, _ in outline.block_items()]
