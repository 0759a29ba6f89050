"""The probabilities of tag lines, and the counts that they are made from.

They are those of a unigram model of word segmentation (`toolkit.pages.tags` explains it as a whole): a name is
drawn from a Dirichlet process over names, a gap inside or between names is seen in texts at rates of its own. Small
counts are smoothed by what aggregator pages usually look like.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from toolkit.pages.tags.corpus import MAX_NAME_WORDS

GapCounts = tuple[int, int, int, int, int]
"""Gaps between words by what the pages' text says of them: NEITHER to ADJACENT."""

_SHAPE = tuple(0.6 * 0.4**extra for extra in range(MAX_NAME_WORDS))
"""The shares of names of 1, 2, … words before any is counted; they weigh as much as `_SHAPE_WEIGHT` names."""

_SHAPE_WEIGHT = 4
_JOINED_PRIOR = (6.0, 0.5, 0.5, 0.3, 13.0)
"""Pseudo-counts of gaps inside names, NEITHER to ADJACENT."""

_APART_PRIOR = (5.0, 2.0, 2.0, 9.0, 0.5)
"""Pseudo-counts of gaps between names."""

_LEAST_RATE = 0.01
_LEAST_VOCABULARY = 1_000
_LEAST_PAIRS = 0.12  # of new names; with fewer, learning from a few pages would settle on single words only


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts that rates are made from; all are of what was learnt, in whole numbers.

    `pages` with tags, `lines` and `tags` on them (repeats in a line count once), distinct `words`, distinct names by
    their number of words, and gaps by what the pages' text says (NEITHER to ADJACENT): inside names (`joined`) and
    between them (`apart`).
    """

    pages: int = 0
    lines: int = 0
    tags: int = 0
    words: int = 0
    names: tuple[int, ...] = (0,) * MAX_NAME_WORDS
    joined: GapCounts = (0, 0, 0, 0, 0)
    apart: GapCounts = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Probabilities made from a tally.

    - A name that n other mentions have is drawn with (n + `new`) / `total`: `new` is the weight of one certain name of
      1, 2, … words that no page has yet, `total` that of all names together.
    - A gap inside a name is seen in texts as NEITHER to ADJACENT at the rates `joined`, one between names at `apart`.
    - After a name comes another one with `more`, or the end of the line.
    """

    new: tuple[float, ...]
    total: float
    joined: tuple[float, ...]
    apart: tuple[float, ...]
    more: float

    @classmethod
    def of(cls, tally: Tally) -> Rates:
        """The rates of a tally, smoothed; an empty one gives the prior."""
        kinds = sum(tally.names)
        alpha = _concentration(kinds, tally.tags)
        vocabulary = max(_LEAST_VOCABULARY, tally.words)
        shape = [
            (count + _SHAPE_WEIGHT * share) / (kinds + _SHAPE_WEIGHT)
            for count, share in zip(tally.names, _SHAPE, strict=True)
        ]
        shape[1] = max(shape[1], _LEAST_PAIRS)
        return cls(
            new=tuple(alpha * share / vocabulary ** (extra + 1) for extra, share in enumerate(shape)),
            total=tally.tags + alpha,
            joined=_smooth(tally.joined, _JOINED_PRIOR),
            apart=_smooth(tally.apart, _APART_PRIOR),
            more=(tally.tags - tally.lines + 2) / (tally.tags + 4),
        )


def _concentration(kinds: int, tags: int) -> float:
    """The concentration of a Dirichlet process of which `tags` draws are expected to give `kinds` different names.

    They are about alpha * log(1 + tags / alpha) (Antoniak 1974): alpha is found by halving an interval of it.
    """
    low, high = 1.0, 4.0 * tags + 1.0
    for _ in range(50):
        middle = math.sqrt(low * high)
        if middle * math.log1p(tags / middle) < kinds:
            low = middle
        else:
            high = middle
    return low


def _smooth(counts: GapCounts, prior: tuple[float, ...]) -> tuple[float, ...]:
    """The rates of gaps by their counts and pseudo-counts; none is below `_LEAST_RATE`."""
    total = sum(counts) + sum(prior)
    return tuple(max(_LEAST_RATE, (count + extra) / total) for count, extra in zip(counts, prior, strict=True))
