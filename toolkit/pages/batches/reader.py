"""`PageReader`: many pages at once, with the results of `read_page` at a fraction of its cost.

Ordinary pages are read in UTF-8: labels are found in one pass over the whole batch, cells are slices of it, and the
proof is that the cells, put together again, are the page. All other pages go to `read_page`.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.pages.batches.block_columns import block_columns
from toolkit.pages.batches.blocks import find_blocks
from toolkit.pages.batches.bodies import BodySplitter, find_inline
from toolkit.pages.batches.foreign import ForeignFinder
from toolkit.pages.batches.heads import HeadFinder
from toolkit.pages.batches.ordinary import has_one_spelling
from toolkit.pages.batches.tidying import PORTION_BYTES, portions, tidy_up
from toolkit.pages.columns import Spans, gather, slices, to_columns
from toolkit.pages.parsing import read_day
from toolkit.pages.parsing.parser import MAX_ELEMENTS
from toolkit.pages.proof import MAX_DATES, ColumnsProof
from toolkit.pages.reading import PageRules, read_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.arrays import Mask, Places
    from toolkit.pages.articles import Article
    from toolkit.pages.batches.heads import Heads
    from toolkit.pages.batches.tidying import Tidied
    from toolkit.pages.findings import Finding

_MAX_ORDINARY_BYTES = 1024 * 1024
"""A larger page is read alone: what is found in many pages at once takes several times their memory."""

_MAX_BATCH_BYTES = 2**31 - 1


class Refused(NamedTuple):
    """A page that is no row: its findings, and whether it is of another site, as in `PageReading`.

    Where foreign pages are skipped, those that are recognised by their lack of labels have no findings.
    """

    findings: tuple[Finding, ...]
    is_foreign: bool


class Readings(NamedTuple):
    """What pages were read as: rows as columns, in the order of the pages, and all other pages by number (from 0).

    `numbers` has the page of each row of `articles` (schema `ARTICLES`), `renderings` its rendering in UTF-8, null
    where that is the page itself without the LF at its end.
    """

    numbers: Places
    articles: pa.RecordBatch
    renderings: Sequence[bytes | memoryview | None]
    refused: Mapping[int, Refused]


_FOREIGN: Final = Refused((), is_foreign=True)


class PageReader:
    """Reads pages by one set of rules; keeps patterns and the dates it has read.

    With `skip_foreign` most foreign pages are read only as far as it takes to recognise them.
    """

    def __init__(self, rules: PageRules, *, skip_foreign: bool = False) -> None:
        self._rules = rules
        self._skip_foreign = skip_foreign
        self._foreign = ForeignFinder(rules.layout) if skip_foreign and not rules.encoding else None
        self._heads = HeadFinder(rules.layout)
        self._bodies = BodySplitter(rules.layout)
        self._day = lru_cache(MAX_DATES)(partial(read_day, layout=rules.layout))
        self._proof = ColumnsProof(rules.layout)
        self._knows_rules = has_one_spelling(rules.layout) and all(
            rules.levels.get(code, "warning") == "warning" for code in ("D105", "P222", "P223")
        )

    def are_foreign(self, pages: Sequence[bytes]) -> Sequence[bool]:
        """Which pages are certainly foreign, found without reading them; with `skip_foreign`, `read` finds the rest."""
        return [False] * len(pages) if self._foreign is None else self._foreign.find(pages)

    def read(self, pages: Sequence[bytes]) -> Readings:
        """What `read_page` gives for each page."""
        parts: list[Readings] = []
        is_left = np.ones(len(pages), np.bool_)
        if self._knows_rules and sum(map(len, pages)) < _MAX_BATCH_BYTES:
            together = self._read_together(pages)
            parts.append(together)
            is_left[together.numbers] = is_left[[*together.refused]] = False
        rest = np.flatnonzero(is_left).tolist()
        parts += [self._read_each(pages, some) for some in portions(pages, rest, PORTION_BYTES)]
        return _put_in_order(parts or [self._read_each(pages, [])])

    def _read_together(self, pages: Sequence[bytes]) -> Readings:
        """The ordinary pages, and, where foreign ones are skipped, those without a label."""
        tidied = tidy_up(pages, self._rules.encoding, _MAX_ORDINARY_BYTES)
        heads = self._heads.find(tidied.batch)
        ordinary = self._read_ordinary(tidied, heads)
        if not self._skip_foreign:
            return ordinary
        unlabelled = tidied.numbers[np.diff(heads.firsts) == 0].tolist()
        return ordinary._replace(refused=dict.fromkeys(unlabelled, _FOREIGN))

    def _read_ordinary(self, tidied: Tidied, heads: Heads) -> Readings:
        """The rows among the tidy pages whose blocks are ordinary."""
        data = tidied.batch.data
        blocks = find_blocks(tidied.batch, heads)
        inline = find_inline(blocks, heads)
        splits = {row: self._bodies.split(data, blocks.body.span(row), lines) for row, lines in inline.items()}
        bodies = {row: body for row, body in sorted(splits.items()) if body is not None}
        articles = block_columns(data, blocks, bodies, tidied.had_invisible[blocks.numbers], self._day)

        labels = gather(heads.labels, Spans(heads.firsts[blocks.numbers], heads.firsts[blocks.numbers + 1]))
        aged = {row: [data[start:end] for start, end in inline[row].aged.items()] for row in bodies}
        holds = self._proof.prove(articles, data, blocks.page, labels, aged)
        holds &= ~_have_too_many_words(articles.column("tags_text"))
        holds[[*splits.keys() - bodies.keys()]] = False

        numbers, page = blocks.numbers[holds], blocks.page.pick(holds)
        texts = zip(tidied.is_raw[numbers].tolist(), slices(data, page), strict=True)
        return Readings(
            numbers=tidied.numbers[numbers],
            articles=articles if holds.all() else articles.filter(pa.array(holds)),
            renderings=[None if is_raw else text for is_raw, text in texts],
            refused={},
        )

    def _read_each(self, pages: Sequence[bytes], numbers: Sequence[int]) -> Readings:
        """The pages of these numbers, read one by one."""
        articles: dict[int, tuple[Article, Sequence[str]]] = {}
        renderings: list[bytes | None] = []
        refused: dict[int, Refused] = {}
        for number in numbers:
            reading = read_page(pages[number], self._rules)
            if reading.article is None:
                refused[number] = Refused(reading.findings, reading.is_foreign)
            else:
                articles[number] = reading.article, sorted({finding.code for finding in reading.findings})
                renderings.append(reading.rendering)
        return Readings(np.array([*articles], np.int64), to_columns([*articles.values()]), renderings, refused)


def _put_in_order(parts: Sequence[Readings]) -> Readings:
    """All readings as one, with its rows in the order of their pages."""
    refused = {number: page for part in parts for number, page in part.refused.items()}
    some = [part for part in parts if len(part.numbers)] or parts[:1]
    if len(some) == 1:
        return some[0]._replace(refused=refused)
    numbers = np.concatenate([part.numbers for part in some])
    order = np.argsort(numbers)
    articles = pa.concat_batches([part.articles for part in some])
    renderings = [rendering for part in some for rendering in part.renderings]
    in_order = [renderings[place] for place in order.tolist()]
    return Readings(numbers[order], articles.take(pa.array(order)), in_order, refused)


def _have_too_many_words(tags: pa.StringArray) -> Mask:
    """Which tags lines have too many words (D104); an ordinary page never has too many related items."""
    return to_mask(pc.greater_equal(pc.count_substring(tags, " "), MAX_ELEMENTS))
