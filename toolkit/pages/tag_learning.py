"""Learns names from tag lines: which neighbours are one name, kind by kind and line by line, until nothing changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from toolkit.pages.tag_corpus import LINE_END, choose_words, hash_name, read_lines, spell_names
from toolkit.pages.tag_gains import Prior, count_state, weigh
from toolkit.pages.tag_model import Model, Tally
from toolkit.pages.tag_names import Name, Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.arrays import Floats, Ints, Mask
    from toolkit.pages.tag_corpus import Corpus
    from toolkit.pages.tag_evidence import Evidence
    from toolkit.pages.tag_gains import Gains, State

_MAX_ROUNDS = 8
_SHARPNESS = 0.7  # gains are of a model, and a little too sure
_LEAST_SURE = 20  # thousandths
_DOUBT = 5.0  # nats
_SETTLED = 20  # lines are cut one by one once a round changes no more than one gap in so many


def learn_names(
    evidence: Evidence, pages: int, tally: Tally, names: Mapping[str, Name]
) -> tuple[Tally, dict[str, Name]]:
    """The tally of an earlier lexicon and of this evidence together, and every name that is new or counted anew.

    `pages` counts the pages that the evidence stands for.
    """
    if not len(evidence.lines):
        return replace(tally, pages=tally.pages + pages), {}
    corpus = read_lines(evidence.lines, evidence.facts, evidence.pages, np.ones(len(evidence.lines), np.int64))
    after, learnt = _settle(corpus, tally, names)
    unknown = set(corpus.words.to_pylist()).difference(*(name.split(" ") for name in names))
    return replace(after, pages=tally.pages + pages, words=tally.words + len(unknown)), learnt


def _settle(corpus: Corpus, tally: Tally, names: Mapping[str, Name]) -> tuple[Tally, dict[str, Name]]:
    """The tally and the names of the cut that nothing is gained by changing."""
    prior = _find_prior(corpus, names)
    joined = np.zeros(len(corpus.word), bool)
    state, gains = _assess(corpus, joined, prior, tally)
    learnt: dict[str, Name] = {}  # of this state, once they are asked for
    for _ in range(_MAX_ROUNDS):
        before = joined
        joined = _move(state, gains, before)
        changes = np.count_nonzero(joined != before)
        if changes:
            del state, gains, learnt  # of many lines they are large
            (state, gains), learnt = _assess(corpus, joined, prior, tally), {}
        if changes * _SETTLED <= len(joined):
            moved, learnt = joined, learnt or _name(state, gains)
            joined = _recut(state, gains, moved, Names([names, learnt]))
            if not np.array_equal(moved, joined):
                del state, gains, learnt
                (state, gains), learnt = _assess(corpus, joined, prior, tally), {}
        if np.array_equal(before, joined):
            break
    return state.tally, learnt or _name(state, gains)


def _find_prior(corpus: Corpus, names: Mapping[str, Name]) -> Prior:
    index = {word: number for number, word in enumerate(corpus.words.to_pylist())}
    found = []
    for name, entry in names.items():
        numbers = [index.get(word, -1) for word in name.split(" ")]
        if entry.pages and -1 not in numbers:
            found.append((hash_name(numbers), entry.pages))
    found.sort()
    return Prior(
        hashes=np.array([key for key, _ in found], np.uint64), pages=np.array([count for _, count in found], np.int64)
    )


def _recut(state: State, gains: Gains, joined: Mask, names: Names) -> Mask:
    """`joined` after each doubtful line has been cut by itself."""
    doubtful = _find_doubtful(state, gains, joined)
    changed = joined.copy()
    changed[doubtful], _ = Model([state.tally, state.tally], names).cut(choose_words(state.corpus, doubtful))
    return changed


def _assess(corpus: Corpus, joined: Mask, prior: Prior, tally: Tally) -> tuple[State, Gains]:
    state = count_state(corpus, joined, prior, tally)
    return state, weigh(state)


def _move(state: State, gains: Gains, joined: Mask) -> Mask:
    """`joined` after joining and splitting whole kinds of names where that is a gain; of overlapping joins the best."""
    meetings, cut = state.meetings, state.cut
    gain = np.zeros(len(cut.start) + 2)
    gain[meetings.mention + 1] = np.maximum(0.0, gains.joining[meetings.pair])
    here = gain[1:-1]
    join = np.flatnonzero((here > 0) & (here > gain[:-2]) & (here >= gain[2:]))
    split = np.flatnonzero(gains.naming[cut.kind] < 0)
    changed = joined.copy()
    changed[cut.start[join] + cut.length[join] - 1] = True
    changed[cut.start[split] + gains.places[cut.kind[split]] - 1] = False
    return changed


def _find_doubtful(state: State, gains: Gains, joined: Mask) -> Mask:
    """The words of lines with a name or a meeting of small gain or loss, or words joined here and apart there."""
    cut, meetings, corpus = state.cut, state.meetings, state.corpus
    doubtful = np.zeros(int(corpus.line[-1]) + 1, np.bool_)
    doubtful[corpus.line[cut.start[gains.naming[cut.kind] < _DOUBT]]] = True
    doubtful[corpus.line[cut.start[meetings.mention[gains.joining[meetings.pair] > -_DOUBT]]]] = True
    pairs, number = np.unique(corpus.word * len(corpus.words) + np.append(corpus.word[1:], 0), return_inverse=True)
    inner = corpus.gap != LINE_END
    both = np.ones(len(pairs), np.bool_)
    for some in (joined, inner & ~joined):
        both &= np.bincount(number[some], minlength=len(pairs)) > 0
    doubtful[corpus.line[inner & both[number]]] = True
    return doubtful[corpus.line]


def _name(state: State, gains: Gains) -> dict[str, Name]:
    """All names of the corpus, and the neighbours that nearly are one."""
    cut, meetings = state.cut, state.meetings
    spelled = spell_names(state.corpus, cut.first, cut.lengths).to_pylist()
    sure = _to_thousandths(gains.named)
    names = {
        name: Name(pages=count, sure=certainty)
        for name, count, certainty in zip(spelled, state.pages.tolist(), sure.tolist(), strict=True)
    }
    whole = state.count_whole(meetings.left, meetings.right)
    near = np.where(whole == 0, _to_thousandths(gains.joined), 0)
    for pair in np.flatnonzero(near >= _LEAST_SURE).tolist():
        name = f"{spelled[meetings.left[pair]]} {spelled[meetings.right[pair]]}"
        names[name] = Name(pages=0, sure=int(near[pair]))
    return names


def _to_thousandths(gains: Floats) -> Ints:
    return np.round(1_000 / (1 + np.exp(-_SHARPNESS * np.clip(gains, -50, 50)))).astype(np.int64)
