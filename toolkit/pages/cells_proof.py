"""The proof of a row whose page is already in its printed form: its cells, put together, are the page."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from toolkit.pages.articles import EPOCH, ArticleCells, RelatedCells
from toolkit.pages.proof import fold_age, names_day, teaser_ages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from toolkit.pages.layout import Label, Layout


class CellsProof:
    """Proves cells against canonical pages of one layout; what it does not confirm may still hold."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._printed = {label: printed.encode() + b":" for label, printed in layout.printed.items()}
        self._days: dict[tuple[bytes, int | None], bool] = {}

    def holds(self, cells: ArticleCells, page: bytes, labels: bytes, aged: Sequence[bytes]) -> bool:
        """Whether the cells render to `page` to the letter, with every teaser and the date read right.

        `labels` has the first letter of each printed label that opens a line of the page, in order, `aged` are the
        lines that may end with an age.
        """
        if not (cells.headline and cells.body and cells.source):
            return False
        inline = [item for item in cells.related if item.kind == b"inline"] if cells.related else []
        if self._render(cells, inline) != page or not self._names_day(cells.date_text, cells.date):
            return False
        if not (labels == _labels(cells, inline) and _in_order(cells, inline) and _are_lines(cells)):
            return False
        return not (aged or inline) or self._teasers_hold(inline, aged, cells.body)

    def _render(self, cells: ArticleCells, inline: Sequence[RelatedCells]) -> bytes:
        body = self._body(cells.body or b"", inline) if inline else cells.body or b""
        lines = [cells.headline or b"", self._line("date", cells.date_text), body]
        lines.append(self._line("source", cells.source or b""))
        if cells.tags_text is not None:
            lines.append(self._line("tags", cells.tags_text))
        for item in cells.related[len(inline) :]:
            lines += (self._printed["related"], item.headline)
            if item.body is not None:
                lines.append(item.body)
        return b"\n".join(lines)

    def _line(self, label: Label, rest: bytes) -> bytes:
        return self._printed[label] + b" " + rest if rest else self._printed[label]

    def _body(self, body: bytes, inline: Sequence[RelatedCells]) -> bytes:
        """The text of a body with teasers, each after as many paragraphs as they say."""
        lines: list[bytes] = []
        paragraphs = body.split(b"\n")
        at = 0
        for (number, is_teaser), items in groupby(inline, key=_place):
            lines += paragraphs[at:number]
            if is_teaser:
                lines.append(_teaser_line((item.headline, item.age or b"") for item in items))
            else:
                lines += [self._line("related", item.headline) for item in items]
            at = number
        return b"\n".join(lines + paragraphs[at:])

    def _names_day(self, text: bytes, day: int | None) -> bool:
        known = self._days.get((text, day))
        if known is None:
            date = datetime.date.fromordinal((day or 0) + EPOCH)
            known = self._days[text, day] = day is not None and names_day(text.decode(), date, self._layout)
        return known

    def _teasers_hold(self, inline: Sequence[RelatedCells], aged: Sequence[bytes], body: bytes) -> bool:
        """Whether teasers are cut where their ages end, and no paragraph is a teaser line."""
        grammar = self._layout.teasers
        teasers = set()
        for _, group in groupby([item for item in inline if item.age is not None], key=_place):
            line = [(item.headline, item.age or b"") for item in group]
            teasers.add(_teaser_line(line))
            if teaser_ages(_teaser_line(line).decode(), grammar) != [fold_age(age.decode()) for _, age in line]:
                return False
        rest = [line for line in aged if line not in teasers and line in body]
        return not any(teaser_ages(line.decode(), grammar) for line in rest)


def _labels(cells: ArticleCells, inline: Sequence[RelatedCells]) -> bytes:
    """The labels that the rendering has, by their first letters."""
    in_body = sum(item.age is None for item in inline)
    return (
        b"d" + b"r" * in_body + b"s" + b"t" * (cells.tags_text is not None) + b"r" * (len(cells.related) - len(inline))
    )


def _in_order(cells: ArticleCells, inline: Sequence[RelatedCells]) -> bool:
    """Whether items are in the order of the page, and have what their kind has: the rendering does not show it."""
    if not cells.related:
        return True
    block = cells.related[len(inline) :]
    if any(item.kind != b"block" or item.age is not None or item.paragraph is not None for item in block):
        return False
    if not inline:
        return True
    places = [-1 if item.paragraph is None else item.paragraph for item in inline]
    paragraphs = 0 if cells.body is None else cells.body.count(b"\n") + 1
    if places != sorted(places) or places[0] < 0 or places[-1] > paragraphs:
        return False
    return all(item.body is None for item in inline)


def _are_lines(cells: ArticleCells) -> bool:
    """Whether what is one line of the page is one line."""
    texts = [cells.headline or b"", cells.source or b"", cells.date_text, cells.tags_text or b""]
    return b"\n" not in b"".join(texts + [item.headline for item in cells.related])


def _teaser_line(items: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b" ".join([headline + b" " + age for headline, age in items])


def _place(item: RelatedCells) -> tuple[int, bool]:
    """How many paragraphs stand before an inline item, and whether it has an age: such neighbours share a line."""
    return item.paragraph or 0, item.age is not None
