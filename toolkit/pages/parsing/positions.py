"""Where in a page the value of a field stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.pages.parsing.outline import Outline

Place = tuple[int, int]
"""Canonical line and character in it, both from 0."""

_RELATED = re.compile(r"related\[(\d+)\](?:\.(\w+))?")


def position_of(outline: Outline, path: str) -> Place | None:
    """The place of the value at `path`, for a missing value the place where it was expected; null if it has none."""
    name = re.split(r"[.\[]", path.removeprefix("page."), maxsplit=1)[0]
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


def _after_label(outline: Outline, line: int | None) -> Place:
    return (outline.body_end, 0) if line is None else (line, outline.labels[line].offset)


def _related(outline: Outline, path: str) -> Place:
    item = _RELATED.match(path)
    places = [*_inline_places(outline), *(((first, 0), (first + 1, 0)) for first, _ in outline.block_items())]
    if item is None or int(item[1]) >= len(places):
        return outline.body_end if outline.related is None else outline.related, 0
    headline, age_or_body = places[int(item[1])]
    return age_or_body if item[2] in ("age", "body") else headline


def _inline_places(outline: Outline) -> Iterator[tuple[Place, Place]]:
    """Where the headline and the age of each related item in the body stand; a missing age where the headline does."""
    for line, items in sorted(outline.inline_items().items()):
        place = line, outline.labels[line].offset if line in outline.labels else 0
        for headline, age in items:
            after = _step_over(outline, place, headline)
            yield place, place if age is None else after
            place = _step_over(outline, after, age or "")


def _step_over(outline: Outline, place: Place, text: str) -> Place:
    """Where the text after `text` starts, which may end in a later line than it begins in."""
    line, offset = place
    offset += len(text) + 1
    while line < len(outline.lines) and offset > len(outline.lines[line]):
        offset -= len(outline.lines[line]) + 1
        line += 1
    return line, offset
