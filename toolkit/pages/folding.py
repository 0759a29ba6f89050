"""The folded copy of a text, on which labels, ages and names of months are matched."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from toolkit.pages.normal_forms import normalise

_ALEFS = "أإآٱ"
_TATWEEL = "\u0640"
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_LONGEST_CACHED = 32  # characters: words repeat, long strings do not

# On Arabic and ASCII alone NFKC changes nothing but U+0675 to U+0678 and letters before U+0653 to U+0655, and these are
# all the marks there are.
_BEYOND = re.compile("[^\u0000-\u007f\u0600-\u0652\u0656-\u0674\u0679-\u06ff]")
_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+")


def fold(text: str) -> str:
    """`text` under NFKC, without tatweel and combining marks (Mn), alefs alike, spaces squeezed and trimmed."""
    return _fold_short(text) if len(text) <= _LONGEST_CACHED else _fold(text)


def fold_digits(text: str) -> str:
    """The folded copy of `text` with all digits as 0 to 9."""
    return _fold_digits_short(text) if len(text) <= _LONGEST_CACHED else _fold_digits(text)


def plain_digits(text: str) -> str:
    """`text` with Arabic-Indic and extended Arabic-Indic digits as 0 to 9."""
    return text if text.isascii() else text.translate(_DIGITS)


def without_signs(word: str) -> str:
    """`word` without the signs around it: `2011,` is a year and `(السبت)` a weekday."""
    return word.strip("".join(sorted(character for character in set(word) if not character.isalnum())))


def _fold(text: str) -> str:
    if _BEYOND.search(text) is None:
        bare = _MARKS.sub("", text)
    else:
        composed = normalise("NFKC", text)
        bare = normalise("NFKC", _without_marks(composed))  # letters that a mark or tatweel kept apart may compose
    for alef in _ALEFS:
        bare = bare.replace(alef, "ا")
    return " ".join(bare.split())


def _without_marks(text: str) -> str:
    """`text` without tatweel and combining marks; of a long one each character is looked up once."""
    if len(text) <= _LONGEST_CACHED:
        return "".join([c for c in text if not _is_mark(c)])
    marks = "".join(sorted(filter(_is_mark, set(text))))
    return re.sub(f"[{marks}]+", "", text) if marks else text


def _is_mark(character: str) -> bool:
    return character == _TATWEEL or unicodedata.category(character) == "Mn"


def _fold_digits(text: str) -> str:
    return _fold(text).translate(_DIGITS)


_fold_short = lru_cache(maxsize=65536)(_fold)
_fold_digits_short = lru_cache(maxsize=65536)(_fold_digits)
