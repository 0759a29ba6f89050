"""`PageReader`: many pages at once, with the results of `read_page` at a fraction of its cost.

Ordinary pages are read in UTF-8: labels are found in one pass over the whole batch, blocks are slices, and the proof is
that the cells, put together again, are the page. Whatever is not ordinary goes to `read_page`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from toolkit.pages.ages import split_teasers
from toolkit.pages.articles import EPOCH, ArticleCells, RelatedCells, to_cells
from toolkit.pages.cells_proof import CellsProof
from toolkit.pages.dates import read_date
from toolkit.pages.findings import Finding
from toolkit.pages.ordinary import (
    FILLING,
    find_ages,
    find_composed,
    find_invisible,
    find_known,
    find_tidy,
    loosely,
    tidy_up,
    to_texts,
)
from toolkit.pages.parser import MAX_ELEMENTS
from toolkit.pages.reading import PageReading, PageRules, read_page
from toolkit.pages.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.pages.layout import Layout

_ORDER = re.compile("dr*(?P<footer>st?)r*")
"""The first letters of the labels of an ordinary page: date, related (inline), source, tags, related."""

_SEPARATOR = b"\n\x00\n"  # between the pages of a batch; no page that gets there holds U+0000
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


class PageReader:
    """Reads pages by one set of rules; keeps patterns and the dates it has read."""

    def __init__(self, rules: PageRules) -> None:
        self._rules = rules
        self._layout = rules.layout
        self._heads = _head_pattern(rules.layout)
        self._printed = {
            rules.layout.printed[label].encode() + b":": label for label in ("date", "source", "tags", "related")
        }
        self._since = rules.layout.teasers.since.encode()
        self._inline = rules.layout.printed["related"].encode() + b": "
        self._dates: dict[bytes, int | None] = {}
        self._proof = CellsProof(rules.layout)
        self._ordinary_levels = all(rules.levels.get(code, "warning") == "warning" for code in ("D105", "P222", "P223"))

    def read(self, pages: Sequence[bytes]) -> list[Accepted | PageReading]:
        """The reading of each page, in order: what `read_page` gives, a row as its cells."""
        found: list[Accepted | PageReading | None] = [None] * len(pages)
        if self._ordinary_levels and sum(map(len, pages)) < _MAX_BATCH_BYTES:
            tidy, warned = self._canonical(pages)
            for index, accepted in self._read_tidy(tidy):
                found[index] = _with_warning(accepted, "D105") if accepted and index in warned else accepted
        return [
            self._read_alone(page) if accepted is None else accepted
            for page, accepted in zip(pages, found, strict=True)
        ]

    def _read_alone(self, page: bytes) -> Accepted | PageReading:
        reading = read_page(page, self._rules)
        if reading.article is None or reading.rendering is None:
            return reading
        warnings = tuple(sorted({finding.code for finding in reading.findings}))
        return Accepted(to_cells(reading.article), reading.rendering, warnings)

    def _canonical(self, pages: Sequence[bytes]) -> tuple[dict[int, bytes], set[int]]:
        """The canonical UTF-8 of the pages that are ordinary, and which of them had invisible characters."""
        tidy: dict[int, bytes] = {}
        warned: set[int] = set()
        rest: Sequence[int] = range(len(pages))
        if self._rules.encoding is None:
            bare = [page.removesuffix(b"\n") for page in pages]
            tidy = {index: bare[index] for index, found in enumerate(find_tidy(to_texts(bare))) if found}
            rest = self._tidy_up(pages, [index for index in rest if index not in tidy], tidy, warned)
        self._decode(pages, rest, tidy, warned)
        return tidy, warned

    def _tidy_up(
        self, pages: Sequence[bytes], untidy: Sequence[int], tidy: dict[int, bytes], warned: set[int]
    ) -> list[int]:
        """Make canonical what can be made so all at once; the indexes of the others."""
        composed = find_composed(to_texts([pages[index] for index in untidy]))
        easy = [index for index, found in zip(untidy, composed, strict=True) if found]
        texts = to_texts([pages[index] for index in easy])
        tidied = tidy_up(texts)
        found_tidy = zip(easy, tidied.cast(pa.binary()).to_pylist(), find_tidy(tidied), strict=True)
        tidy.update((index, page) for index, page, is_tidy in found_tidy if is_tidy)
        warned.update(index for index, found in zip(easy, find_invisible(texts), strict=True) if found)
        return [index for index in untidy if index not in tidy]

    def _decode(self, pages: Sequence[bytes], rest: Sequence[int], tidy: dict[int, bytes], warned: set[int]) -> None:
        """Make canonical, one by one, what is left, and take what has known characters only."""
        texts = {index: decode(pages[index], self._rules.encoding) for index in rest}
        readable = {index: text for index, text in texts.items() if not isinstance(text, Finding)}
        canonical = ["\n".join(text.lines).encode() for text in readable.values()]
        known = find_known(to_texts(canonical))
        for (index, text), page, is_known in zip(readable.items(), canonical, known, strict=True):
            if is_known:
                tidy[index] = page
            if text.invisible is not None:
                warned.add(index)

    def _read_tidy(self, pages: dict[int, bytes]) -> Iterator[tuple[int, Accepted | None]]:
        """Each ordinary page with its row, or with null where its blocks are out of the ordinary."""
        order = sorted(pages)
        ages = find_ages(to_texts([pages[index] for index in order]), self._layout.teasers.since)
        batch = _SEPARATOR.join([b"", *(pages[index] for index in order), b""])
        starts, at = [], len(_SEPARATOR)
        for index in order:
            starts.append(at)
            at += len(pages[index]) + len(_SEPARATOR)
        heads: list[list[_Head]] = [[] for _ in order]
        for head in self._find_heads(batch):
            heads[bisect_right(starts, head.start) - 1].append(head)
        for index, start, found, may_have_ages in zip(order, starts, heads, ages, strict=True):
            moved = [_Head(head.label, head.start - start, head.rest - start) for head in found]
            cells = self._read_blocks(pages[index], moved)
            proven = cells is not None and self._proof.holds(cells, pages[index], may_have_ages=may_have_ages)
            yield index, _accepted(cells, pages[index]) if cells is not None and proven else None

    def _find_heads(self, batch: bytes) -> Iterator[_Head]:
        for match in self._heads.finditer(batch):
            start, end = match.start() + 1, match.end()
            label = self._printed.get(batch[start:end])
            if label is None:
                yield _Head("other", start, end)
            else:
                yield _Head(label, start, end + (batch[end : end + 1] == b" "))

    def _read_blocks(self, page: bytes, heads: Sequence[_Head]) -> ArticleCells | None:
        """The cells of a page whose labels stand as they do on most pages, each in its printed form; else null."""
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
        body = page[date_end + 1 : source.start - 1]
        day, split = self._date(date_text), self._split_body(body, labels=first - 1)
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

    def _split_body(self, body: bytes, *, labels: int) -> tuple[bytes, Sequence[RelatedCells]] | None:
        """Paragraphs and inline items; null where teaser lines are adjacent or nothing else is left.

        `labels` is the number of related labels in it: each must open a line with text after it.
        """
        if not labels and self._since not in body:
            return body, ()
        paragraphs: list[bytes] = []
        inline: list[RelatedCells] = []
        before = False
        for line in body.split(b"\n"):
            if labels and line.startswith(self._inline):
                labels -= 1
                before = False
                inline.append(RelatedCells(line[len(self._inline) :], None, b"inline", None, len(paragraphs)))
                continue
            items = split_teasers(line.decode(), self._layout) if self._since in line[-_AGE_BYTES:] else ()
            if items and before:
                return None
            before = bool(items)
            if not items:
                paragraphs.append(line)
            inline += [
                RelatedCells(text.encode(), None, b"inline", age.encode(), len(paragraphs)) for text, age in items
            ]
        return (b"\n".join(paragraphs), inline) if paragraphs and not labels else None


_AGE_BYTES = 80  # an age at the end of a line is not longer
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
    return re.compile(b"\n" + FILLING + b"(?:" + forms + b") ?(?::|(?=\n|$))")


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
