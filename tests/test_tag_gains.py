"""What changes of a cut gain: the worked example that the modules of tags tell."""

import numpy as np
import pyarrow as pa

from toolkit.pages.tags.corpus import read_lines, spell_names
from toolkit.pages.tags.counts import CountedCut, Earlier, count_cut
from toolkit.pages.tags.gains import find_gains
from toolkit.pages.tags.rates import Tally

LINES = ("ivory coast", "oil ivory coast", "ivory coast wheat", "wheat oil", "oil")
NOTHING = Earlier(hashes=np.empty(0, np.uint64), pages=np.empty(0, np.int64))


def count(*, is_joined: bool) -> CountedCut:
    """The five lines, of texts that have none of their words, with `ivory coast` as one name or two."""
    once = np.ones(len(LINES), np.int64)
    corpus = read_lines(pa.array(LINES), np.zeros(len(LINES), np.uint64), once, once)
    ivory = corpus.words.to_pylist().index("ivory")
    return count_cut(corpus, (corpus.word == ivory) & is_joined, NOTHING, Tally())


def gains_of_joining(counted: CountedCut) -> dict[str, float]:
    names = spell_names(counted.corpus, counted.cut.first, counted.cut.lengths).to_pylist()
    pairs = zip(counted.meetings.left, counted.meetings.right, find_gains(counted).joining, strict=True)
    return {f"{names[left]} | {names[right]}": round(gain, 1) for left, right, gain in pairs}


def test_of_single_words_only_those_that_stand_nowhere_else_gain_by_being_one_name():
    assert gains_of_joining(count(is_joined=False)) == {
        "ivory | coast": 6.1,
        "coast | wheat": -12.8,
        "oil | ivory": -13.5,
        "wheat | oil": -12.8,
    }


def test_once_they_are_joined_no_other_join_gains():
    assert gains_of_joining(count(is_joined=True)) == {
        "ivory coast | wheat": -20.0,
        "oil | ivory coast": -20.7,
        "wheat | oil": -11.5,
    }


def test_a_name_is_split_at_its_weakest_gap_if_at_all():
    counted = count(is_joined=True)
    gains = find_gains(counted)
    name = int(np.flatnonzero(counted.cut.lengths == 2)[0])
    assert (round(gains.keeping[name], 1), int(gains.weakest[name])) == (9.3, 1)


def test_a_single_word_cannot_be_split():
    assert np.isinf(find_gains(count(is_joined=False)).keeping).all()
