"""The folded copy of a text, on which labels, ages and names of months are matched."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Final

from toolkit.pages.text.normal_forms import characters_of, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

_TATWEEL = "\u0640"
_TO_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_NO_SPACE = "\0"  # no page holds it
_WORD = re.compile("[^ ]+")
_ODD_SPACE = re.compile(r"[^\S ]")
_LONGEST_CACHED = 32  # characters: words repeat, long strings do not

ALEFS: Final = "اأإآٱ"
"""They fold to the first of them."""

MARKS: Final = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
"""The combining marks of the Arabic block, for a character class."""

FILLING: Final = _TATWEEL + MARKS
"""What folds to nothing, for a character class."""

BEYOND: Final = (
    "\0-\u001f\u007f-\u00aa\u00ac-\u00ba\u00bc-\u05ff\u0653-\u0655\u0675-\u0678\u0700-\u200b\u200e-\u2012"
    "\u2015-\u2017\u2020-\U0010ffff"
)
"""All but Arabic, ASCII and quotes, for a character class: a text without them folds letter by letter.

Of the Arabic block it has U+0675 to U+0678, which NFKC replaces, and U+0653 to U+0655, which NFKC composes with the
letter before them.
"""

_BEYOND = re.compile(f"[{BEYOND}]")
_DIGITS = re.compile("[٠-٩۰-۹][٠-٩۰-۹]*")
_UNFOLDED = re.compile(f"[{BEYOND}{FILLING}٠-٩۰-۹]")
_FILLED = re.compile(f"[{FILLING}][{FILLING}]*")  # one alone first: it is searched for twice as fast


def _remembered(change: Callable[[str], str]) -> Callable[[str], str]:
    """The same function; it remembers what it gave for short texts."""
    of_short = lru_cache(maxsize=65536)(change)

    @wraps(change)
    def remembering(text: str) -> str:
        return of_short(text) if len(text) <= _LONGEST_CACHED else change(text)

    return remembering


@_remembered
def fold(text: str) -> str:
    """`text` under NFKC, without tatweel and combining marks (Mn), alefs alike, spaces squeezed and trimmed."""
    if _BEYOND.search(text) is None:
        letters = _fold_letters(text)
    else:
        composed = normalise("NFKC", text)
        # letters that a mark or tatweel kept apart may compose
        letters = _fold_alefs(normalise("NFKC", _without_marks(composed)))
        for space in sorted(set(_ODD_SPACE.findall(letters))):
            letters = letters.replace(space, " ")
    while "  " in letters:
        letters = letters.replace("  ", " ")
    return letters.strip(" ")


@_remembered
def fold_digits(text: str) -> str:
    """The folded copy of `text` with all digits as 0 to 9."""
    return plain_digits(fold(text))


@_remembered
def fold_words(text: str) -> str:
    """`text` with each word folded, all digits as 0 to 9; a word stays one word, even if nothing is left of it."""
    if _UNFOLDED.search(text) is None:
        return _fold_alefs(text)
    if _BEYOND.search(text) is None:
        return plain_digits(_fold_letters(text))
    return _WORD.sub(lambda word: fold_digits(word[0]).replace(" ", _NO_SPACE), text)


def plain_digits(text: str) -> str:
    """`text` with Arabic-Indic and extended Arabic-Indic digits as 0 to 9."""
    return _DIGITS.sub(lambda number: number[0].translate(_TO_ASCII), text)


def without_signs(word: str) -> str:
    """`word` without the signs around it: `2011,` is a year and `(السبت)` a weekday."""
    if word.isalnum():
        return word
    return word.strip("".join(dict.fromkeys(letter for letter in word if not letter.isalnum())))


def _fold_letters(text: str) -> str:
    return _fold_alefs(_FILLED.sub("", text))


def _fold_alefs(text: str) -> str:
    for alef in ALEFS[1:]:
        text = text.replace(alef, "ا")
    return text


def _without_marks(text: str) -> str:
    """`text` without tatweel and combining marks; of a long one each character is looked up once."""
    if len(text) <= _LONGEST_CACHED:
        return "".join([c for c in text if not _is_mark(c)])
    marks = "".join(filter(_is_mark, characters_of(text)))
    return re.sub(f"[{marks}]+", "", text) if marks else text


def _is_mark(character: str) -> bool:
    return character == _TATWEEL or unicodedata.category(character) == "Mn"
