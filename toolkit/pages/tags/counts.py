"""A cut of a corpus of tag lines, counted: how often names stand, meet, and meet the other way round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.pages.tags.corpus import LINE_END, MAX_NAME_WORDS, Corpus, Cut, Meetings, cut_corpus, meet
from toolkit.pages.tags.hashes import hash_join
from toolkit.pages.tags.numbering import look_up
from toolkit.pages.tags.rates import GapCounts, Rates, Tally

if TYPE_CHECKING:
    from toolkit.arrays import Floats, Hashes, Ints, Mask

MAX_COUNT = 1_000_000
"""A name on more pages than that is as sure as it gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Names of an earlier lexicon by the hashes of the corpus at hand, sorted, and on how many `pages` each was."""

    hashes: Hashes
    pages: Ints

    def count(self, hashes: Hashes) -> Ints:
        """On how many pages each of the names with these hashes was."""
        return look_up(self.pages, self.hashes, hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCut:
    """A cut of the corpus and its counts, with those of the earlier lexicon: all that gains are computed from.

    - `pages`: on how many pages each kind of name is, those of the earlier lexicon included.
    - `backward`: on how many pages the names of each pair in `meetings` meet in the other order.
    - `agreement`: how likely two meetings of the same two names have the same order.
    - `log_factorials`: the logarithm of n! for each n up to the highest count.
    """

    corpus: Corpus
    earlier: Earlier
    cut: Cut
    meetings: Meetings
    pages: Ints
    backward: Ints
    tally: Tally
    rates: Rates
    agreement: float
    log_factorials: Floats

    def count(self, hashes: Hashes) -> Ints:
        """On how many pages each of the names with these hashes is."""
        return look_up(self.cut.pages, self.cut.hashes, hashes) + self.earlier.count(hashes)

    def count_whole(self, left: Ints, right: Ints) -> Ints:
        """On how many pages these kinds of names are one name."""
        return self.count(hash_join(self.cut.hashes[left], self.cut.lengths[left], self.cut.hashes[right]))

    def count_meetings(self, left: Hashes, right: Hashes) -> Ints:
        """On how many pages names with these hashes meet in this order."""
        kinds = np.arange(1, len(self.cut.hashes) + 1)
        one, other = (look_up(kinds, self.cut.hashes, hashes) - 1 for hashes in (left, right))
        found = look_up(self.meetings.pages, self.meetings.key, one * len(kinds) + other)
        return np.where((one >= 0) & (other >= 0), found, 0)


def count_cut(corpus: Corpus, joined: Mask, earlier: Earlier, before: Tally) -> CountedCut:
    """The counts of a cut: `joined` are the gaps inside names, `earlier` and `before` are of an earlier lexicon."""
    cut = cut_corpus(corpus, joined)
    meetings = meet(corpus, cut)
    known = earlier.count(cut.hashes)
    new_names = np.bincount(cut.lengths[known == 0], minlength=MAX_NAME_WORDS + 1)[1:]
    tally = Tally(
        pages=before.pages,
        lines=before.lines + int(corpus.pages[corpus.gap == LINE_END].sum()),
        tags=before.tags + int(cut.pages.sum()),
        words=max(before.words, len(corpus.words)),
        names=tuple(old + int(new) for old, new in zip(before.names, new_names, strict=True)),
        joined=_add(before.joined, np.bincount(corpus.gap[joined], corpus.pages[joined], LINE_END)),
        apart=_add(before.apart, meetings.by_gap.sum(axis=0)),
    )
    backward = _count_backward(meetings, len(cut.hashes))
    return CountedCut(
        corpus=corpus,
        earlier=earlier,
        cut=cut,
        meetings=meetings,
        pages=cut.pages + known,
        backward=backward,
        tally=tally,
        rates=Rates.of(tally),
        agreement=_agreement(meetings, backward),
        log_factorials=log_rises(1.0, min(MAX_COUNT, int(cut.pages.max() + earlier.pages.max(initial=0)) + 1)),
    )


def _add(counts: GapCounts, more: Ints | Floats) -> GapCounts:
    neither, left, right, scattered, adjacent = (old + int(new) for old, new in zip(counts, more, strict=True))
    return neither, left, right, scattered, adjacent


def _count_backward(meetings: Meetings, kinds: int) -> Ints:
    """On how many pages the names of each pair meet in the other order."""
    left, right = meetings.left, meetings.right
    _, number = np.unique(np.minimum(left, right) * kinds + np.maximum(left, right), return_inverse=True)
    return np.bincount(number, meetings.pages).astype(np.int64)[number] - meetings.pages


def _agreement(meetings: Meetings, backward: Ints) -> float:
    """How likely two meetings of the same two names have the same order: a half, more where a site sorts its tags."""
    is_counted = ((backward == 0) | (meetings.left < meetings.right)) & (meetings.pages + backward > 1)
    forward, back = meetings.pages[is_counted], backward[is_counted]
    both = forward + back
    agreeing = (forward * (forward - 1) + back * (back - 1)) / (both - 1)
    return max(0.5, (2.0 + math.fsum(agreeing)) / (4.0 + int(both.sum())))


def log_rises(base: float, top: int) -> Floats:
    """Logarithms of base * (base + 1) * … of 0 to `top` factors."""
    return np.append(0.0, np.cumsum(np.log(base + np.arange(top, dtype=np.float64))))
