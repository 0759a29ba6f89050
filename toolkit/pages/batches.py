"""`PageReader`: many pages at once, with the results of `read_page` at a fraction of its cost.

Ordinary pages are read in UTF-8: labels are found in one pass over the whole batch, cells are slices of it, and the
proof is that the cells, put together again, are the page. Whatever is not ordinary goes to `read_page`.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.pages.blocks import Spans, find_blocks
from toolkit.pages.bodies import BodySplitter, find_inline
from toolkit.pages.columns import ARTICLES, RELATED, gather, list_offsets, slices, to_columns, to_mask, to_texts
from toolkit.pages.columns_proof import MAX_DATES, ColumnsProof
from toolkit.pages.dates import read_day
from toolkit.pages.foreign import ForeignFinder
from toolkit.pages.heads import HeadFinder
from toolkit.pages.ordinary import has_one_spelling
from toolkit.pages.parser import MAX_ELEMENTS
from toolkit.pages.reading import PageRules, read_page
from toolkit.pages.tidying import PORTION_BYTES, portions, tidy_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.arrays import Mask, Places
    from toolkit.pages.articles import Article
    from toolkit.pages.blocks import Blocks, Items
    from toolkit.pages.bodies import SplitBody
    from toolkit.pages.findings import Finding
    from toolkit.pages.heads import Heads
    from toolkit.pages.tidying import Tidied

_MAX_ORDINARY_BYTES = 1024 * 1024
"""A larger page is read alone: what is found in many pages at once takes several times their memory."""

_MAX_BATCH_BYTES = 2**31 - 1

_NO_ARTICLES: Final = pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in ARTICLES.types], schema=ARTICLES)


class Refused(NamedTuple):
    """A page that is no row: its findings, and whether it is of another site, as in `PageReading`.

    Where foreign pages are skipped, those that are told by their missing labels have no findings.
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

    With `skip_foreign` most foreign pages are read no further than to know them.
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
        """Which pages are told to be foreign before they are read; with `skip_foreign`, `read` tells the rest."""
        return [False] * len(pages) if self._foreign is None else self._foreign.find(pages)

    def read(self, pages: Sequence[bytes]) -> Readings:
        """What `read_page` gives for each page."""
        parts: list[Readings] = []
        is_left = np.ones(len(pages), np.bool_)
        if pages and self._knows_rules and sum(map(len, pages)) < _MAX_BATCH_BYTES:
            together = self._read_together(pages)
            parts.append(together)
            is_left[together.numbers] = is_left[[*together.refused]] = False
        rest = np.flatnonzero(is_left).tolist()
        parts += [self._read_each(pages, some) for some in portions(pages, rest, PORTION_BYTES)]
        return _put_in_order(parts)

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
        inline = find_inline(tidied.batch, blocks, heads)
        splits = {row: self._bodies.split(data, blocks.body.span(row), lines) for row, lines in inline.items()}
        bodies = {row: body for row, body in sorted(splits.items()) if body is not None}
        articles = self._columns(data, blocks, bodies, tidied.had_invisible[blocks.numbers])
        labels = gather(heads.labels, Spans(heads.firsts[blocks.numbers], heads.firsts[blocks.numbers + 1]))
        aged = {row: [data[start:end] for start, end in inline[row].aged.items()] for row in bodies}
        holds = self._proof.prove(articles, data, blocks.page, labels, aged)
        holds &= ~_have_too_many_words(articles.column("tags_text"))
        holds[[*splits.keys() - bodies.keys()]] = False
        if not holds.all():
            articles = articles.filter(pa.array(holds))
        numbers, page = blocks.numbers[holds], blocks.page.pick(holds)
        texts = zip(tidied.is_raw[numbers].tolist(), slices(data, page), strict=True)
        return Readings(tidied.numbers[numbers], articles, [None if is_raw else text for is_raw, text in texts], {})

    def _columns(
        self, data: bytes, blocks: Blocks, splits: Mapping[int, SplitBody], had_invisible: Mask
    ) -> pa.RecordBatch:
        """The articles of the pages, with the schema `ARTICLES`."""
        date_text, tags = gather(data, blocks.date), gather(data, blocks.tags)
        columns = {
            "headline": gather(data, blocks.headline),
            "date": pa.array(map(self._day, date_text.to_pylist()), pa.int32(), size=len(date_text)).cast(pa.date32()),
            "body": _bodies(data, blocks.body, splits),
            "source": gather(data, blocks.source),
            "related": _related(data, blocks.items, splits, len(blocks.numbers)),
            "date_text": date_text,
            "tags_text": tags,
            "warnings": _warnings(had_invisible, tags, blocks),
        }
        return pa.RecordBatch.from_arrays([*columns.values()], schema=ARTICLES)

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
    some = [part for part in parts if len(part.numbers)]
    if not some:
        return Readings(np.zeros(0, np.int64), _NO_ARTICLES, [], refused)
    if len(some) == 1:
        return some[0]._replace(refused=refused)
    numbers = np.concatenate([part.numbers for part in some])
    order = np.argsort(numbers)
    articles = pa.Table.from_batches([part.articles for part in some]).combine_chunks().to_batches()[0]
    renderings = [rendering for part in some for rendering in part.renderings]
    in_order = [renderings[place] for place in order.tolist()]
    return Readings(numbers[order], articles.take(pa.array(order)), in_order, refused)


def _bodies(data: bytes, spans: Spans, splits: Mapping[int, SplitBody]) -> pa.StringArray:
    """The bodies as they stand, or what is left of those that were split."""
    parts: list[bytes | memoryview] = [*slices(data, spans)]
    for row, split in splits.items():
        parts[row] = split.paragraphs
    return to_texts(parts)


def _related(data: bytes, block: Items, splits: Mapping[int, SplitBody], rows: int) -> pa.ListArray:
    """The items of each row: inline ones first."""
    inline = [item for split in splits.values() for item in split.items]
    inline_rows = np.repeat(np.array([*splits], np.int64), [len(split.items) for split in splits.values()])
    row = np.concatenate([inline_rows, block.rows])
    order = pa.array(np.argsort(row, kind="stable"))
    no_inline, no_block = pa.nulls(len(inline), pa.string()), pa.nulls(len(block.rows), pa.string())
    body = Spans(block.body.starts, np.where(block.body.ends > block.body.starts, block.body.ends, -1))
    members = {
        "headline": (to_texts([item.headline for item in inline]), gather(data, block.headline)),
        "body": (no_inline, gather(data, body)),
        "kind": (no_inline.fill_null("inline"), no_block.fill_null("block")),
        "age": (pa.array([item.age for item in inline], pa.binary()).cast(pa.string()), no_block),
        "paragraph": (pa.array([item.paragraph for item in inline], pa.int32()), no_block.cast(pa.int32())),
    }
    columns = [pa.concat_arrays(members[field.name]).take(order) for field in RELATED.value_type]
    items = pa.StructArray.from_arrays(columns, fields=list(RELATED.value_type))
    return pa.ListArray.from_arrays(list_offsets(np.bincount(row, minlength=rows), rows), items)


_CODES: Final = np.array(["D105", "P222", "P223"])
"""Of an ordinary page's warnings: it had invisible characters, it has no tags, it has no related block."""


def _warnings(had_invisible: Mask, tags: pa.StringArray, blocks: Blocks) -> pa.ListArray:
    has_tags = to_mask(pc.greater(pc.binary_length(tags), 0))
    has_block = np.bincount(blocks.items.rows, minlength=len(tags)) > 0
    found = np.stack([had_invisible, ~has_tags, ~has_block], axis=1)
    codes = pa.array(np.tile(_CODES, len(tags))[found.ravel()].tolist(), pa.string())
    return pa.ListArray.from_arrays(list_offsets(found.sum(axis=1), len(tags)), codes)


def _have_too_many_words(tags: pa.StringArray) -> Mask:
    """Which tags lines have too many words (D104); an ordinary page never has too many related items."""
    return to_mask(pc.greater_equal(pc.count_substring(tags, " "), MAX_ELEMENTS))
