"""`fold`: the copy of a text on which labels, ages and months are compared."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.pages.batches.foreign import ForeignFinder
from toolkit.pages.batches.ordinary import PADDING, loosely
from toolkit.pages.text import fold, fold_digits, fold_words, plain_digits
from toolkit.settings import load_layout


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("إقرأ أيضاً", "اقرا ايضا", id="hamza and tanwin"),
        pytest.param("اقرأ أيضًا", "اقرا ايضا", id="tanwin before its alef"),
        pytest.param("إقرأ ايضا", "اقرا ايضا", id="no tanwin"),
        pytest.param("آخر", "اخر", id="madda"),
        pytest.param("\u0671لمصدر", "المصدر", id="alef wasla"),
        pytest.param("المصـــدر", "المصدر", id="tatweel"),
        pytest.param("المَصْدَرُ", "المصدر", id="harakat"),
        pytest.param("  المصدر \t هنا ", "المصدر هنا", id="spaces"),
        pytest.param("\ufefb\ufe8e", "لاا", id="presentation forms"),
        pytest.param("\uff27\uff2d\uff34", "GMT", id="fullwidth letters"),
        pytest.param("سؤال", "سؤال", id="hamza on waw stays"),
        pytest.param("سو\u0654ال", "سؤال", id="hamza on waw in two characters"),
        pytest.param("هيئة", "هيئة", id="hamza on yeh and teh marbuta stay"),
        pytest.param("منذ\u200cساعة", "منذ\u200cساعة", id="ZWNJ stays"),
        pytest.param("\u0640\u064b", "", id="nothing is left"),
        pytest.param("", "", id="empty"),
    ],
)
def test_folded(text, folded):
    assert fold(text) == folded


def test_digits_of_three_kinds_are_one():
    assert plain_digits("2023 ٢٠٢٣ ۲۰۲۳") == "2023 2023 2023"
    assert fold_digits("منذُ ٣ ساعات") == "منذ 3 ساعات"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("مُنْذُ ٣ أيام", "منذ 3 ايام", id="Arabic"),
        pytest.param("«خبر» – “عاجل”", "«خبر» – “عاجل”", id="quotes"),
        pytest.param("منذ \u0640\u064b ساعة", "منذ  ساعة", id="a word of which nothing is left"),
        pytest.param("\ufee3\ufee8\ufeac ب\u00b4ب ۳", "منذ ب\0ب 3", id="a word that folds to two"),
        pytest.param("\u064b" * 40 + " خبر " * 10, "" + " خبر " * 10, id="long"),
    ],
)
def test_folded_words_stay_words(text, folded):
    assert fold_words(text) == folded


@pytest.mark.parametrize("neighbours", ["", "ا", "\u064b", "«", "n"])
def test_every_character_folds_as_nfkc_says(neighbours):
    wrong = [
        f"U+{code:04X}"
        for code in range(0x2100)
        if fold(chr(code) + neighbours) != fold_by_definition(chr(code) + neighbours)
        or fold(neighbours + chr(code)) != fold_by_definition(neighbours + chr(code))
    ]
    assert wrong == []


def fold_by_definition(text):
    composed = unicodedata.normalize("NFKC", text)
    bare = "".join(c for c in composed if c != "\u0640" and unicodedata.category(c) != "Mn")
    letters = re.sub("[أإآٱ]", "ا", unicodedata.normalize("NFKC", bare))
    return " ".join(letters.split())


LETTERS = st.text(
    st.one_of(
        st.sampled_from(
            "اأإآٱبومئؤ \u0640\u064b\u0651\u0653\u0654\u0655\u0675\u1100\u1161\u11a8\u09c7\u09be\u0300\u00b4"
        ),
        st.characters(),
    ),
    max_size=60,
)


@given(LETTERS)
@settings(derandomize=True, max_examples=500)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_letters_that_a_mark_kept_apart_do_not_compose_the_second_time():
    assert fold("\u1100\u0301\u1161") == fold("\u1100\u1161") == "\uac00"


def test_every_character_that_folds_to_an_arabic_letter_may_be_of_a_label():
    finder = ForeignFinder(load_layout())
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    arabic = [one for one in characters if re.search("[\u0600-\u06ff]", unicodedata.normalize("NFKC", one))]
    labels = [label.replace(letter, one) for one in arabic for label in LABELS for letter in one_letter(one, label)]
    assert len(labels) > 400
    assert not any(finder.find([label.encode() for label in labels]))


LABELS = ["تاريخ النشر:", "المصدر:", "كلمات دلالية:", "إقرأ أيضاً:"]


def one_letter(character: str, label: str) -> set[str]:
    """The letters of a label in whose place the character folds to the same."""
    return {letter for letter in label if fold(label.replace(letter, character)) == fold(label)}


def test_marks_and_alefs_are_the_same_in_text_and_in_utf8():
    block = [chr(code) for code in range(0x600, 0x700)]
    padding, alef = re.compile(PADDING), re.compile(loosely("ا"))
    assert [c for c in block if padding.fullmatch(c.encode())] == [c for c in block if fold(c) == ""]
    assert [c for c in block if alef.fullmatch(c.encode())] == [c for c in block if fold(c) == "ا"]
