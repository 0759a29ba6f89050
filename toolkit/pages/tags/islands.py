"""Islands: runs of words in which no cut is certain. All ways to cut them are compared; the likeliest one wins.

An island of n words can be cut in 2^(n-1) ways. They need not be listed: the best cut of its first n words is a best
cut of its first n - k words and a name of the last k (the Viterbi algorithm). The same recurrence with sums in place of
the maximum gives the likelihood of all cuts together (the forward algorithm), and so the share of the best one.

All islands are laid out side by side in *cells*, and the recurrence runs over all of them at once:

    islands   ivory  coast         oil    price
    cells     0      1      2      3      4      5      one for each word, and one for the end of each island
    words     7      8      -1     9      4      -1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from toolkit.arrays import Floats, Ints, Mask, count_up
from toolkit.pages.tags.corpus import ADJACENT, MAX_NAME_WORDS
from toolkit.pages.tags.hashes import hash_spans, hash_with
from toolkit.pages.tags.numbering import number_values

if TYPE_CHECKING:
    from toolkit.pages.tags.corpus import Corpus
    from toolkit.pages.tags.numbering import Numbered

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

        A name does not leave its island. It has a word twice only if each two neighbours in it stand side by side in
        the text or in a known name (`linked`: the cells whose word stands before the next one in some name).
        """
        possible = np.zeros((MAX_NAME_WORDS, len(self.word)), np.bool_)
        side_by_side = linked | (self.corpus.gap[self.place] == ADJACENT)
        stays_inside, all_side_by_side = self.word >= 0, np.ones_like(linked)
        last_repeat = self.earlier  # of the places where words of the name stand earlier, the last
        for extra in range(MAX_NAME_WORDS):
            stays_inside = stays_inside & (shift(self.word, extra) >= 0)
            last_repeat = np.maximum(last_repeat, shift(self.earlier, extra))
            has_no_repeat = last_repeat < np.arange(len(last_repeat))
            possible[extra] = stays_inside & (has_no_repeat | all_side_by_side)
            all_side_by_side &= shift(side_by_side, extra)
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
            repeating[cells] = np.bincount(number)[number] > 1  # a longer name is no more frequent than its beginning
        return repeated

    def _number_names(self, cells: Ints, length: int) -> Numbered:
        """The names of `length` words in these cells, numbered: the same words in the same island are one."""
        names = hash_spans(self.corpus.hashes, self.place[cells], np.full(len(cells), length))
        return number_values(hash_with(names, self.island[cells]))

    def cut(self, gains: Ints) -> tuple[Mask, Floats]:
        """The best cut: the cells where its names start; and for each island the logarithm of its share in all cuts.

        `gains` has what each name adds to the log-likelihood, in millionths of a nat, as rows like `find_possible`.
        """
        # of the words of an island before each cell:
        best = np.zeros(len(self.word), np.int64)  # the log-likelihood of their best cut, in millionths of a nat
        every = np.zeros(len(self.word))  # that of all their cuts together, in nats
        last = np.zeros(len(self.word), np.int64)  # the number of words of the last name in their best cut
        for size in range(1, int(self.size.max(initial=0)) + 1):
            ends = self.first[self.size >= size] + size
            lengths = np.arange(min(MAX_NAME_WORDS, size), 0, -1).reshape(-1, 1)  # of the last name, by rows
            starts = ends - lengths
            found = gains[lengths - 1, starts]
            scores = best[starts] + found
            choice = scores.argmax(axis=0)  # of equal ones the longest
            best[ends] = scores[choice, np.arange(len(ends))]
            last[ends] = lengths[choice, 0]
            every[ends] = _add_logs(every[starts] + found / NAT)
        ends = self.first + self.size
        return self._trace_back(last), np.minimum(0.0, best[ends] / NAT - every[ends])

    def _trace_back(self, last: Ints) -> Mask:
        """The cells where names of the best cut start, from the number of words of the `last` name before each cell."""
        starts = np.zeros(len(self.word), np.bool_)
        cells = self.first + self.size
        while len(cells):
            cells = cells - last[cells]
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
