"""Unicode normal forms in time that grows with the length of the text alone."""

from __future__ import annotations

import re
import sys
import unicodedata
from operator import and_
from typing import Final, Literal

import numpy as np

Form = Literal["NFC", "NFKC"]

_STEP: Final = 32
_HARMLESS: Final = 8192  # characters: sorting so many marks takes some milliseconds
_DECOMPOSED: Final[dict[Form, Literal["NFD", "NFKD"]]] = {"NFC": "NFD", "NFKC": "NFKD"}
_MADE_OF_MARKS: Final[dict[Form, str]] = {
    "NFC": "\u0f73\u0f75\u0f81",
    "NFKC": "\u0f73\u0f75\u0f81\uff9e\uff9f",
}
"""Characters that are no marks and decompose to nothing but marks."""


def normalise(form: Form, text: str) -> str:
    """`text` in a normal form: what `unicodedata.normalize` gives, in a time that grows with the length alone.

    That function sorts the marks of a letter by insertion: 100,000 of them in falling order take it half a minute. Here
    long runs are sorted before, which changes no normal form (Unicode Standard Annex 15, canonical ordering).
    """
    if len(text) < _HARMLESS or not _may_have_long_run(text, form):
        return unicodedata.normalize(form, text)
    marks = "".join(character for character in characters_of(text) if _is_mark(character, form))
    ordered = re.sub(f"[{marks}]{{{_STEP},}}", lambda run: _sorted(run[0], form), text)
    return unicodedata.normalize(form, ordered)


def characters_of(text: str) -> str:
    """The characters of `text`, each once, in their order."""
    if len(text) < _HARMLESS:
        return "".join(sorted(set(text)))
    stands = np.zeros(sys.maxunicode + 1, np.bool_)  # a set would make an object for each place in the text
    stands[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)] = True
    return "".join(map(chr, np.flatnonzero(stands).tolist()))


def _may_have_long_run(text: str, form: Form) -> bool:
    """Whether a run of marks may be twice as long as a step: such a run has two neighbours of the sample in it."""
    sample = text[::_STEP]
    marks = {character for character in set(sample) if _is_mark(character, form)}
    are_marks = [character in marks for character in sample]
    return any(map(and_, are_marks, are_marks[1:]))


def _is_mark(character: str, form: Form) -> bool:
    return unicodedata.combining(character) > 0 or character in _MADE_OF_MARKS[form]


def _sorted(run: str, form: Form) -> str:
    """The marks of a run, decomposed, by their class; those of one class in their order. A pass for each class."""
    decomposed = {character: unicodedata.normalize(_DECOMPOSED[form], character) for character in characters_of(run)}
    for character, marks in decomposed.items():  # what they decompose to does not decompose again
        run = run.replace(character, marks) if marks != character else run
    classes: dict[int, str] = {}
    for character in sorted(set("".join(decomposed.values()))):
        order = unicodedata.combining(character)
        classes[order] = classes.get(order, "") + character
    return "".join([_only(marks, run) for _, marks in sorted(classes.items())])


def _only(marks: str, run: str) -> str:
    return marks * run.count(marks) if len(marks) == 1 else re.sub(f"[^{marks}]+", "", run)
