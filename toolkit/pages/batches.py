"""`PageReader`: many pages at once, with the results of `read_page` at a fraction of its cost.

Ordinary pages are read in UTF-8: labels are found in one pass over the whole batch, blocks are slices, and the proof is
that the cells, put together again, are the page. Whatever is not ordinary goes to `read_page`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from toolkit.pages.ages import split_teasers
from toolkit.pages.articles import EPOCH, ArticleCells, RelatedCells, to_cells
from toolkit.pages.cells_proof import CellsProof
from toolkit.pages.dates import read_date
from toolkit.pages.edges import Edges
from toolkit.pages.ordinary import FILLING, Batch, find_tidy, join, loosely
from toolkit.pages.parser import MAX_ELEMENTS
from toolkit.pages.reading import PageReading, PageRules, read_page
from toolkit.pages.text import MAX_LINES
from toolkit.pages.tidying import make_tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.pages.layout import Layout

_ORDER = re.compile("dr*(?P<footer>st?)r*")
"""The first letters of the labels of an ordinary page: date, related (inline), source, tags, related."""

_MAX_BATCH_BYTES = 2**31 - 1


class Accepted(NamedTuple):
    """A page that is a row: its cells, its rendering in UTF-8, and the codes of its warnings, sorted."""

    cells: ArticleCells
    rendering: bytes
    warnings: tuple[str, ...]


class _Head(NamedTuple):
    """A label found in a batch: where its line starts, and where the text after its colon and space does."""

    label: str
    start: int
    rest: int


class _Span(NamedTuple):
    """A part of a page: where it starts and ends."""

    start: int
    end: int


class PageReader:
    """Reads pages by one set of rules; keeps patterns and the dates it has read."""

    def __init__(self, rules: PageRules) -> None:
        self._rules = rules
        self._layout = rules.layout
        self._heads = _head_pattern(rules.layout)
        self._printed = [(label, printed.encode() + b":") for label, printed in rules.layout.printed.items()]
        self._since = [letter.encode() for letter in reversed(rules.layout.teasers.since) if letter != "ا"]
        self._edges = Edges(rules.layout)
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
        untidy = dict(enumerate(pages))
        if self._rules.encoding is None:
            bare = [page.removesuffix(b"\n") for page in pages]
            batch = join(bare)
            tidy = [index for index, is_tidy in enumerate(find_tidy(batch)) if is_tidy]
            found.update(self._read_tidy(batch, {index: bare[index] for index in tidy}))
            for index in tidy:
                del untidy[index]
        tidied = make_tidy(untidy, self._rules.encoding)
        batch = join([text.page for text in tidied])
        for number, accepted in self._read_tidy(batch, {number: text.page for number, text in enumerate(tidied)}):
            found[tidied[number].number] = _with_warning(accepted, "D105") if tidied[number].had_invisible else accepted
        return found

    def _read_tidy(self, batch: Batch, pages: Mapping[int, bytes]) -> Iterator[tuple[int, Accepted]]:
        """Those of `pages` (by their number in the batch, canonical) whose blocks are not out of the ordinary."""
        openings, endings = self._edges.find(batch.data)
        for number, page in pages.items():
            if page.count(b"\n") >= MAX_LINES:
                continue
            start = batch.starts[number]
            end = start + len(page)
            opened = [at - start for at in openings[bisect_left(openings, start) : bisect_left(openings, end)]]
            ended = endings[bisect_left(endings, (start, 0)) : bisect_left(endings, (end, 0))]
            heads = [head for at in opened if (head := self._head(page, at)) is not None]
            aged = [(at - start, to - start) for at, to in ended if self._may_end_with_age(batch.data, at, to)]
            cells = self._read_blocks(page, heads, aged)
            if cells is not None and self._proof.holds(cells, page, opened, [page[at:to] for at, to in aged]):
                yield number, _accepted(cells, page)

    def _head(self, page: bytes, start: int) -> _Head | None:
        """The label that opens the line at `start`."""
        for label, printed in self._printed:
            if page.startswith(printed, start):
                end = start + len(printed)
                return _Head(label, start, end + (page[end : end + 1] == b" "))
        match = self._heads.match(page, start)
        return None if match is None else _Head("other", start, match.end())

    def _may_end_with_age(self, batch: bytes, start: int, end: int) -> bool:
        words = b" ".join(batch[start:end].rsplit(b" ", _AGE_WORDS)[-_AGE_WORDS:])
        return all(letter in words for letter in self._since)

    def _read_blocks(self, page: bytes, heads: Sequence[_Head], aged: Sequence[tuple[int, int]]) -> ArticleCells | None:
        """The cells of a page whose labels stand as they do on most pages, each in its printed form; else null.

        `aged` has the start and end of each line that may end with an age.
        """
        found = _ORDER.fullmatch("".join([head.label[0] for head in heads]))
        if found is None or heads[0].start == 0 or len(heads) > MAX_ELEMENTS:
            return None
        first, count = found.span("footer")
        date, source, block = heads[0], heads[first], heads[count:]
        footer = _lines(page, heads[first:count], block[0].start if block else len(page) + 1)
        related = _block_items(page, block)
        headline = page[: date.start - 1]
        date_end = page.find(b"\n", date.rest)
        if footer is None or related is None or b"\n" in headline or date_end >= source.start - 1:
            return None
        date_text = page[date.rest : date_end]
        body = _Span(date_end + 1, source.start - 1)
        day, split = self._date(date_text), self._split_body(page, body, heads[1:first], aged)
        if day is None or split is None:
            return None
        return ArticleCells(
            headline=headline,
            date=day,
            body=split[0],
            source=footer[0],
            related=(*split[1], *related),
            date_text=date_text,
            tags_text=footer[1] if len(footer) > 1 else None,
        )

    def _date(self, text: bytes) -> int | None:
        if text not in self._dates:
            day = read_date(text.decode(), self._layout)
            self._dates[text] = None if day is None else day.toordinal() - EPOCH
        return self._dates[text]

    def _split_body(
        self, page: bytes, body: _Span, heads: Sequence[_Head], aged: Sequence[tuple[int, int]]
    ) -> tuple[bytes, Sequence[RelatedCells]] | None:
        """Paragraphs and inline items; null where teaser lines are adjacent or nothing else is left.

        `heads` are the related labels in it: each must open a line with text after it.
        """
        labelled = {head.start: page.find(b"\n", head.rest) for head in heads}
        teasers = {start: end for start, end in aged if body.start <= start < body.end}
        if not labelled and not teasers:
            return page[body.start : body.end], ()
        kept: list[bytes] = []
        inline: list[RelatedCells] = []
        at, paragraphs, last_teasers = body.start, 0, -1
        for start, end in sorted({**teasers, **labelled}.items()):
            items = self._headline(page[start:end]) if start in labelled else self._teasers(page[start:end])
            if items is None or (start not in labelled and items and last_teasers == start - 1):
                return None
            if not items:
                continue
            if start > at:
                kept.append(page[at : start - 1])
                paragraphs += kept[-1].count(b"\n") + 1
            inline += [RelatedCells(text, None, b"inline", age, paragraphs) for text, age in items]
            at, last_teasers = end + 1, end if start in teasers else -1
        if at < body.end:
            kept.append(page[at : body.end])
        return (b"\n".join(kept), inline) if kept else None

    def _headline(self, line: bytes) -> Sequence[tuple[bytes, bytes | None]] | None:
        return [(line[len(self._inline) :], None)] if line.startswith(self._inline) else None

    def _teasers(self, line: bytes) -> Sequence[tuple[bytes, bytes | None]]:
        return [(text.encode(), age.encode()) for text, age in split_teasers(line.decode(), self._layout)]


_AGE_WORDS = 3  # an age has no more
_WARNINGS = {
    (True, True): (),
    (True, False): ("P223",),
    (False, True): ("P222",),
    (False, False): ("P222", "P223"),
}
"""The warnings of an ordinary page, by whether it has tags and a related block."""


def _accepted(cells: ArticleCells, page: bytes) -> Accepted:
    block = bool(cells.related) and cells.related[-1].kind == b"block"
    return Accepted(cells, page, _WARNINGS[bool(cells.tags_text), block])


def _with_warning(page: Accepted, code: str) -> Accepted:
    return page._replace(warnings=tuple(sorted((code, *page.warnings))))


def _head_pattern(layout: Layout) -> re.Pattern[bytes]:
    """Lines that may open with a label, in any spelling: they end with its colon, or with the line."""
    forms = b"|".join(loosely(form) for form in sorted(layout.forms))
    return re.compile(FILLING + b"(?:" + forms + b") ?(?::|(?=\n|$))")


def _lines(page: bytes, heads: Sequence[_Head], end: int) -> list[bytes] | None:
    """The texts of label lines that stand one directly after the other, the last directly before `end`."""
    texts = []
    for head, following in zip(heads, [*(head.start for head in heads[1:]), end], strict=True):
        text = page[head.rest : following - 1]
        if b"\n" in text or (not text and head.label == "source"):
            return None
        texts.append(text)
    return texts


def _block_items(page: bytes, heads: Sequence[_Head]) -> list[RelatedCells] | None:
    """The items of a related block; null where a label is not alone on its line, or nothing follows it."""
    items = []
    ends = [*(head.start - 1 for head in heads[1:]), len(page)][: len(heads)]
    for head, end in zip(heads, ends, strict=True):
        if page[head.rest : head.rest + 1] != b"\n" or head.rest + 1 >= end:
            return None
        headline, _, body = page[head.rest + 1 : end].partition(b"\n")
        items.append(RelatedCells(headline, body or None, b"block", None, None))
    return items
