"""`Facts`: what card and report tell about the rows; measured shard by shard, then added up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset.facts.tally import Histogram, Tally, ValueCounts, add_histograms, add_tallies, histogram

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable

    from toolkit.arrays import Bytes, Mask


class Spread(NamedTuple):
    """A histogram of `Facts`: what it counts, in words, and how wide and how many its bins are."""

    words: str
    width: int
    bins: int


SPREADS: Final = {
    "headline_characters": Spread("characters of a headline", 10, 31),
    "body_characters": Spread("characters of a body", 250, 81),
    "paragraphs": Spread("paragraphs of a body", 1, 61),
    "tags_a_row": Spread("tags of a row", 1, 21),
    "related_a_row": Spread("related articles of a row", 1, 21),
}

_BLOCK_BYTES: Final = 128 * 1024
"""Bytes looked through at a time, a multiple of 64: what a processor's cache holds."""

_LINE_FEED: Final = ord("\n")
_LAST_CONTINUATION: Final = -65
"""The greatest continuation byte of UTF-8 (0xBF), as a signed byte; every greater one begins a character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Counts over rows; a small value that travels between processes.

    `months` are (`YYYY-MM`, rows) in order; `first_day` and `last_day` are null where no row has a date; `warnings`
    are (code, rows) by code, of `page.warnings`. `tags`, `kinds` (of related items) and `sources` count values.
    `spreads` are the histograms of `SPREADS`, in its order. Lengths are in characters (code points), `paragraphs`
    counts those of a body; null cells are left out.
    """

    rows: int = 0
    sources: Tally = field(default_factory=Tally)
    months: tuple[tuple[str, int], ...] = ()
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None
    tags: Tally = field(default_factory=Tally)
    kinds: Tally = field(default_factory=Tally)
    warnings: tuple[tuple[str, int], ...] = ()
    spreads: tuple[Histogram, ...] = tuple(
        Histogram(width=width, bins=(0,) * bins) for _, width, bins in SPREADS.values()
    )

    def spread(self, name: str) -> Histogram:
        """The histogram of that name in `SPREADS`."""
        return self.spreads[list(SPREADS).index(name)]


class Measurement:
    """Measures rows that come in pieces; the facts do not depend on the pieces."""

    def __init__(self) -> None:
        self._sources, self._tags, self._kinds = ValueCounts(), ValueCounts(), ValueCounts()
        self._others = Facts()

    def add(self, table: pa.Table) -> None:
        """Measure some more rows, of a table that has at least the columns that page-format.md section 2 names."""
        self._sources.add(table["source"])
        self._tags.add(pc.list_flatten(table["tags"]))
        self._kinds.add(pc.struct_field(pc.list_flatten(table["related"]), "kind"))
        self._others = merge([self._others, _measure_others(table)])

    def facts(self) -> Facts:
        """The facts of all rows so far."""
        return replace(self._others, sources=self._sources.tally(), tags=self._tags.tally(), kinds=self._kinds.tally())


def _measure_others(table: pa.Table) -> Facts:
    days = table["date"]
    span = pc.min_max(days)
    warnings = ValueCounts()
    warnings.add(pc.list_flatten(pc.struct_field(table["page"], "warnings")))
    numbers = {
        "headline_characters": pc.utf8_length(table["headline"]),
        "body_characters": _count_marked(table["body"], _begin_characters),
        "paragraphs": pc.add(_count_marked(table["body"], _end_lines), 1),
        "tags_a_row": pc.list_value_length(table["tags"]),
        "related_a_row": pc.list_value_length(table["related"]),
    }
    return Facts(
        rows=table.num_rows,
        months=_months(days),
        first_day=span["min"].as_py(),
        last_day=span["max"].as_py(),
        warnings=tuple(sorted(warnings.tally().counts)),
        spreads=tuple(histogram(numbers[name], width=width, bins=bins) for name, (_, width, bins) in SPREADS.items()),
    )


def merge(parts: Iterable[Facts]) -> Facts:
    """The facts of all the rows that `parts` were measured on; the order of the parts changes nothing.

    Only tallies of more than `MAX_VALUES` values depend on how the rows were divided; that is why every dataset is
    merged in the same way: by shard, and then over all shards.
    """
    parts = [Facts(), *parts]
    return Facts(
        rows=sum(part.rows for part in parts),
        sources=add_tallies(part.sources for part in parts),
        months=_summed(part.months for part in parts),
        first_day=min((part.first_day for part in parts if part.first_day), default=None),
        last_day=max((part.last_day for part in parts if part.last_day), default=None),
        tags=add_tallies(part.tags for part in parts),
        kinds=add_tallies(part.kinds for part in parts),
        warnings=_summed(part.warnings for part in parts),
        spreads=tuple(map(add_histograms, zip(*(part.spreads for part in parts), strict=True))),
    )


def _months(days: pa.ChunkedArray) -> tuple[tuple[str, int], ...]:
    months = days.drop_null().cast(pa.int32()).to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    names, rows = np.unique(months, return_counts=True)
    return tuple(zip(names.astype(str).tolist(), rows.tolist(), strict=True))


def _count_marked(bodies: pa.ChunkedArray, mark: Callable[[Bytes], Mask]) -> pa.ChunkedArray:
    """How many bytes of each body `mark` marks, nulls left out; kernels of Arrow take several times as long."""
    return pa.chunked_array([_count_in(chunk, mark) for chunk in bodies.drop_null().chunks], pa.int64())


def _count_in(texts: pa.Array, mark: Callable[[Bytes], Mask]) -> pa.Array:
    """How many bytes of each text `mark` marks: as bits of 64-bit words, whose set bits numpy counts.

    A text has the bits of all words from the one with its start to before the one with its end, without the bits below
    its start, and with the bits below its end.
    """
    if not len(texts):
        return pa.array([], pa.int64())
    wide = texts.cast(pa.large_binary())
    _, ends, data = wide.buffers()
    borders = np.frombuffer(ends, np.int64, count=len(texts) + 1, offset=wide.offset * 8)
    content = np.frombuffer(data or b"", np.uint8)[borders[0] : borders[-1]]
    marked = np.zeros(len(content) // 64 + 1, "<u8")  # a bit for each byte
    bits = marked.view(np.uint8)
    for start in range(0, len(content), _BLOCK_BYTES):
        block = np.packbits(mark(content[start : start + _BLOCK_BYTES]), bitorder="little")
        bits[start // 8 : start // 8 + len(block)] = block
    counts = np.bitwise_count(marked)
    word, bit = np.divmod(borders - borders[0], 64)
    whole = np.add.reduceat(counts, word, dtype=np.int64)[:-1] * (np.diff(word) > 0)
    below = counts[word] - np.bitwise_count(marked[word] >> bit.astype(np.uint64))
    return pa.array(whole + np.diff(below.astype(np.int64)))


def _begin_characters(utf8: Bytes) -> Mask:
    return utf8.view(np.int8) > _LAST_CONTINUATION


def _end_lines(utf8: Bytes) -> Mask:
    feeds: Mask = utf8 == _LINE_FEED
    return feeds


def _summed(parts: Iterable[tuple[tuple[str, int], ...]]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(dict(part))
    return tuple(sorted(total.items()))
