"""How likely a string of words is one name, and the likeliest way to cut a tags line into names.

A unigram model: a line is a row of names, each drawn from those of the corpus or made up of its words; the page's own
text weighs each gap between two words. Rates are smoothed by what aggregator pages are known to look like.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.pages.tag_names import Names

MAX_NAME_WORDS = 6

NEITHER, LEFT, RIGHT, SCATTERED, ADJACENT = range(5)
"""What the page's text says of two neighbours in the line: which one it has, that it has both, or both in a row."""

Saying = tuple[int, int, int, int, int]

_SHAPE = tuple(0.6 * 0.4**extra for extra in range(MAX_NAME_WORDS))
_JOINED_PRIOR = (6.0, 0.5, 0.5, 0.3, 13.0)
_APART_PRIOR = (5.0, 2.0, 2.0, 9.0, 0.5)
_LEAST_RATE = 0.01
_LEAST_VOCABULARY = 1_000
_LEAST_PAIRS = 0.12  # of new names; with fewer, learning from a few pages would settle on single words only
_REPEAT = round(1_000_000 * math.log(0.05))
_FIRM = 100
"""How much likelier than a new name two known ones must be, for the gap between them to need no weighing."""

_MAX_KNOWN_ISLANDS = 10_000
_MAX_WEIGHED_WORDS = 256
"""A longer row of words without a sure border is no list of tags: each word stands for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts a model is made from; all are of what was learnt, in whole numbers.

    `pages` with tags, `lines` and `tags` on them (repeats in a line count once), distinct `words`, distinct names by
    their number of words, and gaps by what the pages' text says (NEITHER to ADJACENT): inside names (`joined`) and
    between them (`apart`).
    """

    pages: int = 0
    lines: int = 0
    tags: int = 0
    words: int = 0
    names: tuple[int, ...] = (0,) * MAX_NAME_WORDS
    joined: Saying = (0, 0, 0, 0, 0)
    apart: Saying = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Probabilities made from a tally: `new` weighs a new name of 1, 2, … words, `total` all names together."""

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
        shape = [(count + 4 * share) / (kinds + 4) for count, share in zip(tally.names, _SHAPE, strict=True)]
        shape[1] = max(shape[1], _LEAST_PAIRS)
        return cls(
            new=tuple(alpha * share / vocabulary ** (extra + 1) for extra, share in enumerate(shape)),
            total=tally.tags + alpha,
            joined=_smooth(tally.joined, _JOINED_PRIOR),
            apart=_smooth(tally.apart, _APART_PRIOR),
            more=(tally.tags - tally.lines + 2) / (tally.tags + 4),
        )


def _smooth(counts: Saying, prior: tuple[float, ...]) -> tuple[float, ...]:
    total = sum(counts) + sum(prior)
    return tuple(max(_LEAST_RATE, (count + extra) / total) for count, extra in zip(counts, prior, strict=True))


def _concentration(kinds: int, tags: int) -> float:
    """The concentration of a Dirichlet process of which `tags` draws are expected to give `kinds` different names."""
    low, high = 1.0, 4.0 * tags + 1.0
    for _ in range(50):
        middle = math.sqrt(low * high)
        if middle * math.log1p(tags / middle) < kinds:
            low = middle
        else:
            high = middle
    return low


class Model:
    """Cuts lines by one tally and the names of its layer; remembers what it has cut."""

    def __init__(self, tally: Tally, names: Names, layer: int = 0) -> None:
        self._names, self._layer = names, layer
        rates = Rates.of(tally)
        self._new, self._total = rates.new, math.log(rates.total)
        self._joined = [_micro(math.log(rate)) for rate in rates.joined]
        self._apart = [_micro(math.log(rate) + math.log(rates.more)) for rate in rates.apart]
        self._unknown = [self._log_share(0, length) for length in range(1, MAX_NAME_WORDS + 1)]
        self._again = _micro(math.log(rates.more))
        self._firm = _FIRM * rates.new[1] * rates.total
        self._ends: dict[str, int] = {}
        self._begins: dict[str, int] = {}
        self._gains: dict[str, int] = {}
        self._islands: dict[tuple[str, bytes], tuple[tuple[int, ...], float]] = {}

    def cut(self, words: list[str], facts: int) -> tuple[list[int], float]:
        """The lengths in words of the line's names, in order, and the probability that all of them are right.

        `facts` is that of `find_facts` for the line.
        """
        gaps = find_gaps(facts, len(words))
        borders = self._borders(words, gaps)
        if len(borders) - 1 == len(words):
            return [1] * len(words), 1.0
        if len(set(words)) < len(words) <= _MAX_WEIGHED_WORDS:
            borders = [0, len(words)]
        lengths: list[int] = []
        sure = 1.0
        for start, end in pairwise(borders):
            if end - start == 1:
                lengths.append(1)
                continue
            found, certainty = self._island(words[start:end], gaps[start : end - 1])
            lengths.extend(found)
            sure *= certainty
        return lengths, sure

    def _borders(self, words: list[str], gaps: bytes) -> list[int]:
        """Places where the line is cut beyond doubt: between two well-known names that no name and no text joins."""
        borders = [0]
        for place, (left, right) in enumerate(pairwise(words), 1):
            if left == right or (
                gaps[place - 1] != ADJACENT
                and self._end(left) * self._begin(right) > self._firm
                and not self._names.joins(f"{left} {right}", self._layer)
            ):
                borders.append(place)
        borders.append(len(words))
        return borders

    def _end(self, word: str) -> int:
        """How many other pages have the commonest name that ends with this word."""
        known = self._ends.get(word)
        return self._others(self._ends, word, self._names.ends(word, self._layer)) if known is None else known

    def _begin(self, word: str) -> int:
        """How many other pages have the commonest name that begins with this word."""
        known = self._begins.get(word)
        return self._others(self._begins, word, self._names.begins(word, self._layer)) if known is None else known

    @staticmethod
    def _others(known: dict[str, int], word: str, pages: int) -> int:
        """How many other pages; remembered of known words only, for unknown ones have no end."""
        others = max(0, pages - 1)
        if pages:
            known[word] = others
        return others

    def _island(self, words: list[str], gaps: bytes) -> tuple[tuple[int, ...], float]:
        if len(words) > _MAX_WEIGHED_WORDS:
            return (1,) * len(words), 0.0
        key = " ".join(words), gaps
        known = self._islands.get(key)
        if known is None:
            if len(self._islands) >= _MAX_KNOWN_ISLANDS:
                self._islands.clear()
            known = self._islands[key] = self._weigh(words, gaps)
        return known

    def _weigh(self, words: list[str], gaps: bytes) -> tuple[tuple[int, ...], float]:
        spans = self._spans(words, gaps)
        best: list[tuple[int, int]] = [(0, 0)]
        mass = [0.0]
        for end, choices in enumerate(spans, 1):
            best.append(max((best[end - length][0] + gain, length) for length, gain in choices))
            mass.append(_add_logs([mass[end - length] + gain / 1e6 for length, gain in choices]))
        lengths: list[int] = []
        end = len(words)
        while end:
            lengths.append(best[end][1])
            end -= lengths[-1]
        lengths.reverse()
        sure = math.exp(min(0.0, best[-1][0] / 1e6 - mass[-1])) * self._trust(words, lengths)
        return tuple(lengths), sure

    def _spans(self, words: list[str], gaps: bytes) -> list[list[tuple[int, int]]]:
        """For each end, `(length, gain)` of every name that may end there; gains are millionths of a nat."""
        spans: list[list[tuple[int, int]]] = [[] for _ in words]
        ends: dict[str, int] = {}
        for start in range(len(words)):
            inner = 0
            name = words[start]
            for end in range(start + 1, min(len(words), start + MAX_NAME_WORDS) + 1):
                if end - start > 1:
                    if words[end - 1] in words[start : end - 1]:
                        break
                    inner += self._joined[gaps[end - 2]]
                    name = f"{name} {words[end - 1]}"
                gain = self._gain(name, end - start)
                if ends.setdefault(name, end) <= start:
                    gain = max(gain, _REPEAT)
                if end < len(words):
                    gain += self._again if words[end] == words[end - 1] else self._apart[gaps[end - 1]]
                spans[end - 1].append((end - start, gain + inner))
        return spans

    def _gain(self, name: str, length: int) -> int:
        """The log-probability of a name, the line's own mention left out."""
        gain = self._gains.get(name)
        if gain is None:
            entry = self._names.get(name, self._layer)
            if entry is None:
                return self._unknown[length - 1]
            gain = self._gains[name] = self._log_share(max(0, entry.pages - 1), length)
        return gain

    def _log_share(self, others: int, length: int) -> int:
        return _micro(math.log(others + self._new[length - 1]) - self._total)

    def _trust(self, words: list[str], lengths: list[int]) -> float:
        """How sure the corpus is of these names, and of their not being one with their neighbours."""
        trust = 1.0
        start = 0
        last = ""
        for length in lengths:
            name = " ".join(words[start : start + length])
            entry = self._names.get(name, self._layer) if length > 1 else None
            if entry:
                trust *= entry.sure / 1_000
            rival = self._names.get(f"{last} {name}", self._layer)
            if rival and not rival.pages:
                trust *= 1 - rival.sure / 1_000
            start, last = start + length, name
        return trust


def find_gaps(facts: int, length: int) -> bytes:
    """What the text says of each gap between `length` words, NEITHER to ADJACENT, a byte each."""
    if not facts:
        return bytes(length - 1)
    states = [facts >> 2 * place & 3 for place in range(length)]
    return bytes(
        [
            ADJACENT if state == 2 else (LEFT if state else NEITHER) + (RIGHT if following else NEITHER)
            for state, following in pairwise(states)
        ]
    )


def _micro(nats: float) -> int:
    return round(nats * 1_000_000)


def _add_logs(values: list[float]) -> float:
    if len(values) == 1:
        return values[0]
    top = max(values)
    return top + math.log(sum([math.exp(value - top) for value in values]))
