"""What the likelihood of a corpus of tag lines gains if neighbours become one name, or a name is split."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from toolkit.pages.tag_corpus import (
    ADJACENT,
    LINE_END,
    MAX_NAME_WORDS,
    Corpus,
    Cut,
    Meetings,
    cut_corpus,
    hash_join,
    hash_spans,
    look_up,
    meet,
)
from toolkit.pages.tag_model import GapCounts, Rates, Tally

if TYPE_CHECKING:
    from toolkit.arrays import Floats, Hashes, Ints, Mask

_MAX_COUNT = 1_000_000  # a name on more pages than that is as sure as it gets
_TEXT_WEIGHT = 4.0  # texts repeat themselves: the same two words on many pages say little more than on four
_CHANCE_REVERSAL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Names of an earlier lexicon by the hashes of the corpus at hand, sorted."""

    hashes: Hashes
    pages: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Pairs of names that might be one name, counted as if they were two; all arrays have one entry a pair.

    `lengths` in words and `apart`, how many pages have them, are those of the left and of the right one; `whole` counts
    the pages that have them as one name elsewhere. `meetings` counts how often they meet, `gaps` (n x 5) that by what
    texts say, `backward` the meetings in the other order.
    """

    lengths: tuple[Ints, Ints]
    apart: tuple[Ints, Ints]
    whole: Ints
    meetings: Ints
    gaps: Ints
    backward: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What each change of a cut is worth, in nats.

    `joining`: for each kind of meeting, what is gained if its names become one; minus infinity where that cannot be.
    `naming`: for each kind of name, what is gained by its not being split at its weakest gap, before which `places`
    words stand; infinite for a single word. `joined` and `named` are the same, damped by how far they can be trusted.
    """

    joining: Floats
    joined: Floats
    naming: Floats
    named: Floats
    places: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A cut of the corpus, what it counts to together with the earlier lexicon, and the logarithms its gains need.

    `pages` counts each kind of name, those of the earlier lexicon included, `backward` the meetings in the other order.
    """

    corpus: Corpus
    prior: Prior
    cut: Cut
    meetings: Meetings
    pages: Ints
    backward: Ints
    tally: Tally
    rates: Rates
    agreement: float
    factorials: Floats

    def count(self, hashes: Hashes) -> Ints:
        """How many pages have each of the names with these hashes."""
        mine = look_up(self.cut.pages, self.cut.hashes, hashes)
        return mine + look_up(self.prior.pages, self.prior.hashes, hashes)

    def count_whole(self, left: Ints, right: Ints) -> Ints:
        """How many pages have these kinds of names as one name."""
        hashes = hash_join(self.cut.hashes[left], self.cut.lengths[left], self.cut.hashes[right])
        several = self.cut.lengths > 1
        mine = look_up(self.cut.pages[several], self.cut.hashes[several], hashes)
        return mine + look_up(self.prior.pages, self.prior.hashes, hashes)


def count_state(corpus: Corpus, joined: Mask, prior: Prior, before: Tally) -> State:
    """What a cut counts to: `joined` are the gaps inside names, `prior` and `before` are of an earlier lexicon."""
    cut = cut_corpus(corpus, joined)
    meetings = meet(corpus, cut)
    inside = np.bincount(corpus.gap[joined], corpus.pages[joined], LINE_END)
    known = look_up(prior.pages, prior.hashes, cut.hashes)
    kinds = np.bincount(cut.lengths[known == 0], minlength=MAX_NAME_WORDS + 1)
    tally = Tally(
        pages=before.pages,
        lines=before.lines + int(corpus.pages[corpus.gap == LINE_END].sum()),
        tags=before.tags + int(cut.pages.sum()),
        words=max(before.words, len(corpus.words)),
        names=tuple(old + int(new) for old, new in zip(before.names, kinds[1:], strict=True)),
        joined=_add(before.joined, inside),
        apart=_add(before.apart, meetings.gaps.sum(axis=0)),
    )
    backward = _count_backward(meetings, len(cut.hashes))
    return State(
        corpus=corpus,
        prior=prior,
        cut=cut,
        meetings=meetings,
        pages=cut.pages + known,
        backward=backward,
        tally=tally,
        rates=Rates.of(tally),
        agreement=_agreement(meetings, backward),
        factorials=_log_rises(1.0, min(_MAX_COUNT, int(cut.pages.max() + prior.pages.max(initial=0)) + 1)),
    )


def _add(counts: GapCounts, more: npt.NDArray[np.float64] | Ints) -> GapCounts:
    neither, left, right, scattered, adjacent = (old + int(new) for old, new in zip(counts, more, strict=True))
    return neither, left, right, scattered, adjacent


def _count_backward(meetings: Meetings, kinds: int) -> Ints:
    """On how many pages the names of each meeting meet in the other order."""
    left, right = meetings.left, meetings.right
    _, number = np.unique(np.minimum(left, right) * kinds + np.maximum(left, right), return_inverse=True)
    return np.bincount(number, meetings.pages).astype(np.int64)[number] - meetings.pages


def _agreement(meetings: Meetings, backward: Ints) -> float:
    """How likely two meetings of the same two names have the same order: a half, more where a site sorts its tags."""
    counted = (backward == 0) | (meetings.left < meetings.right)
    forward, back = meetings.pages[counted], backward[counted]
    both = forward + back
    several = both > 1
    forward, back, both = forward[several], back[several], both[several]
    agreeing = (forward * (forward - 1) + back * (back - 1)) / (both - 1)
    return max(0.5, (2.0 + math.fsum(agreeing)) / (4.0 + int(both.sum())))


def _log_rises(base: float, top: int) -> Floats:
    """Logarithms of base * (base + 1) * … of 0 to `top` factors."""
    return np.append(0.0, np.cumsum(np.log(base + np.arange(top, dtype=np.float64))))


def weigh(state: State) -> Gains:
    """The gains of all changes of a cut."""
    naming, named, places = _gain_by_naming(state)
    joining, joined = _gain_by_joining(state)
    return Gains(joining=joining, joined=joined, naming=naming, named=named, places=places)


def _gain_by_joining(state: State) -> tuple[Floats, Floats]:
    left, right = state.meetings.left, state.meetings.right
    lengths = state.cut.lengths[left], state.cut.lengths[right]
    pairs = Neighbours(
        lengths=lengths,
        apart=(state.pages[left], state.pages[right]),
        whole=state.count_whole(left, right),
        meetings=state.meetings.pages,
        gaps=state.meetings.gaps,
        backward=state.backward + state.count_whole(right, left),
    )
    gain = _gain(state, pairs)
    gain[(lengths[0] + lengths[1] > MAX_NAME_WORDS) | _share_words(state)] = -np.inf
    return gain, _dampen(gain, pairs)


def _share_words(state: State) -> Mask:
    """Whether the two names of a meeting have a word in common: they are never one name."""
    meetings, cut, word = state.meetings, state.cut, state.corpus.word
    shared = np.zeros(len(meetings.key), bool)
    longer = np.flatnonzero(cut.lengths[meetings.left] + cut.lengths[meetings.right] > 2)  # no word meets itself
    left, right = meetings.left[longer], meetings.right[longer]
    for one in range(MAX_NAME_WORDS - 1):
        for other in range(MAX_NAME_WORDS - 1 - one):
            some = np.flatnonzero((cut.lengths[left] > one) & (cut.lengths[right] > other))
            shared[longer[some]] |= word[cut.first[left[some]] + one] == word[cut.first[right[some]] + other]
    return shared


def _gain(state: State, pairs: Neighbours) -> Floats:
    """What the likelihood gains, in nats, if neighbours become one name wherever they meet."""
    rates, meetings = state.rates, np.minimum(pairs.meetings, np.minimum(*pairs.apart))
    length = np.minimum(pairs.lengths[0] + pairs.lengths[1], MAX_NAME_WORDS)
    weight = _weigh_names(state, length, pairs.whole, pairs.whole + meetings)
    for length, count in zip(pairs.lengths, pairs.apart, strict=True):
        weight += _weigh_names(state, length, count, count - meetings)
    weight += _weigh_texts(pairs, rates.joined) - _weigh_texts(pairs, rates.apart)
    weight += meetings * (np.log(rates.total - (meetings + 1) / 2) - math.log(rates.more))
    weight += pairs.backward * math.log(_CHANCE_REVERSAL)
    weight -= (meetings + pairs.backward) * math.log(state.agreement)
    # names that like to meet in either order are neighbours, not one name
    chance = np.maximum(pairs.apart[0], 1) * np.maximum(pairs.apart[1], 1) / state.tally.tags
    weight -= meetings * np.log(np.maximum(1.0, pairs.backward / chance))
    return np.round(weight, 6)


def _dampen(gain: Floats, pairs: Neighbours) -> Floats:
    """Gains as far as they are to be trusted: less, the more pages have each of two names alone that texts join."""
    alone = np.maximum(0, np.minimum(*pairs.apart) - pairs.meetings)
    joined = (gain > 0) | (pairs.gaps[:, ADJACENT] > 0)
    return np.where(joined, gain / (1 + 2 * np.log1p(alone)), gain)


def _weigh_names(state: State, lengths: Ints, before: Ints, after: Ints) -> Floats:
    """What a change of their count from `before` to `after` adds to the log-likelihood of names."""
    birth = np.log(np.array(state.rates.new))[lengths - 1]
    top = len(state.factorials) - 1
    orders = [
        np.where(count > 0, birth + state.factorials[np.clip(count - 1, 0, top)], 0.0) for count in (before, after)
    ]
    return orders[1] - orders[0]


def _weigh_texts(pairs: Neighbours, rates: tuple[float, ...]) -> Floats:
    """The log-likelihood of what texts say, by rates that differ from pair to pair (Dirichlet-multinomial)."""
    top = min(_MAX_COUNT, int(pairs.meetings.max(initial=0)))
    weight: Floats = -_log_rises(_TEXT_WEIGHT, top)[np.minimum(pairs.meetings, top)]
    for gaps, rate in zip(pairs.gaps.T, rates, strict=True):
        weight += _log_rises(_TEXT_WEIGHT * rate, top)[np.minimum(gaps, top)]
    return weight


def _gain_by_naming(state: State) -> tuple[Floats, Floats, Ints]:
    cut, corpus = state.cut, state.corpus
    gains = np.full(len(cut.hashes), np.inf)
    named = gains.copy()
    places = np.zeros(len(cut.hashes), np.int64)
    for place in range(1, MAX_NAME_WORDS):
        kinds = np.flatnonzero(cut.lengths > place)
        if not len(kinds):
            break
        lengths = np.full(len(kinds), place), cut.lengths[kinds] - place
        left = hash_spans(corpus.hashes, cut.first[kinds], lengths[0])
        right = hash_spans(corpus.hashes, cut.first[kinds] + place, lengths[1])
        gaps = _gaps_inside(state, place)[kinds]
        pairs = Neighbours(
            lengths=lengths,
            apart=(state.count(left) + cut.pages[kinds], state.count(right) + cut.pages[kinds]),
            whole=look_up(state.prior.pages, state.prior.hashes, cut.hashes[kinds]),
            meetings=gaps.sum(axis=1),
            gaps=gaps,
            backward=_meetings_of(state, right, left) + state.count(hash_join(right, lengths[1], left)),
        )
        gain = _gain(state, pairs)
        weaker = gain < gains[kinds]
        named[kinds[weaker]] = _dampen(gain, pairs)[weaker]
        gains[kinds[weaker]], places[kinds[weaker]] = gain[weaker], place
    return gains, named, places


def _gaps_inside(state: State, place: int) -> Ints:
    """For each kind what texts say of its gap after `place` words (kinds x 5)."""
    cut, corpus = state.cut, state.corpus
    mentions = np.flatnonzero(cut.length > place)
    start = cut.start[mentions]
    said = cut.kind[mentions] * LINE_END + corpus.gap[start + place - 1]
    return np.bincount(said, corpus.pages[start], LINE_END * len(cut.hashes)).astype(np.int64).reshape(-1, LINE_END)


def _meetings_of(state: State, left: Hashes, right: Hashes) -> Ints:
    """On how many pages names with these hashes meet in this order."""
    kinds = np.arange(1, len(state.cut.hashes) + 1)
    one, other = (look_up(kinds, state.cut.hashes, hashes) - 1 for hashes in (left, right))
    found = look_up(state.meetings.pages, state.meetings.key, one * len(kinds) + other)
    return np.where((one >= 0) & (other >= 0), found, 0)
