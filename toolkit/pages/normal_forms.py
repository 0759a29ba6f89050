"""Unicode normal forms in bounded time, whatever the text."""

from __future__ import annotations

import re
import unicodedata
from operator import and_
from typing import Final, Literal

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
    marks = "".join(sorted(character for character in set(text) if _is_mark(character, form)))
    ordered = re.sub(f"[{marks}]{{{_STEP},}}", lambda run: _sorted(run[0], form), text)
    return unicodedata.normalize(form, ordered)


def _may_have_long_run(text: str, form: Form) -> bool:
    """Whether a run of marks may be twice as long as a step: two neighbours of the sample stand in each such run."""
    sample = [_is_mark(character, form) for character in text[::_STEP]]
    return any(map(and_, sample, sample[1:]))


def _is_mark(character: str, form: Form) -> bool:
    return unicodedata.combining(character) > 0 or character in _MADE_OF_MARKS[form]


def _sorted(run: str, form: Form) -> str:
    """The marks of a run, decomposed, by their class; those of one class in their order. A pass for each class."""
    decomposed = {character: unicodedata.normalize(_DECOMPOSED[form], character) for character in set(run)}
    for character, marks in decomposed.items():  # what they decompose to does not decompose again
        run = run.replace(character, marks) if marks != character else run
    classes: dict[int, str] = {}
    for character in sorted(set("".join(decomposed.values()))):
        order = unicodedata.combining(character)
        classes[order] = classes.get(order, "") + character
    return "".join([_only(marks, run) for _, marks in sorted(classes.items())])


def _only(marks: str, run: str) -> str:
    return marks * run.count(marks) if len(marks) == 1 else re.sub(f"[^{marks}]+", "", run)
