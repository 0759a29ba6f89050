"""What the likelihood of a corpus of tag lines gains if neighbours become one name, or a name is split.

Both are one question, asked of a *pair* of names: how much likelier are all lines if the two are one name wherever they
meet than if they are two everywhere? For names side by side the answer is what joining gains. For a name and a place
where it might be split it is what keeping it whole gains. A change is made to all mentions of a kind at once (the type
moves of Liang, Jordan and Klein, "Type-Based MCMC", 2010), and its gain, in nats, is computed from counts alone.

Of the five lines in `toolkit.pages.tags`, whose texts have none of the words, with each word a name:

    pair             names    texts    draws    order     gain
    ivory | coast     -3.2     -0.8     +9.1     +1.0     +6.1     they meet on 3 pages, and stand nowhere else
    oil | ivory      -16.5     -0.4     +3.1     +0.3    -13.5     they meet on 1 page of 3

The gain is the sum of four terms, each a function below. In the first line, `names` is negative because a new name of
two words is improbable, but not very, because the two single words are not needed any more; `draws` is positive because
three draws of a name are saved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from toolkit.pages.tags.corpus import ADJACENT, LINE_END, MAX_NAME_WORDS
from toolkit.pages.tags.counts import MAX_COUNT, log_rises
from toolkit.pages.tags.hashes import hash_join, hash_spans

if TYPE_CHECKING:
    from toolkit.arrays import Floats, Ints
    from toolkit.pages.tags.counts import CountedCut

_TEXT_WEIGHT = 4.0  # texts repeat themselves: the same two words on many pages say little more than on four
_CHANCE_REVERSAL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What each change of a cut gains, in nats, and the same discounted by how far it can be trusted (`_trusted`).

    - Of each pair that meets: `joining`, the gain if its names become one; minus infinity where that cannot be.
    - Of each kind of name: `keeping`, the gain of not splitting it at its weakest gap, the one after its first
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
    """What the log-likelihood of all lines gains, in nats, if the two names of a pair are one wherever they meet."""
    met = np.minimum(pairs.meetings, np.minimum(pairs.left.pages, pairs.right.pages))
    gain: Floats = _names(counted, pairs, met) + _texts(counted, pairs) + _draws(counted, met)
    return np.round(gain + _order(counted, pairs, met), 6)


def _names(counted: CountedCut, pairs: _Pairs, met: Ints) -> Floats:
    """What the names gain: `met` more pages have the whole name, so many fewer have each of the two."""
    (left, left_pages), (right, right_pages) = pairs.left, pairs.right
    both = np.minimum(left + right, MAX_NAME_WORDS)
    return (
        _recount(counted, both, pairs.whole, pairs.whole + met)
        + _recount(counted, left, left_pages, left_pages - met)
        + _recount(counted, right, right_pages, right_pages - met)
    )


def _recount(counted: CountedCut, lengths: Ints, before: Ints, after: Ints) -> Floats:
    """What names of these lengths gain if `after` pages have them instead of `before`."""
    return _weigh_names(counted, lengths, after) - _weigh_names(counted, lengths, before)


def _weigh_names(counted: CountedCut, lengths: Ints, pages: Ints) -> Floats:
    """The log-likelihood of names that so many pages have.

    In a Dirichlet process a name that is drawn n times has the weight of a new one, times 1 * 2 * … * (n - 1).
    """
    new = np.log(np.array(counted.rates.new))[lengths - 1]
    repeats = counted.log_factorials[np.clip(pages - 1, 0, len(counted.log_factorials) - 1)]
    return np.where(pages > 0, new + repeats, 0.0)


def _texts(counted: CountedCut, pairs: _Pairs) -> Floats:
    """What texts say of the gaps between the two: how much likelier it is of gaps inside a name than between names."""
    return _weigh_texts(pairs, counted.rates.joined) - _weigh_texts(pairs, counted.rates.apart)


def _weigh_texts(pairs: _Pairs, rates: tuple[float, ...]) -> Floats:
    """The log-likelihood of what texts say, each pair with rates of its own around `rates` (Dirichlet-multinomial)."""
    top = min(MAX_COUNT, int(pairs.meetings.max(initial=0)))
    weight: Floats = -log_rises(_TEXT_WEIGHT, top)[np.minimum(pairs.meetings, top)]
    for count, rate in zip(pairs.by_gap.T, rates, strict=True):
        weight += log_rises(_TEXT_WEIGHT * rate, top)[np.minimum(count, top)]
    return weight


def _draws(counted: CountedCut, met: Ints) -> Floats:
    """What is saved wherever they meet: the draw of a name, whose total shrinks as it goes, and the choice to go on."""
    return met * (np.log(counted.rates.total - (met + 1) / 2) - math.log(counted.rates.more))


def _order(counted: CountedCut, pairs: _Pairs, met: Ints) -> Floats:
    """What their order in lines says: the words of one name are reversed by accident only, two names more often.

    Two names that meet backward more often than by chance like to be on one page: then they also meet forward often,
    which is no sign of one name.
    """
    one_name = pairs.backward * math.log(_CHANCE_REVERSAL)
    two_names = (met + pairs.backward) * math.log(counted.agreement)
    by_chance = np.maximum(pairs.left.pages, 1) * np.maximum(pairs.right.pages, 1) / counted.tally.tags
    related_names = met * np.log(np.maximum(1.0, pairs.backward / by_chance))
    return one_name - two_names - related_names


def _trusted(gain: Floats, pairs: _Pairs) -> Floats:
    """The gains, discounted where something speaks for one name but many pages have each of the two without the other.

    That something is the gain itself, or a text that has the two in a row.
    """
    alone = np.maximum(0, np.minimum(pairs.left.pages, pairs.right.pages) - pairs.meetings)
    is_joined = (gain > 0) | (pairs.by_gap[:, ADJACENT] > 0)
    return np.where(is_joined, gain / (1 + 2 * np.log1p(alone)), gain)
