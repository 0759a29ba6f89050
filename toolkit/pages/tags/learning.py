"""Pages -> a `Lexicon`: which neighbours are one name, kind by kind and line by line, until nothing changes.

This is hill climbing. At first each word is a name. Each round makes all changes of kinds that gain (`gains`); once
these are few, the lines still in doubt are also cut one by one, by the names known so far (`model`), with each
line's own mentions left out of the counts. It ends when a round changes nothing, or after `_MAX_ROUNDS`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from toolkit.pages.tags.corpus import ADJACENT, LINE_END, read_lines, spell_names
from toolkit.pages.tags.counts import Earlier, count_cut
from toolkit.pages.tags.evidence import gather
from toolkit.pages.tags.gains import find_gains
from toolkit.pages.tags.hashes import hash_numbers, hash_spans
from toolkit.pages.tags.lexicon import Layer, Lexicon
from toolkit.pages.tags.model import Model
from toolkit.pages.tags.names import Name, Names
from toolkit.pages.tags.rates import Rates, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from toolkit.arrays import Floats, Ints, Mask
    from toolkit.pages.tags.corpus import Corpus
    from toolkit.pages.tags.counts import CountedCut
    from toolkit.pages.tags.evidence import Evidence
    from toolkit.pages.tags.gains import Gains

_MAX_ROUNDS = 8
_FEW = 20  # lines are cut one by one once a round changes at most one gap in 20
_DOUBT = 5.0  # nats
_SHARPNESS = 0.7  # the model overrates its gains a little
_LEAST_SURE = 20  # thousandths


def learn_tags(pages: Iterable[tuple[pa.StringArray, pa.UInt64Array]], given: Lexicon | None = None) -> Lexicon:
    """The lexicon of pages, on top of a given one.

    Of each page come the tags line (canonical text after the colon; null or "" where there is none) and what
    `find_facts` gives, in any order. Lines that the given lexicon has settled are split as before, by this lexicon and
    by all learnt from it. Without other lines, the given lexicon itself is returned.
    """
    given = given or Lexicon()
    evidence = gather(pages)
    fresh = np.setdiff1d(evidence.seen, given.settled_lines())
    if not len(fresh):
        return given
    total = evidence.total
    if given.layers:
        evidence = evidence.choose(np.isin(evidence.hashes, fresh))
        total = int(evidence.pages.sum())
    names = given.names()
    tally, learnt = _learn_names(evidence, total, given.layers[-1].tally if given.layers else Tally(), names)
    changed = {name: entry for name, entry in learnt.items() if names.get(name) != entry}
    return Lexicon(layers=(*given.layers, Layer(tally=tally, settled=fresh.astype("<u8").tobytes(), names=changed)))


def _learn_names(
    evidence: Evidence, pages: int, tally: Tally, names: Mapping[str, Name]
) -> tuple[Tally, dict[str, Name]]:
    """The tally of an earlier lexicon and of this evidence together, and every name that is new or counted anew.

    `pages` counts the pages that the evidence stands for.
    """
    if not len(evidence.lines):
        return replace(tally, pages=tally.pages + pages), {}
    corpus = read_lines(evidence.lines, evidence.facts, evidence.pages, np.ones(len(evidence.lines), np.int64))
    climb = _Climb(corpus, tally, names)
    climb.to_the_top()
    unknown = set(corpus.words.to_pylist()).difference(*(name.split(" ") for name in names))
    counted = replace(climb.counted.tally, pages=tally.pages + pages, words=tally.words + len(unknown))
    return counted, climb.names()


class _Climb:
    """A cut of the corpus on its way to one that no change improves.

    `joined` is the present cut, `counted` its counts, with those of an earlier lexicon, `gains` those of changing it.
    """

    def __init__(self, corpus: Corpus, tally: Tally, earlier_names: Mapping[str, Name]) -> None:
        self._corpus = corpus
        self._tally = tally
        self._earlier_names = earlier_names
        self._earlier = _find_earlier(corpus, earlier_names)
        self._adopt(_count_start(corpus, self._earlier, tally), np.zeros(len(corpus.word), np.bool_))

    def _adopt(self, counted: CountedCut, joined: Mask) -> None:
        self.joined: Mask = joined
        self.counted: CountedCut = counted
        self.gains: Gains = find_gains(counted)
        self._names: dict[str, Name] = {}  # once they are asked for

    def to_the_top(self) -> None:
        """Change the cut until a round changes nothing."""
        for _ in range(_MAX_ROUNDS):
            before = self.joined
            self._change_to(_change_kinds(self.counted, self.gains, before))
            if np.count_nonzero(self.joined != before) * _FEW <= len(before):
                names = Names([self._earlier_names, self.names()])
                self._change_to(_cut_doubtful_lines(self.counted, self.gains, self.joined, names))
            if np.array_equal(self.joined, before):
                break

    def _change_to(self, joined: Mask) -> None:
        if not np.array_equal(joined, self.joined):
            del self.counted, self.gains, self._names  # of many lines they are large: not twice at a time
            self._adopt(count_cut(self._corpus, joined, self._earlier, self._tally), joined)

    def names(self) -> dict[str, Name]:
        """All names of the cut, and the neighbours that nearly are one."""
        self._names = self._names or _find_names(self.counted, self.gains)
        return self._names


def _count_start(corpus: Corpus, earlier: Earlier, tally: Tally) -> CountedCut:
    """The cut that joins nothing. Nobody chose it: it does not teach that neighbours which texts join are apart."""
    counted = count_cut(corpus, np.zeros(len(corpus.word), np.bool_), earlier, tally)
    neither, left, right, scattered, _ = counted.tally.apart
    learnt = replace(counted.tally, apart=(neither, left, right, scattered, tally.apart[ADJACENT]))
    return replace(counted, rates=Rates.of(learnt))


def _find_earlier(corpus: Corpus, names: Mapping[str, Name]) -> Earlier:
    """The names of an earlier lexicon that can stand in the corpus."""
    index = {word: number for number, word in enumerate(corpus.words.to_pylist())}
    words: list[int] = []
    lengths, pages = [], []
    for name, entry in names.items():
        numbers = [index.get(word, -1) for word in name.split(" ")]
        if entry.pages and -1 not in numbers:
            words += numbers
            lengths.append(len(numbers))
            pages.append(entry.pages)
    length = np.array(lengths, np.int64)
    hashes = hash_spans(hash_numbers(np.array(words, np.int64)), np.cumsum(length) - length, length)
    order = np.argsort(hashes)
    return Earlier(hashes=hashes[order], pages=np.array(pages, np.int64)[order])


def _change_kinds(counted: CountedCut, gains: Gains, joined: Mask) -> Mask:
    """`joined` after joining and splitting whole kinds of names where that is a gain; of overlapping joins the best."""
    meetings, cut = counted.meetings, counted.cut
    gain = np.zeros(len(cut.start) + 2)  # of joining each mention with the next one, with a border on both sides
    gain[meetings.mention + 1] = np.maximum(0.0, gains.joining[meetings.pair])
    before, here, after = gain[:-2], gain[1:-1], gain[2:]
    join = np.flatnonzero((here > 0) & (here > before) & (here >= after))
    split = np.flatnonzero(gains.keeping[cut.kind] < 0)
    changed = joined.copy()
    changed[cut.start[join] + cut.length[join] - 1] = True
    changed[cut.start[split] + gains.weakest[cut.kind[split]] - 1] = False
    return changed


def _cut_doubtful_lines(counted: CountedCut, gains: Gains, joined: Mask, names: Names) -> Mask:
    """`joined` after each line in doubt has been cut by itself."""
    doubtful = _find_doubtful(counted, gains, joined)
    changed = joined.copy()
    changed[doubtful], _ = Model([counted.tally, counted.tally], names).cut(counted.corpus.choose(doubtful))
    return changed


def _find_doubtful(counted: CountedCut, gains: Gains, joined: Mask) -> Mask:
    """The words of lines with a name or a meeting of small gain or loss, or words joined here and apart there."""
    cut, meetings, corpus = counted.cut, counted.meetings, counted.corpus
    is_loose = gains.keeping[cut.kind] < _DOUBT
    is_close = gains.joining[meetings.pair] > -_DOUBT
    doubtful = np.zeros(int(corpus.line[-1]) + 1, np.bool_)
    doubtful[corpus.line[cut.start[is_loose]]] = True
    doubtful[corpus.line[cut.start[meetings.mention[is_close]]]] = True
    doubtful[corpus.line[_are_joined_at_times(corpus, joined)]] = True
    return doubtful[corpus.line]


def _are_joined_at_times(corpus: Corpus, joined: Mask) -> Mask:
    """Which gaps are between two words that are joined in one place and apart in another."""
    inner = corpus.gap != LINE_END
    pairs, pair = np.unique(corpus.word * len(corpus.words) + np.append(corpus.word[1:], 0), return_inverse=True)
    is_joined = np.bincount(pair[joined], minlength=len(pairs)) > 0
    is_apart = np.bincount(pair[inner & ~joined], minlength=len(pairs)) > 0
    found: Mask = inner & (is_joined & is_apart)[pair]
    return found


def _find_names(counted: CountedCut, gains: Gains) -> dict[str, Name]:
    """All names of the corpus, and the neighbours that nearly are one."""
    cut, meetings = counted.cut, counted.meetings
    spelled = spell_names(counted.corpus, cut.first, cut.lengths).to_pylist()
    sure = _to_thousandths(gains.keeping_trusted)
    names = {
        name: Name(pages=count, sure=certainty)
        for name, count, certainty in zip(spelled, counted.pages.tolist(), sure.tolist(), strict=True)
    }
    is_name_elsewhere = counted.count_whole(meetings.left, meetings.right) > 0
    near = np.where(is_name_elsewhere, 0, _to_thousandths(gains.joining_trusted))
    for pair in np.flatnonzero(near >= _LEAST_SURE).tolist():
        name = f"{spelled[meetings.left[pair]]} {spelled[meetings.right[pair]]}"
        names[name] = Name(pages=0, sure=int(near[pair]))
    return names


def _to_thousandths(gains: Floats) -> Ints:
    """How sure gains make something: the logistic curve, by which no gain is 500, and 5 nats are 971 thousandths."""
    return np.round(1_000 / (1 + np.exp(-_SHARPNESS * np.clip(gains, -50, 50)))).astype(np.int64)
