"""`PageReader`: many pages at once, with the results of `read_page` at a fraction of its cost.

Ordinary pages are read in UTF-8: labels are found in one pass over the whole batch, blocks are slices, and the proof is
that the cells, put together again, are the page. Whatever is not ordinary goes to `read_page`.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from toolkit.pages.articles import EPOCH, ArticleCells, RelatedCells, to_cells
from toolkit.pages.blocks import find_blocks
from toolkit.pages.bodies import BodySplitter, find_inline
from toolkit.pages.cells_proof import MAX_DATES, CellsProof
from toolkit.pages.dates import read_date
from toolkit.pages.heads import HeadFinder
from toolkit.pages.ordinary import has_one_spelling
from toolkit.pages.parser import MAX_ELEMENTS
from toolkit.pages.reading import PageReading, PageRules, read_page
from toolkit.pages.tidying import Tidied, brush_together, decode_each, take_as_they_are

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from toolkit.pages.blocks import Blocks
    from toolkit.pages.bodies import SplitBody
    from toolkit.pages.layout import Layout

_MAX_ORDINARY_BYTES = 1024 * 1024
"""A larger page is read alone: what is found in many pages at once takes several times their memory."""

_MAX_BATCH_BYTES = 2**31 - 1


class Accepted(NamedTuple):
    """A page that is a row: its cells, its rendering in UTF-8, and the codes of its warnings, sorted."""

    cells: ArticleCells
    rendering: bytes
    warnings: tuple[str, ...]


class PageReader:
    """Reads pages by one set of rules; keeps patterns and the dates it has read."""

    def __init__(self, rules: PageRules) -> None:
        self._rules = rules
        self._heads = HeadFinder(rules.layout)
        self._ways: list[Callable[[Sequence[bytes]], Tidied]] = [partial(decode_each, encoding=rules.encoding)]
        if rules.encoding is None:
            self._ways[:0] = [take_as_they_are, brush_together]
        self._bodies = BodySplitter(rules.layout)
        self._day = lru_cache(MAX_DATES)(partial(_day, layout=rules.layout))
        self._proof = CellsProof(rules.layout)
        self._knows_rules = has_one_spelling(rules.layout) and all(
            rules.levels.get(code, "warning") == "warning" for code in ("D105", "P222", "P223")
        )

    def read(self, pages: Sequence[bytes]) -> list[Accepted | PageReading]:
        """The reading of each page, in order: what `read_page` gives, a row as its cells."""
        ordinary: dict[int, Accepted] = {}
        if self._knows_rules and sum(map(len, pages)) < _MAX_BATCH_BYTES:
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
        rest = [index for index, page in enumerate(pages) if len(page) <= _MAX_ORDINARY_BYTES]
        for tidy_up in self._ways:
            if not rest:
                break
            tidied = tidy_up([pages[index] for index in rest])
            found.update((rest[number], page) for number, page in self._read_tidy(tidied))
            rest = [index for index, is_tidy in zip(rest, tidied.is_tidy, strict=True) if not is_tidy]
        return found

    def _read_tidy(self, tidied: Tidied) -> Iterator[tuple[int, Accepted]]:
        """Those tidy pages, by their number, whose blocks are not out of the ordinary."""
        data = tidied.batch.data
        heads = self._heads.find(tidied.batch)
        blocks = find_blocks(tidied.batch, tidied.is_tidy, heads)
        inline = find_inline(tidied.batch, blocks, heads)
        splits = {row: self._bodies.split(data, blocks.body.span(row), lines) for row, lines in inline.items()}
        firsts = heads.firsts.tolist()
        spans = zip(blocks.page.starts.tolist(), blocks.page.ends.tolist(), strict=True)
        rows = zip(blocks.numbers.tolist(), spans, self._cut(data, blocks), strict=True)
        for row, (number, page, whole) in enumerate(rows):
            aged = [data[start:end] for start, end in inline[row].aged.items()] if row in inline else ()
            cells = _with_inline(whole, splits[row]) if row in splits else whole
            labels = heads.labels[firsts[number] : firsts[number + 1]]
            if cells is None or _has_too_many(cells):
                continue
            if (rendering := self._proof.prove(cells, data, page, labels, aged)) is not None:
                yield number, _accepted(cells, rendering, had_invisible=tidied.had_invisible[number])

    def _cut(self, data: bytes, blocks: Blocks) -> Iterator[ArticleCells]:
        """The cells of the pages, but for what is inline: bodies are as they stand."""
        related: list[list[RelatedCells]] = [[] for _ in blocks.numbers]
        items = blocks.items
        for row, headline, body in zip(
            items.rows.tolist(), items.headline.cut(data), items.body.cut(data), strict=True
        ):
            related[row].append(RelatedCells(headline, body or None, b"block", None, None))
        for headline, date, body, source, others, tags, has_tags in zip(
            blocks.headline.cut(data),
            blocks.date.cut(data),
            blocks.body.cut(data),
            blocks.source.cut(data),
            related,
            blocks.tags.cut(data),
            (blocks.tags.starts <= blocks.tags.ends).tolist(),
            strict=True,
        ):
            day = self._day(date)
            yield ArticleCells(headline, day, body, source, tuple(others), date, tags if has_tags else None)


def _day(text: bytes, layout: Layout) -> int | None:
    day = read_date(text.decode(), layout)
    return None if day is None else day.toordinal() - EPOCH


_WARNINGS = {
    (True, True): (),
    (True, False): ("P223",),
    (False, True): ("P222",),
    (False, False): ("P222", "P223"),
}
"""The warnings of an ordinary page, by whether it has tags and a related block."""


def _with_inline(cells: ArticleCells, body: SplitBody | None) -> ArticleCells | None:
    return None if body is None else cells._replace(body=body.paragraphs, related=(*body.items, *cells.related))


def _has_too_many(cells: ArticleCells) -> bool:
    """Whether there are more related items, or words of tags, than a page may have."""
    words = 1 + cells.tags_text.count(b" ") if cells.tags_text else 0
    return words > MAX_ELEMENTS or len(cells.related) > MAX_ELEMENTS


def _accepted(cells: ArticleCells, rendering: bytes, *, had_invisible: bool) -> Accepted:
    block = bool(cells.related) and cells.related[-1].kind == b"block"
    warnings = _WARNINGS[bool(cells.tags_text), block]
    return Accepted(cells, rendering, ("D105", *warnings) if had_invisible else warnings)
