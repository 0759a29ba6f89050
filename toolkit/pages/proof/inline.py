"""The proof of a body with inline items, in UTF-8: put back among its paragraphs they are the body of the page.

This part of `many_pages` is done row by row: few bodies have inline items.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from toolkit.pages.proof.one_page import teaser_ages
from toolkit.pages.text import fold_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from toolkit.pages.layout import Teasers


class RowItem(NamedTuple):
    """An inline item of a row, as its columns have it; a null headline is empty."""

    headline: bytes
    body: bytes | None
    age: bytes | None
    paragraph: int | None


def put_back(items: Sequence[RowItem], body: bytes, label: bytes) -> bytes:
    """A body with the lines of its inline items: one for each related `label`, one for all teasers of a place."""
    lines: list[bytes] = []
    paragraphs = body.split(b"\n")
    at = 0
    for (number, is_teaser), some in groupby(items, key=_place):
        lines += paragraphs[at:number]
        if is_teaser:
            lines.append(_teaser_line(some))
        else:
            lines += [label + b" " + item.headline for item in some]
        at = number
    return b"\n".join(lines + paragraphs[at:])


def is_inline_right(items: Sequence[RowItem], aged: Sequence[bytes], body: bytes, grammar: Teasers) -> bool:
    """Whether items stand in order, teasers are cut where their ages end, and no paragraph is a teaser line.

    `aged` are the lines of the page that may end with an age: no other paragraph needs a look.
    """
    paragraphs = body.split(b"\n")
    if not _is_ordered(items, len(paragraphs)):
        return False
    for _, group in groupby([item for item in items if item.age is not None], key=_place):
        teasers = list(group)
        ages = [fold_words((item.age or b"").decode()) for item in teasers]
        if teaser_ages(_teaser_line(teasers).decode(), grammar) != ages:
            return False
    return not any(teaser_ages(line.decode(), grammar) for line in set(aged).intersection(paragraphs))


def _is_ordered(items: Sequence[RowItem], paragraphs: int) -> bool:
    """Whether the items stand in the order of the page, after paragraphs that there are."""
    places = [-1 if item.paragraph is None else item.paragraph for item in items]
    return not places or (places == sorted(places) and places[0] >= 0 and places[-1] <= paragraphs)


def _place(item: RowItem) -> tuple[int, bool]:
    """How many paragraphs stand before an item, and whether it has an age: such neighbours share a line."""
    return item.paragraph or 0, item.age is not None


def _teaser_line(items: Iterable[RowItem]) -> bytes:
    return b" ".join([item.headline + b" " + (item.age or b"") for item in items])
