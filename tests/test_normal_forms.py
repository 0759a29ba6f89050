"""`normalise`: the normal forms of Unicode, for runs of marks of any length."""

from __future__ import annotations

import random
import sys
import unicodedata

import pytest

from toolkit.pages.text.normal_forms import normalise

MARKS = "\u0301\u0323\u064b\u0651\u0653\u0654\u0655\u05b0\u0344\u0f71\u0f72\u0f73\u0f75\u0f81\u3099\uff9e\U0001d165"


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 63, 64, 65, 200])
def test_a_run_of_marks_of_any_length_gets_the_normal_form_of_the_standard_library(form, length):
    rng = random.Random(f"{form} {length}")
    for base in ("", "ا", "و", "\u00e9", "\u1100"):
        text = "نص " + base + "".join(rng.choices(MARKS, k=length)) + "\u1161 نص"
        assert normalise(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@pytest.mark.parametrize(
    "text",
    ["ب" + "\u0301" * 100_000 + "\u0323" * 100_000, "\u0f73" * 200_000, "ب" + "\u0301\uff9e" * 100_000],
    ids=["falling", "composed of two classes", "halfwidth voicing"],
)
def test_hostile_runs_end(form, text):
    assert unicodedata.is_normalized(form, normalise(form, text))


@pytest.mark.parametrize(
    ("form", "decomposed", "made_of_marks"),
    [("NFC", "NFD", "\u0f73\u0f75\u0f81"), ("NFKC", "NFKD", "\u0f73\u0f75\u0f81\uff9e\uff9f")],
)
def test_no_other_character_decomposes_to_nothing_but_marks(form, decomposed, made_of_marks):
    found = [
        character
        for character in map(chr, range(0x300, sys.maxunicode + 1))
        if not unicodedata.combining(character)
        and unicodedata.decomposition(character)
        and all(map(unicodedata.combining, unicodedata.normalize(decomposed, character)))
    ]
    assert "".join(found) == made_of_marks
