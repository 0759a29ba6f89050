"""Islands: runs of words in which no cut is sure. All ways to cut them are weighed at once; the likeliest one wins.

An island of n words can be cut in 2^(n-1) ways; none of them is listed. The best cut that ends after a word is the best
one that ends some words earlier, and a name of those words (Viterbi); the same walk with sums instead of the best gives
all cuts together (the forward algorithm), and with them the share of the best. The walk is over all islands at once:

    islands   ivory  coast         oil    price
    cells     0      1      2      3      4      5      one for each word, and one for the end of each island
    words     7      8      -1     9      4      -1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from toolkit.arrays import Floats, Ints, Mask
from toolkit.pages.numbering import count_up, number_values
from toolkit.pages.tag_corpus import ADJACENT, MAX_NAME_WORDS
from toolkit.pages.tag_hashes import hash_spans, hash_with

if TYPE_CHECKING:
    from toolkit.pages.numbering import Numbered
    from toolkit.pages.tag_corpus import Corpus

Cells = TypeVar("Cells", Ints, Mask)

NAT: Final = 1_000_000
"""A nat in the unit of gains, which are whole numbers: their sums are the same in any order, on any machine."""

IMPOSSIBLE: Final = -(1 << 50)
"""The gain of a name that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Islands:
    """Parts of a corpus, laid out in cells: one for each word, and one more at the end of each island.

    - Of each island: `first`, its first cell; `size`, its number of words.
    - Of each cell: its `island`, its `place` in the corpus, its `word` (-1 at an end), the last cell `earlier` in the
      same island with the same word (-1 where there is none).
    """

    corpus: Corpus
    first: Ints
    size: Ints
    island: Ints
    place: Ints
    word: Ints
    earlier: Ints

    @classmethod
    def of(cls, corpus: Corpus, start: Ints, size: Ints) -> Islands:
        """The islands that start at these places of the corpus and have `size` words."""
        first = np.cumsum(size + 1) - size - 1
        island = np.repeat(np.arange(len(size)), size + 1)
        offset = count_up(size + 1)
        place = np.minimum(start[island] + offset, len(corpus.word) - 1)
        word = np.where(offset < size[island], corpus.word[place], -1)
        return cls(
            corpus=corpus,
            first=first,
            size=size,
            island=island,
            place=place,
            word=word,
            earlier=_find_earlier(island, word),
        )

    @property
    def is_last(self) -> Mask:
        """The cells of the last words of islands, and those at their ends."""
        return (self.word < 0) | (shift(self.word, 1) < 0)

    def find_possible(self, linked: Mask) -> Mask:
        """Which names are possible: a row for each number of words, from 1, a column for each cell that one starts in.

        A name does not leave its island. It has a word twice only where a text or a known name has each two of its
        neighbours side by side (`linked`: the cells whose word stands before the next one in some name).
        """
        possible = np.zeros((MAX_NAME_WORDS, len(self.word)), np.bool_)
        side_by_side = linked | (self.corpus.gap[self.place] == ADJACENT)
        fits, vouched = self.word >= 0, np.ones_like(linked)
        latest = self.earlier  # cell where a word of the name stood before
        for extra in range(MAX_NAME_WORDS):
            fits = fits & (shift(self.word, extra) >= 0)
            latest = np.maximum(latest, shift(self.earlier, extra))
            possible[extra] = fits & ((latest < np.arange(len(latest))) | vouched)
            vouched &= shift(side_by_side, extra)
        return possible

    def find_repeated(self, possible: Mask) -> Mask:
        """Which of the possible names stand earlier in the same island, too."""
        repeated = np.zeros_like(possible)
        repeating = np.bincount(self.island[self.earlier >= 0], minlength=len(self.size))[self.island] > 0
        for extra in range(MAX_NAME_WORDS):
            repeating &= possible[extra]
            cells = np.flatnonzero(repeating)
            number, first = self._number_names(cells, extra + 1)
            repeated[extra, np.delete(cells, first)] = True
            repeating[cells] = np.bincount(number)[number] > 1  # what stands there once, stands longer there once
        return repeated

    def _number_names(self, cells: Ints, length: int) -> Numbered:
        """The names of `length` words in these cells, numbered: the same words in the same island are one."""
        names = hash_spans(self.corpus.hashes, self.place[cells], np.full(len(cells), length))
        return number_values(hash_with(names, self.island[cells]))

    def cut(self, gains: Ints) -> tuple[Mask, Floats]:
        """The likeliest cut: the cells where names start, and of each island the share of it in all cuts (a logarithm).

        `gains` has what each name adds to the log-likelihood, in millionths of a nat, as rows like `find_possible`.
        """
        best = np.zeros(len(self.word), np.int64)  # of a cut that ends before a cell
        every = np.zeros(len(self.word))  # cut that ends before a cell, together: the logarithm, in nats
        length = np.zeros(len(self.word), np.int64)  # of the last name of the best cut that ends before a cell
        for end in range(1, int(self.size.max(initial=0)) + 1):
            lengths = np.arange(min(MAX_NAME_WORDS, end), 0, -1).reshape(-1, 1)
            cells = self.first[self.size >= end] + end
            found = gains[lengths - 1, cells - lengths]
            scores = best[cells - lengths] + found
            choice = scores.argmax(axis=0)  # of equal ones the longest
            best[cells] = scores[choice, np.arange(len(cells))]
            length[cells] = lengths[choice, 0]
            every[cells] = _add_logs(every[cells - lengths] + found / NAT)
        ends = self.first + self.size
        return self._trace_back(length), np.minimum(0.0, best[ends] / NAT - every[ends])

    def _trace_back(self, length: Ints) -> Mask:
        """The cells where names of the best cut start, from the `length` of the name that ends before each cell."""
        starts = np.zeros(len(self.word), np.bool_)
        cells = self.first + self.size
        while len(cells):
            cells = cells - length[cells]
            starts[cells] = True
            cells = cells[cells > self.first[self.island[cells]]]
        return starts


def _find_earlier(island: Ints, word: Ints) -> Ints:
    order = np.lexsort((word, island))
    same = (np.diff(island[order]) == 0) & (np.diff(word[order]) == 0)
    earlier = np.full(len(order), -1)
    earlier[order[1:][same]] = order[:-1][same]
    return earlier


def shift(values: Cells, cells: int) -> Cells:
    """For each cell the value that stands `cells` later; 0 beyond the last one."""
    shifted = np.zeros_like(values)
    shifted[: max(0, len(values) - cells)] = values[cells:]
    return shifted


def _add_logs(values: Floats) -> Floats:
    """The logarithm of the sum of each column (rows x columns), whose logarithms are given."""
    top = values.max(axis=0)
    total: Floats = top + np.log(np.exp(values - top).sum(axis=0))
    return total
