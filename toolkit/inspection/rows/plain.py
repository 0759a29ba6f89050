"""`PlainRows`: which rows are plain, and the page that each of them renders to; whole columns at a time.

A row is plain if nothing in its cells could be read as anything but what it is: no line opens with a label or is a
teaser line, every text is canonical, and what stands inside the body is read as it was. Such a row is what its
rendering reads as, by the grammar of pages alone; all others, such as one with a paragraph that opens with a label, are
rendered and read one by one.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.dataset.tables.sizes import list_borders
from toolkit.inspection.rows.texts import PlainTexts, valid
from toolkit.pages.parsing import read_day, split_teasers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.arrays import Ints, Mask
    from toolkit.pages import Layout

MAX_PLAIN_ITEMS: Final = 1_000
MAX_PLAIN_TAGS_BYTES: Final = 10_000
"""More of either is left to the reader of pages, which knows their bounds."""

_MEMBERS: Final = ("headline", "body", "kind", "age", "paragraph")


class _Inline(NamedTuple):
    """An inline item: a teaser with its age, or the headline behind a related label, after so many paragraphs."""

    headline: str
    age: str | None
    paragraph: int


class _Items(NamedTuple):
    """All related items of some rows, one after another: the row of each, the items, and which of them are inline."""

    rows: Ints
    every: pa.StructArray
    is_inline: Mask

    @classmethod
    def of(cls, related: pa.ListArray) -> _Items:
        lengths = np.diff(list_borders(related))
        every = pc.list_flatten(related)
        is_inline = to_mask(pc.equal(pc.struct_field(every, "kind"), "inline"))
        return cls(np.repeat(np.arange(len(lengths)), lengths), every, is_inline)

    def number_of(self, which: Mask, rows: int) -> Ints:
        """How many of those items each of the rows has."""
        return np.bincount(self.rows[which], minlength=rows)


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
        page, related = rows.column("page"), rows.column("related")
        mask = valid(page) & valid(related)
        mask &= self._texts.find(rows.column("headline"), lines=1) & self._texts.find(rows.column("source"), lines=1)
        mask &= self._texts.find(rows.column("body"), of_body=True)
        mask &= self._names_day(pc.struct_field(page, "date"), rows.column("date"))
        mask &= self._are_plain_tags(pc.struct_field(page, "tags"))
        items = _Items.of(related)
        mask &= items.number_of(~self._are_plain_items(items), len(rows)) == 0
        mask &= np.diff(list_borders(related)) <= MAX_PLAIN_ITEMS
        return self._woven(rows, mask, mask & (items.number_of(items.is_inline, len(rows)) > 0))

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

    def _are_plain_tags(self, texts: pa.StringArray) -> Mask:
        is_short = to_mask(pc.less(pc.binary_length(texts), MAX_PLAIN_TAGS_BYTES))
        return ~valid(texts) | (is_short & self._texts.find(texts, lines=1))

    def _are_plain_items(self, items: _Items) -> Mask:
        """Which items are plain and whole for their kind; an inline one does not come behind one of the block."""
        headline, body, kind, age, paragraph = (pc.struct_field(items.every, name) for name in _MEMBERS)
        is_block = to_mask(pc.equal(kind, "block")) & ~valid(age) & ~valid(paragraph)
        is_block &= ~valid(body) | self._texts.find(body)
        is_inline = items.is_inline & ~valid(body) & valid(paragraph)
        is_inline &= ~valid(age) | self._texts.find(age, lines=1)
        follows_in_row = np.diff(items.rows, prepend=-1) == 0
        is_late = items.is_inline & follows_in_row & ~np.roll(items.is_inline, 1)
        plain: Mask = (is_block | is_inline) & ~is_late & valid(items.every) & self._texts.find(headline, lines=1)
        return plain

    def _woven(self, rows: pa.RecordBatch, mask: Mask, has_inline: Mask) -> Plain:
        """The plain rows among `mask`; those of `has_inline`, which are among them, have inline items."""
        chosen = np.flatnonzero(has_inline)
        if not len(chosen):
            return Plain(mask, rows.column("body"))
        bodies = rows.column("body").take(chosen).to_pylist()
        inline = _read_inline(rows.column("related").take(chosen))
        woven = [self._weave(body, items) for body, items in zip(bodies, inline, strict=True)]
        mask[chosen] = [text is not None for text in woven]
        filled = pa.array([text or "" for text in woven], pa.string())
        return Plain(mask, pc.replace_with_mask(rows.column("body"), pa.array(has_inline), filled))

    def _weave(self, body: str, items: Sequence[_Inline]) -> str | None:
        """A body with the inline `items` of its row in their places; null where they would be read otherwise."""
        paragraphs = body.split("\n")
        lines: list[str] = []
        at = 0
        for (number, is_teaser), some in groupby(items, key=_line_of):
            if not at <= number <= len(paragraphs):
                return None
            lines += paragraphs[at:number]
            at = number
            if not is_teaser:
                lines += [f"{self._printed['related']} {item.headline}" for item in some]
                continue
            teasers = tuple((item.headline, str(item.age)) for item in some)
            lines.append(" ".join([f"{headline} {age}" for headline, age in teasers]))
            if split_teasers(lines[-1], self._layout) != teasers:
                return None
        return "\n".join([*lines, *paragraphs[at:]])

    def render(self, rows: pa.RecordBatch, bodies: pa.StringArray) -> pa.StringArray:
        """The page of each plain row, its body taken from `bodies`; the pages of other rows say nothing."""
        page = rows.column("page")
        return _join(
            rows.column("headline"),
            self._line("date", pc.struct_field(page, "date")).fill_null(""),  # Arrow 26 drops rows of nulls alone
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
        items, borders = items_of_kind("block", related)
        label = pa.repeat(self._printed["related"], len(items))
        texts = _join(label, pc.struct_field(items, "headline"), pc.struct_field(items, "body"), by="\n")
        blocks = pc.binary_join(pa.ListArray.from_arrays(pa.array(borders, pa.int32()), texts), "\n")
        return pc.if_else(pc.equal(pc.binary_length(blocks), 0), pa.scalar(None, pa.string()), blocks)


def _read_inline(related: pa.ListArray) -> Iterator[list[_Inline]]:
    """The inline items of each row; all are plain."""
    inline, borders = items_of_kind("inline", related)
    items = list(map(_Inline, *(pc.struct_field(inline, name).to_pylist() for name in _Inline._fields)))
    for first, beyond in pairwise(borders.tolist()):
        yield items[first:beyond]


def items_of_kind(kind: str, related: pa.ListArray) -> tuple[pa.StructArray, Ints]:
    """The items of one kind of all rows, one after another; where those of each row begin, and the last ones end."""
    every = pc.list_flatten(related)
    chosen = to_mask(pc.equal(pc.struct_field(every, "kind"), kind))
    return every.filter(pa.array(chosen)), np.append(0, np.cumsum(chosen))[list_borders(related)]


def _line_of(item: _Inline) -> tuple[int, bool]:
    """How many paragraphs stand before an item, and whether it is a teaser: such neighbours share a line."""
    return item.paragraph, item.age is not None


def _join(*texts: pa.StringArray, by: str) -> pa.StringArray:
    return pc.binary_join_element_wise(*texts, by, null_handling="skip")
