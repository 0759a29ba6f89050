"""`PageReader`: many pages at once, with the results of `read_page` at a fraction of its cost.

Ordinary pages are read in UTF-8: labels are found in one pass over the whole batch, blocks are slices, and the proof is
that the cells, put together again, are the page. Whatever is not ordinary goes to `read_page`.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from toolkit.pages.ages import split_teasers
from toolkit.pages.articles import EPOCH, ArticleCells, RelatedCells, to_cells
from toolkit.pages.cells_proof import CellsProof
from toolkit.pages.dates import read_date
from toolkit.pages.heads import HeadFinder
from toolkit.pages.ordinary import SEPARATOR
from toolkit.pages.parser import MAX_ELEMENTS
from toolkit.pages.reading import PageReading, PageRules, read_page
from toolkit.pages.text import MAX_LINES
from toolkit.pages.tidying import Tidied, brush_together, decode_each, take_as_they_are

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from toolkit.pages.heads import Heads

_MAX_BATCH_BYTES = 2**31 - 1


class Accepted(NamedTuple):
    """A page that is a row: its cells, its rendering in UTF-8, and the codes of its warnings, sorted."""

    cells: ArticleCells
    rendering: bytes
    warnings: tuple[str, ...]


class _Span(NamedTuple):
    """A part of a batch: where it starts and ends."""

    start: int
    end: int


class _Order(NamedTuple):
    """How many labels an ordinary page has of each part: related ones in its body, tags, related ones at its end."""

    inline: int
    tags: int
    block: int


class PageReader:
    """Reads pages by one set of rules; keeps patterns and the dates it has read."""

    def __init__(self, rules: PageRules) -> None:
        self._rules = rules
        self._layout = rules.layout
        self._heads = HeadFinder(rules.layout)
        self._ways: list[Callable[[Sequence[bytes]], Tidied]] = [partial(decode_each, encoding=rules.encoding)]
        if rules.encoding is None:
            self._ways[:0] = [take_as_they_are, brush_together]
        self._inline = rules.layout.printed["related"].encode() + b": "
        self._dates: dict[bytes, int | None] = {}
        self._proof = CellsProof(rules.layout)
        self._ordinary_levels = all(rules.levels.get(code, "warning") == "warning" for code in ("D105", "P222", "P223"))

    def read(self, pages: Sequence[bytes]) -> list[Accepted | PageReading]:
        """The reading of each page, in order: what `read_page` gives, a row as its cells."""
        ordinary: dict[int, Accepted] = {}
        if self._ordinary_levels and sum(map(len, pages)) < _MAX_BATCH_BYTES:
            ordinary = self._read_ordinary(pages)
        return [ordinary.get(index) or self._read_alone(page) for index, page in enumerate(pages)]

    def _read_alone(self, page: bytes) -> Accepted | PageReading:
        reading = read_page(page, self._rules)
        if reading.article is None or reading.rendering is None:
            return reading
        warnings = tuple(sorted({finding.code for finding in reading.findings}))
        return Accepted(to_cells(reading.article), reading.rendering, warnings)

    def _read_ordinary(self, pages: Sequence[bytes]) -> dict[int, Accepted]:
        """The ordinary pages that are rows, by their index."""
        found: dict[int, Accepted] = {}
        rest: Sequence[int] = range(len(pages))
        for tidy_up in self._ways:
            if not rest:
                break
            tidied = tidy_up([pages[index] for index in rest])
            found.update((rest[number], page) for number, page in self._read_tidy(tidied))
            rest = [index for index, is_tidy in zip(rest, tidied.is_tidy, strict=True) if not is_tidy]
        return found

    def _read_tidy(self, tidied: Tidied) -> Iterator[tuple[int, Accepted]]:
        """Those tidy pages, by their number, whose blocks are not out of the ordinary."""
        data, starts = tidied.batch.data, tidied.batch.starts.tolist()
        for number, heads in enumerate(self._heads.find(tidied.batch)):
            start, end = starts[number], starts[number + 1] - len(SEPARATOR)
            order = _order(heads.labels)
            if order is None or not tidied.is_tidy[number] or _has_too_many_lines(data, start, end):
                continue
            cells = self._read_blocks(data, _Span(start, end), heads, order)
            aged = [data[at:to] for at, to in heads.aged]
            if cells is not None and self._proof.holds(cells, page := data[start:end], heads.labels, aged):
                yield number, _accepted(cells, page, had_invisible=tidied.had_invisible[number])

    def _read_blocks(self, data: bytes, page: _Span, heads: Heads, order: _Order) -> ArticleCells | None:
        """The cells of a page whose labels stand as they do on most pages, each in its printed form; else null."""
        starts, rests, ends = heads.starts, heads.rests, heads.ends
        source, block = 1 + order.inline, 2 + order.inline + order.tags
        body = _Span(ends[0] + 1, starts[source] - 1)
        source_text = data[rests[source] : ends[source]]
        footer_end = ends[block - 1] + 1
        is_in_order = (
            data.find(b"\n", page.start) == starts[0] - 1
            and body.start < body.end
            and source_text
            and (not order.tags or starts[source + 1] == ends[source] + 1)
            and footer_end == (starts[block] if order.block else page.end + 1)
        )
        if not is_in_order:
            return None
        date_text = data[rests[0] : ends[0]]
        day = self._date(date_text)
        split = self._split_body(data, body, heads, order.inline)
        related = _block_items(data, page.end, heads, block) if order.block else ()
        if day is None or split is None or related is None:
            return None
        return ArticleCells(
            headline=data[page.start : starts[0] - 1],
            date=day,
            body=split[0],
            source=source_text,
            related=(*split[1], *related),
            date_text=date_text,
            tags_text=data[rests[block - 1] : ends[block - 1]] if order.tags else None,
        )

    def _date(self, text: bytes) -> int | None:
        if text not in self._dates:
            day = read_date(text.decode(), self._layout)
            self._dates[text] = None if day is None else day.toordinal() - EPOCH
        return self._dates[text]

    def _split_body(
        self, data: bytes, body: _Span, heads: Heads, labelled: int
    ) -> tuple[bytes, Sequence[RelatedCells]] | None:
        """Paragraphs and inline items; null where teaser lines are adjacent or nothing else is left.

        `labelled` lines have a related label: each must be followed by text.
        """
        teasers = {start: end for start, end in heads.aged if body.start <= start < body.end}
        if not labelled and not teasers:
            return data[body.start : body.end], ()
        headlines = dict(zip(heads.starts[1 : 1 + labelled], heads.ends[1 : 1 + labelled], strict=True))
        kept: list[bytes] = []
        inline: list[RelatedCells] = []
        at, paragraphs, last_teasers = body.start, 0, -1
        for start, end in sorted({**teasers, **headlines}.items()):
            items = self._headline(data[start:end]) if start in headlines else self._teasers(data[start:end])
            if items is None or (start in teasers and start not in headlines and items and last_teasers == start - 1):
                return None
            if not items:
                continue
            if start > at:
                kept.append(data[at : start - 1])
                paragraphs += kept[-1].count(b"\n") + 1
            inline += [RelatedCells(text, None, b"inline", age, paragraphs) for text, age in items]
            at, last_teasers = end + 1, end if start in teasers else -1
        if at < body.end:
            kept.append(data[at : body.end])
        return (b"\n".join(kept), inline) if kept else None

    def _headline(self, line: bytes) -> Sequence[tuple[bytes, bytes | None]] | None:
        return [(line[len(self._inline) :], None)] if line.startswith(self._inline) else None

    def _teasers(self, line: bytes) -> Sequence[tuple[bytes, bytes | None]]:
        return [(text.encode(), age.encode()) for text, age in split_teasers(line.decode(), self._layout)]


_WARNINGS = {
    (True, True): (),
    (True, False): ("P223",),
    (False, True): ("P222",),
    (False, False): ("P222", "P223"),
}
"""The warnings of an ordinary page, by whether it has tags and a related block."""


def _accepted(cells: ArticleCells, page: bytes, *, had_invisible: bool) -> Accepted:
    block = bool(cells.related) and cells.related[-1].kind == b"block"
    warnings = _WARNINGS[bool(cells.tags_text), block]
    return Accepted(cells, page, ("D105", *warnings) if had_invisible else warnings)


@lru_cache(maxsize=1024)
def _order(labels: bytes) -> _Order | None:
    """The order of the labels of an ordinary page, null for another."""
    found = re.fullmatch(b"d(r*)s(t?)(r*)", labels)
    if found is None or len(labels) > MAX_ELEMENTS:
        return None
    inline, tags, block = map(len, found.groups())
    return _Order(inline, tags, block)


def _has_too_many_lines(data: bytes, start: int, end: int) -> bool:
    return end - start > MAX_LINES and data.count(b"\n", start, end) >= MAX_LINES


def _block_items(data: bytes, page_end: int, heads: Heads, first: int) -> list[RelatedCells] | None:
    """The items of a related block; null where a label is not alone on its line, or nothing follows it."""
    items = []
    following = [start - 1 for start in heads.starts[first + 1 :]]
    for rest, line_end, end in zip(heads.rests[first:], heads.ends[first:], [*following, page_end], strict=True):
        if rest != line_end or line_end >= end:
            return None
        headline, _, body = data[line_end + 1 : end].partition(b"\n")
        items.append(RelatedCells(headline, body or None, b"block", None, None))
    return items
