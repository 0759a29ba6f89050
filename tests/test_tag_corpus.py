"""Tag lines as arrays: what the words of lines, a cut of them and the meetings of its names look like."""

import numpy as np
import pyarrow as pa
import pytest

from toolkit.pages.tags.corpus import ADJACENT, LEFT, LINE_END, RIGHT, cut_corpus, meet, read_lines, spell_names

NO, YES = False, True
JOINED = np.array([NO, YES, NO, YES, NO, NO])


@pytest.fixture
def corpus():
    lines = pa.array(["oil ivory coast", "ivory coast wheat"])
    facts = np.array([0b01_10_00, 0b00_01_10], np.uint64)
    return read_lines(lines, facts, pages=np.array([1, 4]), layers=np.array([0, 0]))


def test_each_word_knows_its_line_and_what_texts_say_of_the_gap_after_it(corpus):
    assert corpus.words.to_pylist() == ["oil", "ivory", "coast", "wheat"]
    assert corpus.word.tolist() == [0, 1, 2, 1, 2, 3]
    assert corpus.line.tolist() == [0, 0, 0, 1, 1, 1]
    assert corpus.gap.tolist() == [RIGHT, ADJACENT, LINE_END, ADJACENT, LEFT, LINE_END]
    assert corpus.pages.tolist() == [1, 1, 1, 4, 4, 4]


def test_a_cut_has_names_at_their_places_and_by_kind(corpus):
    cut = cut_corpus(corpus, JOINED)
    assert (cut.start.tolist(), cut.length.tolist()) == ([0, 1, 3, 5], [1, 2, 2, 1])
    assert cut.kind[1] == cut.kind[2]
    spelled = spell_names(corpus, cut.first, cut.lengths).to_pylist()
    assert dict(zip(spelled, cut.pages.tolist(), strict=True)) == {"oil": 1, "ivory coast": 5, "wheat": 4}


def test_names_side_by_side_meet_by_what_texts_say_of_the_gap_between_them(corpus):
    cut = cut_corpus(corpus, JOINED)
    meetings = meet(corpus, cut)
    spelled = spell_names(corpus, cut.first, cut.lengths).to_pylist()
    left, right = ([spelled[kind] for kind in side] for side in (meetings.left, meetings.right))
    assert dict(zip(zip(left, right, strict=True), meetings.by_gap.tolist(), strict=True)) == {
        ("oil", "ivory coast"): [0, 0, 1, 0, 0],
        ("ivory coast", "wheat"): [0, 4, 0, 0, 0],
    }


def test_a_name_twice_in_a_line_counts_its_page_once_and_does_not_meet_itself():
    corpus = read_lines(pa.array(["oil oil wheat"]), np.array([0], np.uint64), np.array([3]), np.array([0]))
    cut = cut_corpus(corpus, np.array([NO, NO, NO]))
    assert sorted(cut.pages.tolist()) == [3, 3]
    assert meet(corpus, cut).pages.tolist() == [3]
