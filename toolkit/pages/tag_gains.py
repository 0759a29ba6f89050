"""What the likelihood of a corpus of tag lines gains if neighbours become one name, or a name is split.

Both are one question, asked of a *pair* of names: how much likelier are all lines if the two are one name wherever they
meet, than if they are two everywhere? For names side by side the answer is what joining gains; for a name and a place
where it might be split it is what keeping it whole gains. A change is of a kind, never of a single mention (the type
moves of Liang, Jordan and Klein, "Type-Based MCMC", 2010), and its gain, in nats, comes from counts alone.

Of the five lines in `tags`, whose texts have none of the words, with each word a name:

    pair             names    texts    draws    order     gain
    ivory | coast     -3.2     -0.8     +9.1     +1.0     +6.1     they meet on 3 pages, and stand nowhere else
    oil | ivory      -16.5     -0.4     +3.1     +0.3    -13.5     they meet on 1 page of 3

A new name of two words is dear, but takes the place of two words that nobody else needs; with it three draws are saved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from toolkit.pages.tag_corpus import ADJACENT, LINE_END, MAX_NAME_WORDS
from toolkit.pages.tag_counts import MAX_COUNT, log_rises
from toolkit.pages.tag_hashes import hash_join, hash_spans

if TYPE_CHECKING:
    from toolkit.arrays import Floats, Ints
    from toolkit.pages.tag_counts import CountedCut

_TEXT_WEIGHT = 4.0  # texts repeat themselves: the same two words on many pages say little more than on four
_CHANCE_REVERSAL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What each change of a cut is worth, in nats, and the same as far as it can be trusted (`_trusted`).

    - Of each pair that meets: `joining`, what is gained if its names become one; minus infinity where that cannot be.
    - Of each kind of name: `keeping`, what is gained by its not being split at its weakest gap, before which it has
      `weakest` words; infinite for a single word.
    """

    joining: Floats
    joining_trusted: Floats
    keeping: Floats
    keeping_trusted: Floats
    weakest: Ints


class _Side(NamedTuple):
    """The left or right names of pairs: their `lengths` in words, and on how many `pages` they are, counted as two."""

    lengths: Ints
    pages: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Pairs of names that might be one name, counted as if they were two; all arrays have one entry a pair.

    `whole` counts the pages that have them as one name elsewhere, `meetings` those where they meet in this order,
    `by_gap` (pairs x 5) these by what texts say, and `backward` those where they meet, or are one name, in the other.
    """

    left: _Side
    right: _Side
    whole: Ints
    meetings: Ints
    by_gap: Ints
    backward: Ints


def find_gains(counted: CountedCut) -> Gains:
    """The gains of all changes of a cut."""
    joining, joining_trusted = _find_joining(counted)
    keeping, keeping_trusted, weakest = _find_keeping(counted)
    return Gains(
        joining=joining,
        joining_trusted=joining_trusted,
        keeping=keeping,
        keeping_trusted=keeping_trusted,
        weakest=weakest,
    )


def _find_joining(counted: CountedCut) -> tuple[Floats, Floats]:
    """For each pair that meets, the gain if it becomes one name; as it is, and trusted."""
    left, right = counted.meetings.left, counted.meetings.right
    lengths = counted.cut.lengths
    pairs = _Pairs(
        left=_Side(lengths[left], counted.pages[left]),
        right=_Side(lengths[right], counted.pages[right]),
        whole=counted.count_whole(left, right),
        meetings=counted.meetings.pages,
        by_gap=counted.meetings.by_gap,
        backward=counted.backward + counted.count_whole(right, left),
    )
    gain = _gain_if_one(counted, pairs)
    gain[lengths[left] + lengths[right] > MAX_NAME_WORDS] = -np.inf
    return gain, _trusted(gain, pairs)


def _find_keeping(counted: CountedCut) -> tuple[Floats, Floats, Ints]:
    """For each kind of name, the least gain of keeping it whole; as it is, trusted, and the words before that gap."""
    cut = counted.cut
    gains = np.full(len(cut.hashes), np.inf)
    trusted = gains.copy()
    weakest = np.zeros(len(cut.hashes), np.int64)
    for place in range(1, MAX_NAME_WORDS):
        kinds = np.flatnonzero(cut.lengths > place)
        if not len(kinds):
            break
        pairs = _pairs_within(counted, kinds, place)
        gain = _gain_if_one(counted, pairs)
        weaker = gain < gains[kinds]
        changed = kinds[weaker]
        gains[changed], trusted[changed], weakest[changed] = gain[weaker], _trusted(gain, pairs)[weaker], place
    return gains, trusted, weakest


def _pairs_within(counted: CountedCut, kinds: Ints, place: int) -> _Pairs:
    """The first `place` words of each of these kinds of names, and the rest of it, counted as if they were two."""
    cut, corpus = counted.cut, counted.corpus
    size, rest = np.full(len(kinds), place), cut.lengths[kinds] - place
    left = hash_spans(corpus.hashes, cut.first[kinds], size)
    right = hash_spans(corpus.hashes, cut.first[kinds] + place, rest)
    by_gap = _gaps_inside(counted, place)[kinds]
    return _Pairs(
        left=_Side(size, counted.count(left) + cut.pages[kinds]),
        right=_Side(rest, counted.count(right) + cut.pages[kinds]),
        whole=counted.earlier.count(cut.hashes[kinds]),
        meetings=by_gap.sum(axis=1),
        by_gap=by_gap,
        backward=counted.count_meetings(right, left) + counted.count(hash_join(right, rest, left)),
    )


def _gaps_inside(counted: CountedCut, place: int) -> Ints:
    """For each kind what texts say of its gap after `place` words (kinds x 5)."""
    cut, corpus = counted.cut, counted.corpus
    mentions = np.flatnonzero(cut.length > place)
    start = cut.start[mentions]
    said = cut.kind[mentions] * LINE_END + corpus.gap[start + place - 1]
    return np.bincount(said, corpus.pages[start], LINE_END * len(cut.hashes)).astype(np.int64).reshape(-1, LINE_END)


def _gain_if_one(counted: CountedCut, pairs: _Pairs) -> Floats:
    """What the log-likelihood of all lines gains, in nats, if the names of a pair are one wherever they meet."""
    (left, left_pages), (right, right_pages) = pairs.left, pairs.right
    rates, meetings = counted.rates, np.minimum(pairs.meetings, np.minimum(left_pages, right_pages))
    names = _weigh_names(counted, np.minimum(left + right, MAX_NAME_WORDS), pairs.whole, pairs.whole + meetings)
    names += _weigh_names(counted, left, left_pages, left_pages - meetings)
    names += _weigh_names(counted, right, right_pages, right_pages - meetings)
    texts = _weigh_texts(pairs, rates.joined) - _weigh_texts(pairs, rates.apart)
    # a draw less, of shrinking totals, and a decision less that another name follows
    draws = meetings * (np.log(rates.total - (meetings + 1) / 2) - math.log(rates.more))
    # the words of one name turn round by chance only; two names keep an order as names do
    turned = pairs.backward * math.log(_CHANCE_REVERSAL)
    kept = (meetings + pairs.backward) * math.log(counted.agreement)
    # names that like to meet in either order are neighbours, not one name
    by_chance = np.maximum(left_pages, 1) * np.maximum(right_pages, 1) / counted.tally.tags
    liking = meetings * np.log(np.maximum(1.0, pairs.backward / by_chance))
    gain: Floats = names + texts + draws + turned - kept - liking
    return np.round(gain, 6)


def _weigh_names(counted: CountedCut, lengths: Ints, before: Ints, after: Ints) -> Floats:
    """What a change of their count from `before` to `after` adds to the log-likelihood of names.

    In a Dirichlet process a name that is drawn n times has the weight of a new one, times 1 * 2 * … * (n - 1).
    """
    birth = np.log(np.array(counted.rates.new))[lengths - 1]
    top = len(counted.log_factorials) - 1

    orders = [
        np.where(count > 0, birth + counted.log_factorials[np.clip(count - 1, 0, top)], 0.0)
        for count in (before, after)
    ]
    return orders[1] - orders[0]


def _weigh_texts(pairs: _Pairs, rates: tuple[float, ...]) -> Floats:
    """The log-likelihood of what texts say, by rates that differ from pair to pair (Dirichlet-multinomial)."""
    top = min(MAX_COUNT, int(pairs.meetings.max(initial=0)))
    weight: Floats = -log_rises(_TEXT_WEIGHT, top)[np.minimum(pairs.meetings, top)]
    for count, rate in zip(pairs.by_gap.T, rates, strict=True):
        weight += log_rises(_TEXT_WEIGHT * rate, top)[np.minimum(count, top)]
    return weight


def _trusted(gain: Floats, pairs: _Pairs) -> Floats:
    """Gains as far as they are to be trusted: less, the more pages have each of two names alone that texts join."""
    alone = np.maximum(0, np.minimum(pairs.left.pages, pairs.right.pages) - pairs.meetings)
    is_joined = (gain > 0) | (pairs.by_gap[:, ADJACENT] > 0)
    return np.where(is_joined, gain / (1 + 2 * np.log1p(alone)), gain)
