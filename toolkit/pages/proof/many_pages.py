"""The proof of many rows at once, of pages in their printed form: their cells, put together, are the pages.

Nothing is rendered as a whole. Each row gives four parts, and its page must be exactly these, one after another:

    head     HEADLINE, line end, date label DATE, line end
    body     BODY, with the inline items back in their places
    footer   line end, source label SOURCE, and if there is one: line end, tags label TAGS
    block    for each item: line end, related label, line end, HEADLINE, and if there is one: line end, BODY

Three kinds of wrong rows would pass this test, so they are looked for as well:

- A label line taken for text: the labels that open lines of the page must be those of the rendering, too.
- A cell that holds what belongs to two, or to none: cells are not empty, and those of one line have no line end.
- What a rendering does not show: items that are not whole, teasers not cut where their ages end, a date read wrong.
"""

from __future__ import annotations

import datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.pages.articles import EPOCH
from toolkit.pages.columns import Spans, slices, views
from toolkit.pages.proof.inline import RowItem, is_inline_right, put_back
from toolkit.pages.proof.one_page import names_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from toolkit.arrays import Mask, Places
    from toolkit.pages.layout import Layout

MAX_DATES: Final = 1 << 14
"""How many date lines are cached: most sites have fewer, but for those that print the time, too."""

# how a null counts where texts are put together: left out with its separator, or as an empty text
_SKIP: Final = {"null_handling": "skip"}
_EMPTY: Final = {"null_handling": "replace"}


class _Related(NamedTuple):
    """The related items of all rows as columns, with the row of each; a null headline is an empty one."""

    rows: Places
    is_inline: Mask
    headline: pa.StringArray
    body: pa.StringArray
    kind: pa.StringArray
    age: pa.StringArray
    paragraph: pa.Int32Array

    @classmethod
    def of(cls, lists: pa.ListArray) -> _Related:
        rows = np.repeat(np.arange(len(lists)), lists.value_lengths().fill_null(0))
        members = dict(zip(("headline", "body", "kind", "age", "paragraph"), lists.flatten().flatten(), strict=True))
        members["headline"] = members["headline"].fill_null("")
        return cls(rows, to_mask(pc.equal(members["kind"], "inline")), **members)

    def number_of(self, which: Mask, rows: int) -> Places:
        """How many of those items each of the rows has."""
        return np.bincount(self.rows[which], minlength=rows)

    def inline_by_row(self) -> dict[int, list[RowItem]]:
        """The inline items of each row that has any."""
        which = pa.array(self.is_inline)
        members = [
            member.filter(which).cast(pa.binary()).to_pylist() for member in (self.headline, self.body, self.age)
        ]
        items = map(RowItem, *members, self.paragraph.filter(which).to_pylist())
        found: dict[int, list[RowItem]] = {}
        for row, item in zip(self.rows[self.is_inline].tolist(), items, strict=True):
            found.setdefault(row, []).append(item)
        return found


class ColumnsProof:
    """Proves rows against canonical pages of one layout; what it does not confirm may still hold."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._printed = {label: text + ":" for label, text in layout.printed.items()}
        self._date_line = lru_cache(MAX_DATES)(partial(_date_line, label=self._printed["date"], layout=layout))

    def prove(
        self,
        articles: pa.RecordBatch,
        data: bytes,
        pages: Spans,
        labels: pa.StringArray,
        aged: Mapping[int, Sequence[bytes]],
    ) -> Mask:
        """Which rows render to exactly their page, with every teaser and the date read right.

        `articles` has the schema `ARTICLES`; `pages` says where in `data` the page of each stands. `labels` has the
        first letter of each printed label that opens a line of it, in order, `aged` the lines, by their row, that may
        end with an age.
        """
        headline, body, source, tags = map(articles.column, ("headline", "body", "source", "tags_text"))
        date = self._date_lines(articles)
        related = _Related.of(articles.column("related"))
        inline = related.inline_by_row()
        parts = zip(
            self._heads(headline, date),
            self._bodies(body, inline),
            self._footers(source, tags),
            self._blocks(related, len(articles)),
            strict=True,
        )
        holds = _stand_there(parts, data, pages)
        holds &= to_mask(pc.equal(labels, _labels(related, tags)))
        holds &= _have_text(headline, date, body, source) & ~_have_break(headline, date, source, tags)
        holds &= to_mask(articles.column("related").is_valid()) & _are_sound(related, len(articles))
        for row in sorted((inline.keys() | aged.keys()) & set(np.flatnonzero(holds).tolist())):
            text = body[row].as_buffer().to_pybytes()
            holds[row] = is_inline_right(inline.get(row, []), aged.get(row, []), text, self._layout.teasers)
        return holds

    def _date_lines(self, articles: pa.RecordBatch) -> pa.StringArray:
        """The date line of each row; null where its text does not name the day."""
        days = articles.column("date").cast(pa.int32()).to_pylist()
        texts = articles.column("date_text").to_pylist()
        return pa.array(map(self._date_line, texts, days), pa.string(), size=len(days))

    def _heads(self, headline: pa.StringArray, date: pa.StringArray) -> list[memoryview]:
        """The text of each page before its body; without headline or date it is a text that does not stand there."""
        return views(pc.binary_join_element_wise(headline, date, "", "\n", **_EMPTY))

    def _bodies(self, body: pa.StringArray, inline: Mapping[int, Sequence[RowItem]]) -> list[bytes | memoryview]:
        """The bodies with their inline items, each after as many paragraphs as it says."""
        label = self._printed["related"].encode()
        texts: list[bytes | memoryview] = [*views(body)]
        for row, items in inline.items():
            texts[row] = put_back(items, bytes(texts[row]), label)
        return texts

    def _footers(self, source: pa.StringArray, tags: pa.StringArray) -> list[memoryview]:
        """The lines of source and tags, with the line end before them."""
        tags_line = pc.binary_join_element_wise("\n" + self._printed["tags"], _none_if_empty(tags), " ", **_SKIP)
        tags_line = pc.if_else(tags.is_valid(), tags_line, "")
        label = f"\n{self._printed['source']} "
        return views(pc.binary_join_element_wise(label, source, tags_line, "", **_EMPTY))

    def _blocks(self, related: _Related, rows: int) -> list[memoryview]:
        """The text of each row's related block, from the line end before it on; empty where it has none.

        Its items are the last ones of the row: inline items come first.
        """
        label = "\n" + self._printed["related"]
        items = pc.binary_join_element_wise(label, related.headline, related.body, "\n", **_SKIP)
        offsets = np.frombuffer(items.buffers()[1] or bytes(4), np.int32, len(items) + 1).astype(np.int64)
        ends = np.cumsum(np.bincount(related.rows, minlength=rows))
        starts = ends - related.number_of(~related.is_inline, rows)
        return slices(memoryview(items.buffers()[2] or b""), Spans(offsets[starts], offsets[ends]))


def _stand_there(parts: Iterable[Sequence[bytes | memoryview]], data: bytes, pages: Spans) -> Mask:
    """Which rows' parts, one after another, are what stands in `data` where their page does."""
    places = zip(parts, pages.starts.tolist(), pages.ends.tolist(), strict=True)
    return np.array([_stand(data, some, start, end) for some, start, end in places], np.bool_)


def _stand(data: bytes, parts: Iterable[bytes | memoryview], start: int, end: int) -> bool:
    """Whether the parts, one after another, are what stands between these places."""
    for part in parts:
        if not data.startswith(part, start):
            return False
        start += len(part)
    return start == end


def _date_line(text: str | None, day: int | None, *, label: str, layout: Layout) -> str | None:
    """The date line with this text, null if it does not name the day."""
    if text is None or day is None or not names_day(text, datetime.date.fromordinal(day + EPOCH), layout):
        return None
    return f"{label} {text}" if text else label


def _labels(related: _Related, tags: pa.StringArray) -> pa.StringArray:
    """The labels that each rendering has, by their first letters."""
    in_body = related.number_of(related.is_inline & to_mask(related.age.is_null()), len(tags))
    in_block = related.number_of(~related.is_inline, len(tags))
    body, block = (pc.binary_repeat("r", pa.array(number)) for number in (in_body, in_block))
    return pc.binary_join_element_wise("d", body, "s", pc.if_else(tags.is_valid(), "t", ""), block, "")


def _are_sound(related: _Related, rows: int) -> Mask:
    """Which rows have items that are whole for their kind, inline ones first: the rendering does not show it all."""
    is_block = to_mask(pc.equal(related.kind, "block"))
    has_place = to_mask(related.age.is_valid()) | to_mask(related.paragraph.is_valid())
    follows_in_row = np.diff(related.rows, prepend=-1) == 0
    is_late = follows_in_row & ~np.roll(related.is_inline, 1)
    is_whole = np.where(related.is_inline, ~is_late & ~to_mask(related.body.is_valid()), is_block & ~has_place)
    is_whole &= _have_text(related.headline) & ~_have_break(related.headline, related.age)
    sound: Mask = related.number_of(~is_whole, rows) == 0
    return sound


def _have_text(*columns: pa.StringArray) -> Mask:
    """Which rows have a text, not empty, in all of these columns."""
    have: Mask = np.logical_and.reduce([to_mask(pc.greater(pc.binary_length(column), 0)) for column in columns])
    return have


def _have_break(*columns: pa.StringArray) -> Mask:
    """Which rows have a line break in any of these columns."""
    have: Mask = np.logical_or.reduce([to_mask(pc.match_substring(column, "\n")) for column in columns])
    return have


def _none_if_empty(column: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.equal(column, ""), None, column)
