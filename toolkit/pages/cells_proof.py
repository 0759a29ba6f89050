"""The proof of a row whose page is already in its printed form: its cells, put together, are the page."""

from __future__ import annotations

import datetime
from functools import lru_cache, partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from toolkit.pages.articles import EPOCH, ArticleCells, RelatedCells
from toolkit.pages.folding import fold_words
from toolkit.pages.proof import names_day, teaser_ages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from toolkit.pages.layout import Layout


MAX_DATES: Final = 1 << 14
"""So many date lines are remembered: of most sites there are fewer, of one that prints the time there is no end."""


class CellsProof:
    """Proves cells against canonical pages of one layout; what it does not confirm may still hold."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        printed = {label: text.encode() + b":" for label, text in layout.printed.items()}
        self._source, self._tags = printed["source"] + b" ", printed["tags"]
        self._related = printed["related"]
        self._date_line = lru_cache(MAX_DATES)(partial(_date_line, label=printed["date"], layout=layout))

    def prove(
        self, cells: ArticleCells, data: bytes, page: tuple[int, int], labels: bytes, aged: Sequence[bytes]
    ) -> bytes | None:
        """The cells' rendering, if it is the page to the letter, with every teaser and the date read right; else null.

        `page` is where the page starts and ends in `data`, `labels` has the first letter of each printed label that
        opens a line of it, in order, `aged` are its lines that may end with an age.
        """
        headline, day, body, source, related, date_text, tags = cells
        date_line = self._date_line(date_text, day)
        if not (headline and date_line and body and source):
            return None
        inline = [item for item in related if item.kind == b"inline"] if related else []
        block = related[len(inline) :]
        text = self._with_inline(body, inline) if inline else body
        lines = [headline, date_line, text, self._source + source]
        if tags is not None:
            lines.append(_line(self._tags, tags))
        rendering = b"\n".join(lines + self._block(block) if block else lines)
        holds = (
            data.startswith(rendering, *page)
            and len(rendering) == page[1] - page[0]
            and not (b"\n" in headline or b"\n" in date_line or b"\n" in source or (tags and b"\n" in tags))
            and labels == _labels(inline, tags, block)
            and (not related or (_is_block(block) and _is_inline(inline, body)))
            and (not (aged or inline) or self._teasers_hold(inline, aged, body))
        )
        return rendering if holds else None

    def _block(self, items: Sequence[RelatedCells]) -> list[bytes]:
        lines: list[bytes] = []
        for item in items:
            lines += (self._related, item.headline) if item.body is None else (self._related, item.headline, item.body)
        return lines

    def _with_inline(self, body: bytes, inline: Sequence[RelatedCells]) -> bytes:
        """The text of a body with teasers, each after as many paragraphs as they say."""
        lines: list[bytes] = []
        paragraphs = body.split(b"\n")
        at = 0
        for (number, is_teaser), items in groupby(inline, key=_place):
            lines += paragraphs[at:number]
            if is_teaser:
                lines.append(_teaser_line((item.headline, item.age or b"") for item in items))
            else:
                lines += [_line(self._related, item.headline) for item in items]
            at = number
        return b"\n".join(lines + paragraphs[at:])

    def _teasers_hold(self, inline: Sequence[RelatedCells], aged: Sequence[bytes], body: bytes) -> bool:
        """Whether teasers are cut where their ages end, and no paragraph is a teaser line."""
        grammar = self._layout.teasers
        teasers = set()
        for _, group in groupby([item for item in inline if item.age is not None], key=_place):
            line = [(item.headline, item.age or b"") for item in group]
            teasers.add(_teaser_line(line))
            if teaser_ages(_teaser_line(line).decode(), grammar) != [fold_words(age.decode()) for _, age in line]:
                return False
        rest = [line for line in aged if line not in teasers and line in body]
        return not any(teaser_ages(line.decode(), grammar) for line in rest)


def _date_line(text: bytes, day: int | None, *, label: bytes, layout: Layout) -> bytes | None:
    """The date line with this text, null if it does not name the day."""
    if day is None or not names_day(text.decode(), datetime.date.fromordinal(day + EPOCH), layout):
        return None
    return _line(label, text)


def _line(label: bytes, rest: bytes) -> bytes:
    return label + b" " + rest if rest else label


def _labels(inline: Sequence[RelatedCells], tags: bytes | None, block: Sequence[RelatedCells]) -> bytes:
    """The labels that the rendering has, by their first letters."""
    in_body = len([item for item in inline if item.age is None])
    return b"d" + b"r" * in_body + (b"s" if tags is None else b"st") + b"r" * len(block)


def _is_block(items: Sequence[RelatedCells]) -> bool:
    """Whether these are items of a related block, with what such items have: the rendering does not show it."""
    for headline, _, kind, age, paragraph in items:
        if kind != b"block" or age is not None or paragraph is not None or b"\n" in headline:
            return False
    return True


def _is_inline(items: Sequence[RelatedCells], body: bytes) -> bool:
    """Whether items stand in the order of the page, on one line each, after paragraphs that there are."""
    if not items:
        return True
    places = [-1 if item.paragraph is None else item.paragraph for item in items]
    if places != sorted(places) or places[0] < 0 or places[-1] > body.count(b"\n") + 1:
        return False
    return all(item.body is None and b"\n" not in item.headline for item in items)


def _teaser_line(items: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b" ".join([headline + b" " + age for headline, age in items])


def _place(item: RelatedCells) -> tuple[int, bool]:
    """How many paragraphs stand before an inline item, and whether it has an age: such neighbours share a line."""
    return item.paragraph or 0, item.age is not None
