"""`Tally` and `Histogram`: counts that stay small and add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_VALUES = 5_000
"""How many values a tally keeps; rarer ones are counted together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often each text was found: `counts`, most frequent first and then by the text.

    `others` is how often texts beyond `MAX_VALUES` were found. In a sum of tallies a count may miss what a part had
    left out. `nulls` is the number of nulls.
    """

    counts: tuple[tuple[str, int], ...] = ()
    others: int = 0
    nulls: int = 0

    @property
    def total(self) -> int:
        """How many texts were found, repeats included, nulls left out."""
        return sum(count for _, count in self.counts) + self.others


MAX_COUNTED = 200_000
"""How many different texts are counted one by one: the first ones, for any division of the texts into pieces."""


class ValueCounts:
    """Counts texts that come in pieces; as Arrow columns they take a tenth of the memory of Python's strings."""

    def __init__(self) -> None:
        self._total = pa.table({"text": pa.array([], pa.string()), "count": pa.array([], pa.int64())})
        self._added: list[pa.Table] = []
        self._nulls = self._others = 0

    def add(self, values: pa.Array | pa.ChunkedArray) -> None:
        """Count some more strings."""
        found = pc.value_counts(values.drop_null())
        self._added.append(pa.table({"text": found.field("values").cast(pa.string()), "count": found.field("counts")}))
        self._nulls += values.null_count
        if sum(map(len, self._added)) > len(self._total):
            self._add_up()

    def tally(self) -> Tally:
        """The tally of all that was counted, with at most `MAX_VALUES` of its values."""
        self._add_up()
        order = [("count", "descending"), ("text", "ascending")]
        kept = self._total.sort_by(order).slice(0, MAX_VALUES)
        counts = tuple(zip(kept["text"].to_pylist(), kept["count"].to_pylist(), strict=True))
        others = self._others + _sum(self._total) - sum(count for _, count in counts)
        return Tally(counts=counts, others=others, nulls=self._nulls)

    def _add_up(self) -> None:
        if self._added:
            grouped = pa.concat_tables([self._total, *self._added]).group_by("text", use_threads=False)
            self._added.clear()
            total = grouped.aggregate([("count", "sum")]).rename_columns(["text", "count"])
            self._others += _sum(total.slice(MAX_COUNTED))
            self._total = total.slice(0, MAX_COUNTED).combine_chunks()


def _sum(counted: pa.Table) -> int:
    total: int = pc.sum(counted["count"], min_count=0).as_py()
    return total


def add_tallies(parts: Iterable[Tally]) -> Tally:
    """The tally of everything that `parts` counted, in any order; at most `MAX_VALUES` of its values."""
    counts: Counter[str] = Counter()
    others = nulls = 0
    for part in parts:
        counts.update(dict(part.counts))
        others += part.others
        nulls += part.nulls
    ordered = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    rest = sum(count for _, count in ordered[MAX_VALUES:])
    return Tally(counts=ordered[:MAX_VALUES], others=others + rest, nulls=nulls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How numbers are spread: `bins[i]` counts those from `i * width` to below the next bin; the last has no end.

    `least` and `greatest` are null where nothing was counted; `total` is the sum of the numbers.
    """

    width: int
    bins: tuple[int, ...]
    total: int = 0
    least: int | None = None
    greatest: int | None = None

    @property
    def count(self) -> int:
        """How many numbers were counted."""
        return sum(self.bins)

    @property
    def mean(self) -> float:
        """Their mean; 0 where nothing was counted."""
        return self.total / self.count if self.count else 0.0


def histogram(values: pa.Array | pa.ChunkedArray, *, width: int, bins: int) -> Histogram:
    """The histogram of an array of integers, none below 0; nulls are left out."""
    numbers = values.drop_null().to_numpy(zero_copy_only=False) if len(values) else np.zeros(0, np.int64)
    if not len(numbers):
        return Histogram(width=width, bins=(0,) * bins)
    counts = np.bincount(np.minimum(numbers // width, bins - 1), minlength=bins)
    return Histogram(
        width=width,
        bins=tuple(counts.tolist()),
        total=int(numbers.sum(dtype=np.int64)),
        least=int(numbers.min()),
        greatest=int(numbers.max()),
    )


def add_histograms(parts: Sequence[Histogram]) -> Histogram:
    """The histogram of everything that `parts`, at least one and all of the same bins, counted."""
    least = [part.least for part in parts if part.least is not None]
    greatest = [part.greatest for part in parts if part.greatest is not None]
    return Histogram(
        width=parts[0].width,
        bins=tuple(map(sum, zip(*(part.bins for part in parts), strict=True))),
        total=sum(part.total for part in parts),
        least=min(least, default=None),
        greatest=max(greatest, default=None),
    )
