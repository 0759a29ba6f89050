"""`PlainRows`: which rows are plain, and the page that each of them renders to; whole columns at a time.

A row is plain if nothing in its cells could be read as anything but what it is: no line opens with a label or ends
with an age, every text is canonical, nothing stands inside the body. Such a row is what its rendering reads as, by the
grammar of pages alone; all others are rendered and read one by one.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset.sizes import list_borders
from toolkit.pages.dates import read_date
from toolkit.pages.ordinary import MARKS, find_tidy

if TYPE_CHECKING:
    import numpy.typing as npt

    from toolkit.pages import Layout

    Mask = npt.NDArray[np.bool_]

MAX_PLAIN_ITEMS: Final = 1_000
MAX_PLAIN_TAGS_BYTES: Final = 10_000
"""More of either is left to the reader of pages, which knows their bounds."""

_MARKS: Final = MARKS + "\\x{640}"


class PlainRows:
    """Finds and renders the plain rows of one layout; remembers the dates it has read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._special = f"{_label_pattern(layout)}|{_age_pattern(layout)}"
        self._days: dict[str, int | None] = {}

    def find(self, rows: pa.RecordBatch) -> Mask:
        """For each row whether it is plain; `rows` have the columns and types of page-format.md, section 2."""
        page = rows.column("page")
        mask = _valid(page) & self._tells(rows.column("headline"), lines=1) & self._tells(rows.column("body"))
        mask &= self._tells(rows.column("source"), lines=1)
        mask &= self._names_day(pc.struct_field(page, "date"), rows.column("date"))
        tags = pc.struct_field(page, "tags")
        short = _true(pc.less(pc.binary_length(tags), MAX_PLAIN_TAGS_BYTES))
        return mask & (~_valid(tags) | (short & self._tells(tags, lines=1))) & self._points_plainly(rows)

    def _tells(self, texts: pa.StringArray, *, lines: int | None = None) -> Mask:
        """Which texts are there, canonical, not empty, of so many lines, and without anything special in a line."""
        tidy = np.array([bool(found) for found in find_tidy(texts)], np.bool_)
        plain = _valid(texts) & tidy & ~_true(pc.match_substring_regex(texts, self._special))
        return plain & ~_true(pc.match_substring(texts, "\n")) if lines == 1 else plain

    def _names_day(self, texts: pa.StringArray, days: pa.Date32Array) -> Mask:
        """Which dates are the days that their date lines name."""
        encoded = pc.dictionary_encode(texts)
        plain = self._tells(encoded.dictionary, lines=1)
        known = [
            self._day(text) if is_plain else None
            for text, is_plain in zip(encoded.dictionary.to_pylist(), plain.tolist(), strict=True)
        ]
        named = pa.array(known, pa.int32()).take(encoded.indices)
        return _true(pc.equal(named, days.cast(pa.int32())))

    def _day(self, text: str) -> int | None:
        if text not in self._days:
            day = read_date(text, self._layout)
            self._days[text] = None if day is None else (day - _EPOCH).days
        return self._days[text]

    def _points_plainly(self, rows: pa.RecordBatch) -> Mask:
        """Which rows point to other articles in their related block only."""
        related = rows.column("related")
        lengths = np.diff(list_borders(related))
        items = pc.list_flatten(related)
        headline, body, kind, age, paragraph = (pc.struct_field(items, name) for name in _ITEM)
        odd = ~_valid(items) | ~_true(pc.equal(kind, "block")) | _valid(age) | _valid(paragraph)
        odd |= ~self._tells(headline, lines=1) | (_valid(body) & ~self._tells(body))
        parents = np.repeat(np.arange(len(lengths)), lengths)
        odd_items = np.bincount(parents[odd], minlength=len(lengths))
        plain: Mask = _valid(related) & (odd_items == 0) & (lengths <= MAX_PLAIN_ITEMS)
        return plain

    def render(self, rows: pa.RecordBatch) -> pa.StringArray:
        """The page of each row; all of them are plain."""
        page = rows.column("page")
        return _join(
            rows.column("headline"),
            self._line("date", pc.struct_field(page, "date")),
            rows.column("body"),
            self._line("source", rows.column("source")),
            self._line("tags", pc.struct_field(page, "tags")),
            self._block(rows.column("related")),
            by="\n",
        )

    def _line(self, label: str, texts: pa.StringArray) -> pa.StringArray:
        """The line of a label; null where there is no text."""
        return pc.binary_join_element_wise(f"{self._printed(label)} ", texts, "")

    def _printed(self, label: str) -> str:
        return next(f"{printed}:" for name, printed in self._layout.printed.items() if name == label)

    def _block(self, related: pa.ListArray) -> pa.StringArray:
        """The lines of the related block; null where there is none."""
        items = pc.list_flatten(related)
        texts = _join(
            pa.repeat(self._printed("related"), len(items)),
            pc.struct_field(items, "headline"),
            pc.struct_field(items, "body"),
            by="\n",
        )
        blocks = pc.binary_join(pa.ListArray.from_arrays(pa.array(list_borders(related), pa.int32()), texts), "\n")
        return pc.if_else(pc.equal(pc.binary_length(blocks), 0), pa.scalar(None, pa.string()), blocks)


_ITEM: Final = ("headline", "body", "kind", "age", "paragraph")
_EPOCH: Final = datetime.date(1970, 1, 1)


def _join(*texts: pa.StringArray, by: str) -> pa.StringArray:
    return pc.binary_join_element_wise(*texts, by, null_handling="skip")


def _valid(array: pa.Array) -> Mask:
    mask: Mask = array.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _true(booleans: pa.BooleanArray) -> Mask:
    mask: Mask = pc.fill_null(booleans, fill_value=False).to_numpy(zero_copy_only=False)
    return mask


def _label_pattern(layout: Layout) -> str:
    """At least every line of canonical text that opens with a label, in any spelling, for RE2."""
    forms = "|".join(_loosely(form) for form in sorted(layout.forms))
    return rf"(?:\A|\n)(?:{forms}) ?(?::|\n|\z)"


def _age_pattern(layout: Layout) -> str:
    """At least every line of canonical text that ends with an age, in any spelling, for RE2."""
    return rf"{_loosely(layout.teasers.since)} [^ \n]+(?: [^ \n]+)?(?:\n|\z)"


def _loosely(words: str) -> str:
    """A pattern of every spelling that folds to `words`: marks and tatweels between letters, any alef for an alef."""
    filling = f"[{_MARKS}]*"
    letters = {" ": f"(?:{filling} )+", "\u0627": r"[\x{622}\x{623}\x{625}\x{627}\x{671}]"}
    return filling + filling.join(letters.get(letter, re.escape(letter)) for letter in words) + filling
