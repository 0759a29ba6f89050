"""`PlainRows`: which rows are plain, and the page that each of them renders to; whole columns at a time.

A row is plain if nothing in its cells could be read as anything but what it is: no line opens with a label or is a
teaser line, every text is canonical, and what stands inside the body is read as it was. Such a row is what its
rendering reads as, by the grammar of pages alone; all others are rendered and read one by one.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset.sizes import list_borders
from toolkit.inspection.plain_text import PlainTexts, valid
from toolkit.pages.ages import split_teasers
from toolkit.pages.columns import to_mask
from toolkit.pages.dates import read_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.arrays import Mask
    from toolkit.pages import Layout

MAX_PLAIN_ITEMS: Final = 1_000
MAX_PLAIN_TAGS_BYTES: Final = 10_000
"""More of either is left to the reader of pages, which knows their bounds."""

Item = tuple[str, str | None, int]
"""Headline, age and paragraph of an inline item."""

_ITEM: Final = ("headline", "body", "kind", "age", "paragraph")


class Plain(NamedTuple):
    """Which rows are plain, and their bodies with the inline items in place; the bodies of other rows say nothing."""

    mask: Mask
    bodies: pa.StringArray


class PlainRows:
    """Finds and renders the plain rows of one layout; remembers the dates it has read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._printed = {str(label): f"{printed}:" for label, printed in layout.printed.items()}
        self._texts = PlainTexts(layout)
        self._days: dict[str, int | None] = {}

    def find(self, rows: pa.RecordBatch) -> Plain:
        """For each row whether it is plain; `rows` have the columns and types of page-format.md, section 2."""
        page, body = rows.column("page"), rows.column("body")
        mask = valid(page) & self._texts.find(rows.column("headline"), lines=1) & self._texts.find(body, of_body=True)
        mask &= self._texts.find(rows.column("source"), lines=1)
        mask &= self._names_day(pc.struct_field(page, "date"), rows.column("date"))
        tags = pc.struct_field(page, "tags")
        short = to_mask(pc.less(pc.binary_length(tags), MAX_PLAIN_TAGS_BYTES))
        mask &= ~valid(tags) | (short & self._texts.find(tags, lines=1))
        related, inside = self._points_plainly(rows)
        return self._woven(rows, mask & related, inside)

    def _names_day(self, texts: pa.StringArray, days: pa.Date32Array) -> Mask:
        """Which dates are the days that their date lines name."""
        encoded = pc.dictionary_encode(texts)
        plain = self._texts.find(encoded.dictionary, lines=1)
        known = [
            self._day(text) if is_plain else None
            for text, is_plain in zip(encoded.dictionary.to_pylist(), plain.tolist(), strict=True)
        ]
        named = pa.array(known, pa.int32()).take(encoded.indices)
        return to_mask(pc.equal(named, days.cast(pa.int32())))

    def _day(self, text: str) -> int | None:
        if text not in self._days:
            self._days[text] = read_day(text, self._layout)
        return self._days[text]

    def _points_plainly(self, rows: pa.RecordBatch) -> tuple[Mask, Mask]:
        """Which rows have plain related items only, and which rows have inline ones."""
        related = rows.column("related")
        lengths = np.diff(list_borders(related))
        items = pc.list_flatten(related)
        headline, body, kind, age, paragraph = (pc.struct_field(items, name) for name in _ITEM)
        inline = to_mask(pc.equal(kind, "inline"))
        block = to_mask(pc.equal(kind, "block")) & ~valid(age) & ~valid(paragraph)
        block &= ~valid(body) | self._texts.find(body)
        inside = inline & ~valid(body) & valid(paragraph) & (~valid(age) | self._texts.find(age, lines=1))
        plain = valid(items) & self._texts.find(headline, lines=1) & (block | inside)
        parents = np.repeat(np.arange(len(lengths)), lengths)
        mask: Mask = valid(related) & (lengths <= MAX_PLAIN_ITEMS)
        mask[parents[~plain]] = False
        mask[parents[1:][inline[1:] & ~inline[:-1] & (parents[1:] == parents[:-1])]] = False  # inline items come first
        has_inline = np.zeros(len(lengths), np.bool_)
        has_inline[parents[inline]] = True
        return mask, has_inline

    def _woven(self, rows: pa.RecordBatch, mask: Mask, inside: Mask) -> Plain:
        """The plain rows among `mask`; those of `inside` have inline items."""
        chosen = np.flatnonzero(mask & inside)
        if not len(chosen):
            return Plain(mask, rows.column("body"))
        bodies = rows.column("body").take(chosen).to_pylist()
        woven = [
            self._weave(body, items)
            for body, items in zip(bodies, _inline_items(rows.column("related").take(chosen)), strict=True)
        ]
        mask[chosen] = [text is not None for text in woven]
        filled = pa.array([text or "" for text in woven], pa.string())
        return Plain(mask, pc.replace_with_mask(rows.column("body"), pa.array(_spots(len(rows), chosen)), filled))

    def _weave(self, body: str, items: Sequence[Item]) -> str | None:
        """A body with the inline `items` of its row in their places; null where they would be read otherwise."""
        paragraphs = body.split("\n")
        lines: list[str] = []
        at = 0
        for number, same in groupby(items, key=itemgetter(2)):
            if not at <= number <= len(paragraphs):
                return None
            lines += paragraphs[at:number]
            at = number
            for is_teaser, run in groupby(same, key=_has_age):
                if not is_teaser:
                    lines += [f"{self._printed['related']} {headline}" for headline, _, _ in run]
                    continue
                pairs = tuple((headline, str(age)) for headline, age, _ in run)
                lines.append(" ".join([f"{headline} {age}" for headline, age in pairs]))
                if split_teasers(lines[-1], self._layout) != pairs:
                    return None
        return "\n".join([*lines, *paragraphs[at:]])

    def render(self, rows: pa.RecordBatch, bodies: pa.StringArray) -> pa.StringArray:
        """The page of each plain row, its body taken from `bodies`; the pages of other rows say nothing."""
        page = rows.column("page")
        return _join(
            rows.column("headline"),
            self._line("date", pc.struct_field(page, "date")),
            bodies,
            self._line("source", rows.column("source")),
            self._line("tags", pc.struct_field(page, "tags")),
            self._block(rows.column("related")),
            by="\n",
        )

    def _line(self, label: str, texts: pa.StringArray) -> pa.StringArray:
        """The line of a label; null where there is no text."""
        return pc.binary_join_element_wise(f"{self._printed[label]} ", texts, "")

    def _block(self, related: pa.ListArray) -> pa.StringArray:
        """The lines of the related block; null where there is none."""
        every = pc.list_flatten(related)
        is_block = to_mask(pc.equal(pc.struct_field(every, "kind"), "block"))
        items = every.filter(pa.array(is_block))
        label = pa.repeat(self._printed["related"], len(items))
        texts = _join(label, pc.struct_field(items, "headline"), pc.struct_field(items, "body"), by="\n")
        borders = np.concatenate(([0], np.cumsum(is_block)))[list_borders(related)]
        blocks = pc.binary_join(pa.ListArray.from_arrays(pa.array(borders, pa.int32()), texts), "\n")
        return pc.if_else(pc.equal(pc.binary_length(blocks), 0), pa.scalar(None, pa.string()), blocks)


def _inline_items(related: pa.ListArray) -> Iterator[list[Item]]:
    """The inline items of each row; every row has some, and all are plain."""
    every = pc.list_flatten(related)
    is_inline = to_mask(pc.equal(pc.struct_field(every, "kind"), "inline"))
    inline = every.filter(pa.array(is_inline))
    columns = (pc.struct_field(inline, name).to_pylist() for name in ("headline", "age", "paragraph"))
    items = list(zip(*columns, strict=True))
    borders = np.concatenate(([0], np.cumsum(is_inline)))[list_borders(related)].tolist()
    for first, last in pairwise(borders):
        yield items[first:last]


def _has_age(item: Item) -> bool:
    return item[1] is not None


def _spots(length: int, chosen: np.typing.NDArray[np.int64]) -> Mask:
    mask = np.zeros(length, np.bool_)
    mask[chosen] = True
    return mask


def _join(*texts: pa.StringArray, by: str) -> pa.StringArray:
    return pc.binary_join_element_wise(*texts, by, null_handling="skip")
