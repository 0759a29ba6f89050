"""The likeliest way to cut tag lines into names that are known, and how likely it is to be right.

The likelihood of a cut is that of its names, each drawn from those of the corpus or made up of words, times that of
what the page's own text says of each gap (`rates`). `Model.cut` finds the likeliest in four steps:

1. `_find_borders`: most gaps need no weighing, for between two frequent names the cut is firm. What such borders leave
   between them are islands of a few words; a word by itself is a name.
2. `_number_islands`: many islands are alike, and each is weighed once.
3. `_find_gains`: what each name that can be in an island adds; with these `Islands.cut` finds the best cut, and how
   large its share in all cuts is.
4. `_trust`: a large share is not enough. How sure the learner was of each name, and of each border, counts too.

A line is right if all of its islands are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.arrays import count_up
from toolkit.pages.tags.corpus import ADJACENT, LINE_END, MAX_NAME_WORDS, find_names, spell_names
from toolkit.pages.tags.hashes import MAX_SPAN_WORDS, hash_join, hash_numbers, hash_spans, hash_with
from toolkit.pages.tags.islands import IMPOSSIBLE, NAT, Islands, shift
from toolkit.pages.tags.numbering import number_values
from toolkit.pages.tags.rates import Rates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolkit.arrays import Floats, Ints, Mask
    from toolkit.pages.tags.corpus import Corpus
    from toolkit.pages.tags.names import Name, Names
    from toolkit.pages.tags.numbering import Numbered
    from toolkit.pages.tags.rates import Tally

_REPEAT = round(NAT * math.log(0.05))
"""The least that a name gains that stands earlier in the same island, too."""

_FIRM = 100
"""Two known names must be this much likelier than a new one for the gap between them to be firm."""

_STEP_WORDS = 32_768
"""Words of islands that are weighed together: each takes some hundred bytes of memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """What names and gaps add to the log-likelihood, in millionths of a nat; each array has a row for each layer.

    - `joined` and `apart` (layers x 6): a gap inside a name, and one between two, by what texts say (NEITHER to
      ADJACENT; LINE_END adds nothing). `again` (layers): a gap between two names that meet in the same word.
    - `unknown` (layers x words): a name of 1, 2, … words that no other page has.
    - `new` (layers x words) and `log_total` (layers) are those of `Rates`. Above `firm` (layers) the numbers of pages
      of two names, multiplied, make the gap between them firm.
    """

    joined: Ints
    apart: Ints
    again: Ints
    unknown: Ints
    new: Floats
    log_total: Floats
    firm: Floats

    @classmethod
    def of(cls, rates: Sequence[Rates]) -> _Scores:
        new = np.array([rate.new for rate in rates])
        log_total = np.array([math.log(rate.total) for rate in rates])
        return cls(
            joined=np.array([[*map(_log, rate.joined), 0] for rate in rates]),
            apart=np.array([[*(_log(apart, rate.more) for apart in rate.apart), 0] for rate in rates]),
            again=np.array([_log(rate.more) for rate in rates]),
            unknown=_to_score(np.log(new) - log_total.reshape(-1, 1)),
            new=new,
            log_total=log_total,
            firm=np.array([_FIRM * rate.new[1] * rate.total for rate in rates]),
        )

    def of_names(self, others: Floats, layers: Ints, length: int) -> Ints:
        """The scores of names of `length` words that `others` more pages have, in these layers."""
        return _to_score(np.log(others + self.new[layers, length - 1]) - self.log_total[layers])


def _log(*rates: float) -> int:
    return round(sum(map(math.log, rates)) * NAT)


def _to_score(nats: Floats) -> Ints:
    return np.rint(nats * NAT).astype(np.int64)


class Model:
    """Cuts lines by the names of a lexicon and the tallies of its layers."""

    def __init__(self, tallies: Sequence[Tally], names: Names) -> None:
        self._names = names
        self._scores = _Scores.of([Rates.of(tally) for tally in tallies])

    def cut(self, corpus: Corpus) -> tuple[Mask, Floats]:
        """Which gaps are inside names, and for each line the probability that all of its names are right."""
        joined = ~self._find_borders(corpus)
        sure = np.ones(int(corpus.line.max(initial=-1)) + 1)
        start, length = find_names(joined)
        is_long = length > MAX_SPAN_WORDS
        joined[np.repeat(is_long, length)] = False
        sure[corpus.line[start[is_long]]] = 0.0
        is_island = (length > 1) & ~is_long
        start, length = start[is_island], length[is_island]
        joined[joined], certainty = self._cut_islands(corpus, start, length)
        np.multiply.at(sure, corpus.line[start], certainty)
        return joined, sure

    def _find_borders(self, corpus: Corpus) -> Mask:
        """Which gaps are certainly borders: those between two frequent names that no name and no text joins.

        So are those between a word and its own repeat. A line that repeats a word is weighed as a whole, unless nothing
        is left to weigh.
        """
        ends, begins = self._count_others(corpus)
        border: Mask = corpus.gap == LINE_END
        is_firm = ends * np.roll(begins, -1) > self._scores.firm[corpus.layer]
        is_firm |= corpus.word == np.roll(corpus.word, -1)
        firm = np.flatnonzero(~border & (corpus.gap != ADJACENT) & is_firm)
        border[firm] = ~self._joins(corpus, firm)
        whole = _find_repeating(corpus)
        whole &= np.bincount(corpus.line[~border], minlength=len(whole)) > 0
        border[whole[corpus.line] & (corpus.gap != LINE_END)] = False
        return border

    def _count_others(self, corpus: Corpus) -> tuple[Floats, Floats]:
        """For each word, how many other pages have the most frequent name that ends, and that begins, with it."""
        number, first = number_values(corpus.word * len(self._scores.firm) + corpus.layer)
        words = corpus.words.take(pa.array(corpus.word[first])).to_pylist(), corpus.layer[first].tolist()
        ends = np.array(list(map(self._names.ends, *words)), np.float64)
        begins = np.array(list(map(self._names.begins, *words)), np.float64)
        return np.maximum(0.0, ends - 1)[number], np.maximum(0.0, begins - 1)[number]

    def _joins(self, corpus: Corpus, places: Ints) -> Mask:
        """Whether some name has the words at these places and those after them side by side."""
        pair = corpus.word[places] * len(corpus.words) + corpus.word[places + 1]
        number, first = number_values(pair * len(self._scores.firm) + corpus.layer[places])
        some = places[first]
        pairs = spell_names(corpus, some, np.full(len(some), 2)).to_pylist()
        joins = list(map(self._names.joins, pairs, corpus.layer[some].tolist()))
        return np.array(joins, np.bool_)[number]

    def _cut_islands(self, corpus: Corpus, start: Ints, length: Ints) -> tuple[Mask, Floats]:
        """Whether names go on over each gap inside these islands; and for each island how likely its cut is right."""
        number, first = _number_islands(corpus, start, length)
        steps = np.split(first, np.flatnonzero(np.diff(np.cumsum(length[first]) // _STEP_WORDS)) + 1)
        weighed = [self._weigh(Islands.of(corpus, start[some], length[some])) for some in steps]
        starts, certainty = (np.concatenate(parts) for parts in zip(*weighed, strict=True))
        second = np.cumsum(length[first] + 1) - length[first]  # the cell of each island's second word
        joined: Mask = ~starts[np.repeat(second[number], length - 1) + count_up(length - 1)]
        return joined, certainty[number]

    def _weigh(self, islands: Islands) -> tuple[Mask, Floats]:
        """The cells where names of the likeliest cut start, and for each island the probability that it is right."""
        linked = ~islands.is_last
        linked[linked] = self._joins(islands.corpus, islands.place[linked])
        starts, share = islands.cut(self._find_gains(islands, linked))
        return starts, np.exp(share) * self._trust(islands, starts, linked)

    def _find_gains(self, islands: Islands, linked: Mask) -> Ints:
        """What each name that can be adds to the log-likelihood, with the gaps inside and after it; see `Islands.cut`.

        `linked` has the cells whose word stands before the next one in some name.
        """
        possible = islands.find_possible(linked)
        repeated = islands.find_repeated(possible)
        gap, layer, scores = islands.corpus.gap[islands.place], islands.corpus.layer[islands.place], self._scores
        joined, after = scores.joined[layer, gap], scores.apart[layer, gap]
        after = np.where(shift(islands.word, 1) == islands.word, scores.again[layer], after)
        after[islands.is_last] = 0
        inside = np.zeros(len(gap), np.int64)  # of all gaps inside the name
        all_linked = np.ones(len(gap), np.bool_)  # only then some name may have its words
        gains = np.full(possible.shape, IMPOSSIBLE)
        for extra in range(MAX_NAME_WORDS):
            may_be_known = np.flatnonzero(possible[extra] & all_linked)
            name = self._score_names(islands, extra + 1, may_be_known)
            name[repeated[extra]] = np.maximum(name[repeated[extra]], _REPEAT)
            gains[extra] = np.where(possible[extra], name + inside + shift(after, extra), IMPOSSIBLE)
            inside += shift(joined, extra)
            all_linked &= shift(linked, extra)
        return gains

    def _score_names(self, islands: Islands, length: int, may_be_known: Ints) -> Ints:
        """The score of the name of `length` words in each cell, unknown but in the cells where it may be known."""
        layer = islands.corpus.layer[islands.place]
        score: Ints = self._scores.unknown[layer, length - 1]
        others = self._ask(_count_other_pages, islands, may_be_known, np.full(len(may_be_known), length))
        score[may_be_known] = self._scores.of_names(others, layer[may_be_known], length)
        return score

    def _trust(self, islands: Islands, starts: Mask, linked: Mask) -> Floats:
        """How sure the corpus is of the names of each island, and of their not being one with their neighbours."""
        borders = np.flatnonzero(starts | (islands.word < 0))
        is_name = starts[borders]
        cells, length = borders[is_name], np.diff(borders, append=0)[is_name]
        in_name, in_border = np.ones(len(cells)), np.ones(len(cells))  # the border before each name
        several = np.flatnonzero(length > 1)
        in_name[several] = self._ask(_trust_in, islands, cells[several], length[several])
        second = np.flatnonzero(linked[cells - 1])  # of two neighbours that might be one name
        both = length[second - 1] + length[second]
        second, both = second[both <= MAX_NAME_WORDS], both[both <= MAX_NAME_WORDS]
        in_border[second] = self._ask(_trust_against, islands, cells[second - 1], both)
        trust = np.ones(len(islands.size))
        np.multiply.at(trust, np.repeat(islands.island[cells], 2), np.stack((in_name, in_border), axis=1).ravel())
        return trust

    def _ask(self, question: Callable[[Name | None], float], islands: Islands, cells: Ints, length: Ints) -> Floats:
        """The answers for the names of `length` words in these cells; each name is asked about once."""
        start = islands.place[cells]
        layers = islands.corpus.layer[start]
        number, first = number_values(hash_with(hash_spans(islands.corpus.hashes, start, length), layers))
        names = spell_names(islands.corpus, start[first], length[first]).to_pylist()
        known = map(self._names.get, names, layers[first].tolist())
        return np.array(list(map(question, known)), np.float64)[number]


def _count_other_pages(name: Name | None) -> float:
    """On how many pages a name is beside the one that asks."""
    return 0 if name is None else max(0, name.pages - 1)


def _trust_in(name: Name | None) -> float:
    """How sure it is that words are one name, in a cut by which they are."""
    return 1.0 if name is None else name.sure / 1_000


def _trust_against(name: Name | None) -> float:
    """How sure it is that words are no name, in a cut by which they are two; a name elsewhere may be two here."""
    return 1.0 if name is None or name.pages else 1 - name.sure / 1_000


def _find_repeating(corpus: Corpus) -> Mask:
    """Of each line whether it has a word twice and is not too long to be weighed."""
    places = np.sort(corpus.line * len(corpus.words) + corpus.word)
    repeats = places[1:][places[1:] == places[:-1]] // max(1, len(corpus.words))
    sizes = np.bincount(corpus.line)
    return (np.bincount(repeats, minlength=len(sizes)) > 0) & (sizes <= MAX_SPAN_WORDS)


def _number_islands(corpus: Corpus, start: Ints, length: Ints) -> Numbered:
    """The islands, numbered: those of the same words and gaps between them, in the same layer, are one."""
    gaps = hash_spans(hash_numbers(corpus.gap + len(corpus.words)), start, length - 1)
    islands = hash_join(hash_spans(corpus.hashes, start, length), length, gaps)
    return number_values(hash_with(islands, corpus.layer[start]))
