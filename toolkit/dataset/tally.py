"""`Tally` and `Histogram`: counts that stay small and add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_VALUES = 5_000
"""A tally that was added up keeps so many values; the rarest of more are counted together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often each text was found: `counts`, most frequent first and then by the text.

    Of one that was added up, beyond `MAX_VALUES` texts, `others` is how often the left out ones were found, and a count
    may miss what a part of it had left out. `nulls` is the number of nulls.
    """

    counts: tuple[tuple[str, int], ...] = ()
    others: int = 0
    nulls: int = 0

    @property
    def total(self) -> int:
        """How many texts were found, repeats included, nulls left out."""
        return sum(count for _, count in self.counts) + self.others


def tally(values: pa.Array | pa.ChunkedArray) -> Tally:
    """The tally of an array of strings, with every one of its values."""
    found = pc.value_counts(values)
    pairs = zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)
    return Tally(counts=_ordered({text: n for text, n in pairs if text is not None}), nulls=values.null_count)


def add_tallies(parts: Iterable[Tally]) -> Tally:
    """The tally of everything that `parts` counted, in whatever order they come; at most `MAX_VALUES` of its values."""
    counts: Counter[str] = Counter()
    others = nulls = 0
    for part in parts:
        counts.update(dict(part.counts))
        others += part.others
        nulls += part.nulls
    ordered = _ordered(counts)
    rest = sum(count for _, count in ordered[MAX_VALUES:])
    return Tally(counts=ordered[:MAX_VALUES], others=others + rest, nulls=nulls)


def _ordered(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


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
