"""How likely a string of words is one name, and the likeliest way to cut a tags line into names.

A unigram model: a line is a row of names, each drawn from those of the corpus or made up of its words; the page's own
text weighs each gap between two words. Rates are smoothed by what aggregator pages are known to look like.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.pages.tag_corpus import (
    ADJACENT,
    LINE_END,
    MAX_NAME_WORDS,
    MAX_SPAN_WORDS,
    count_up,
    find_names,
    first_places,
    hash_join,
    hash_numbers,
    hash_spans,
    hash_with,
    number_values,
    spell_names,
)
from toolkit.pages.tag_islands import IMPOSSIBLE, Islands, shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.arrays import Floats, Ints, Mask
    from toolkit.pages.tag_corpus import Corpus
    from toolkit.pages.tag_names import Name, Names

GapCounts = tuple[int, int, int, int, int]
"""Gaps between words by what the pages' text says of them: NEITHER to ADJACENT."""

_SHAPE = tuple(0.6 * 0.4**extra for extra in range(MAX_NAME_WORDS))
_JOINED_PRIOR = (6.0, 0.5, 0.5, 0.3, 13.0)
_APART_PRIOR = (5.0, 2.0, 2.0, 9.0, 0.5)
_LEAST_RATE = 0.01
_LEAST_VOCABULARY = 1_000
_LEAST_PAIRS = 0.12  # of new names; with fewer, learning from a few pages would settle on single words only
_REPEAT = round(1_000_000 * math.log(0.05))
_STEP_WORDS = 32_768
"""Words of islands that are weighed together: each takes some hundred bytes."""

_FIRM = 100
"""How much likelier than a new name two known ones must be, for the gap between them to need no weighing."""


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
    joined: GapCounts = (0, 0, 0, 0, 0)
    apart: GapCounts = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Probabilities made from a tally: `new` weighs a new name of 1, 2, … words, `total` all names together.

    `joined` and `apart` are those of gaps inside and between names, by what texts say (NEITHER to ADJACENT); `more` is
    that of another name after one.
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
        shape = [(count + 4 * share) / (kinds + 4) for count, share in zip(tally.names, _SHAPE, strict=True)]
        shape[1] = max(shape[1], _LEAST_PAIRS)
        return cls(
            new=tuple(alpha * share / vocabulary ** (extra + 1) for extra, share in enumerate(shape)),
            total=tally.tags + alpha,
            joined=_smooth(tally.joined, _JOINED_PRIOR),
            apart=_smooth(tally.apart, _APART_PRIOR),
            more=(tally.tags - tally.lines + 2) / (tally.tags + 4),
        )


def _smooth(counts: GapCounts, prior: tuple[float, ...]) -> tuple[float, ...]:
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
    """Cuts lines by the names of a lexicon and the tallies of its layers."""

    def __init__(self, tallies: Sequence[Tally], names: Names) -> None:
        self._names = names
        rates = [Rates.of(tally) for tally in tallies]
        self._new = np.array([rate.new for rate in rates])
        self._total = np.array([math.log(rate.total) for rate in rates])
        self._joined = np.array([[*map(_log, rate.joined), 0] for rate in rates])
        self._apart = np.array([[*(_log(apart, rate.more) for apart in rate.apart), 0] for rate in rates])
        self._again = np.array([_log(rate.more) for rate in rates])
        self._firm = np.array([_FIRM * rate.new[1] * rate.total for rate in rates])
        layers = np.arange(len(rates))
        alone = [self._log_shares(np.zeros_like(layers), layers, length + 1) for length in range(MAX_NAME_WORDS)]
        self._unknown = np.stack(alone, axis=1)

    def cut(self, corpus: Corpus) -> tuple[Mask, Floats]:
        """Which gaps are inside names, and for each line the probability that all of its names are right."""
        joined = ~self._borders(corpus)
        sure = np.ones(int(corpus.line.max(initial=-1)) + 1)
        start, length = find_names(joined)
        joined[np.repeat(length > MAX_SPAN_WORDS, length)] = False
        sure[corpus.line[start[length > MAX_SPAN_WORDS]]] = 0.0
        island = (length > 1) & (length <= MAX_SPAN_WORDS)
        start, length = start[island], length[island]
        number = _number_islands(corpus, start, length)
        first = first_places(number)
        some = np.split(first, np.flatnonzero(np.diff(np.cumsum(length[first]) // _STEP_WORDS)) + 1)
        weighed = [self._weigh(Islands.of(corpus, start[each], length[each])) for each in some]
        starts, certainty = (np.concatenate(parts) for parts in zip(*weighed, strict=True))
        second = np.cumsum(length[first] + 1) - length[first]  # the cell of each island's second word
        joined[joined] = ~starts[np.repeat(second[number], length - 1) + count_up(length - 1)]
        np.multiply.at(sure, corpus.line[start], certainty[number])
        return joined, sure

    def _borders(self, corpus: Corpus) -> Mask:
        """Which gaps are cut beyond doubt: between two well-known names that no name and no text joins.

        A line that repeats a word is weighed as a whole, unless nothing is left to weigh.
        """
        number, _ = number_values(corpus.word * len(self._firm) + corpus.layer)
        some = first_places(number)
        words = corpus.words.take(pa.array(corpus.word[some])).to_pylist(), corpus.layer[some].tolist()
        ends = np.array(list(map(self._names.ends, *words)), np.float64)[number]
        begins = np.array(list(map(self._names.begins, *words)), np.float64)[number]
        others = np.maximum(0.0, ends - 1) * np.roll(np.maximum(0.0, begins - 1), -1)  # not this page
        border: Mask = (corpus.gap == LINE_END) | (corpus.word == np.roll(corpus.word, -1))
        firm = np.flatnonzero(~border & (corpus.gap != ADJACENT) & (others > self._firm[corpus.layer]))
        border[firm] = ~self._joins(corpus, firm)
        whole = _find_repeating(corpus)
        whole &= np.bincount(corpus.line[~border], minlength=len(whole)) > 0
        border[whole[corpus.line] & (corpus.gap != LINE_END)] = False
        return border

    def _joins(self, corpus: Corpus, places: Ints) -> Mask:
        """Whether some name has the words at these places and those after them side by side."""
        pair = corpus.word[places] * len(corpus.words) + corpus.word[places + 1]
        number, _ = number_values(pair * len(self._firm) + corpus.layer[places])
        first = places[first_places(number)]
        pairs = spell_names(corpus, first, np.full(len(first), 2)).to_pylist()
        joins = list(map(self._names.joins, pairs, corpus.layer[first].tolist()))
        return np.array(joins, np.bool_).take(number)

    def _weigh(self, islands: Islands) -> tuple[Mask, Floats]:
        """The cells where names of the likeliest cut start, and for each island the probability that it is right."""
        linked = ~islands.is_last
        linked[linked] = self._joins(islands.corpus, islands.place[linked])
        starts, share = islands.cut(self._gain(islands, linked))
        return starts, np.exp(share) * self._trust(islands, starts, linked)

    def _gain(self, islands: Islands, linked: Mask) -> Ints:
        """What each name that can be adds to the log-likelihood, in millionths of a nat, a row for each length.

        `linked` has the cells whose word stands before the next one in some name.
        """
        possible, before = islands.find_names()
        gap, layer = islands.corpus.gap[islands.place], islands.corpus.layer[islands.place]
        after = np.where(shift(islands.word, 1) == islands.word, self._again[layer], self._apart[layer, gap])
        after[islands.is_last] = 0
        inside = np.zeros(len(gap), np.int64)
        known = np.ones(len(gap), np.bool_)
        gains = np.full(possible.shape, IMPOSSIBLE)
        for extra in range(MAX_NAME_WORDS):
            name = self._unknown[layer, extra]
            some = np.flatnonzero(possible[extra] & known)
            name[some] = self._gain_by_name(islands, some, extra + 1)
            name[before[extra]] = np.maximum(name[before[extra]], _REPEAT)
            gains[extra] = np.where(possible[extra], name + inside + shift(after, extra), IMPOSSIBLE)
            inside += shift(self._joined[layer, gap], extra)
            known &= shift(linked, extra)
        return gains

    def _gain_by_name(self, islands: Islands, cells: Ints, length: int) -> Ints:
        """The log-probabilities of the names of `length` words in these cells, each line's own mention left out."""
        number, entries = self._find(islands, cells, np.full(len(cells), length))
        pages = np.array([0 if entry is None else entry.pages for entry in entries], np.int64)
        others = np.maximum(0, pages - 1).take(number)
        return self._log_shares(others, islands.corpus.layer[islands.place[cells]], length)

    def _log_shares(self, others: Ints, layers: Ints, length: int) -> Ints:
        shares: Floats = np.log(others + self._new[layers, length - 1]) - self._total[layers]
        return np.rint(shares * 1_000_000).astype(np.int64)

    def _trust(self, islands: Islands, starts: Mask, linked: Mask) -> Floats:
        """How sure the corpus is of the names of each island, and of their not being one with their neighbours."""
        borders = np.flatnonzero(starts | (islands.word < 0))
        names = starts[borders]
        cells, length = borders[names], np.diff(borders, append=0)[names]
        factors = np.ones((len(cells), 2))
        some = np.flatnonzero(length > 1)
        number, entries = self._find(islands, cells[some], length[some])
        factors[some, 0] = np.array([1.0 if entry is None else entry.sure / 1_000 for entry in entries])[number]
        some = np.flatnonzero(linked[cells - 1])
        some = some[length[some - 1] + length[some] <= MAX_NAME_WORDS]
        number, entries = self._find(islands, cells[some - 1], length[some - 1] + length[some])
        rivals = [1.0 if entry is None or entry.pages else 1 - entry.sure / 1_000 for entry in entries]
        factors[some, 1] = np.array(rivals)[number]
        trust = np.ones(len(islands.size))
        np.multiply.at(trust, np.repeat(islands.island[cells], 2), factors.ravel())
        return trust

    def _find(self, islands: Islands, cells: Ints, length: Ints) -> tuple[Ints, list[Name | None]]:
        """The number of each name of `length` words in these cells, and what is known of the name of each number."""
        start = islands.place[cells]
        layers = islands.corpus.layer[start]
        number, _ = number_values(hash_with(hash_spans(islands.corpus.hashes, start, length), layers))
        first = first_places(number)
        names = spell_names(islands.corpus, start[first], length[first]).to_pylist()
        return number, list(map(self._names.get, names, layers[first].tolist()))


def _number_islands(corpus: Corpus, start: Ints, length: Ints) -> Ints:
    """Numbers of islands, the same where their layer, their words and the gaps between those are."""
    gaps = hash_spans(hash_numbers(corpus.gap + len(corpus.words)), start, length - 1)
    islands = hash_join(hash_spans(corpus.hashes, start, length), length, gaps)
    return number_values(hash_with(islands, corpus.layer[start]))[0]


def _find_repeating(corpus: Corpus) -> Mask:
    """Of each line whether it has a word twice and is not too long to be weighed."""
    places = np.sort(corpus.line * len(corpus.words) + corpus.word)
    repeats = places[1:][places[1:] == places[:-1]] // max(1, len(corpus.words))
    sizes = np.bincount(corpus.line)
    return (np.bincount(repeats, minlength=len(sizes)) > 0) & (sizes <= MAX_SPAN_WORDS)


def _log(*rates: float) -> int:
    """The logarithm of the product, in millionths."""
    return round(sum(map(math.log, rates)) * 1_000_000)
