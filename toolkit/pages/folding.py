"""The folded copy of a text, on which labels, ages and names of months are matched."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ALEFS = dict.fromkeys(map(ord, "أإآٱ"), "ا")
_TATWEEL = "\u0640"
_LONGEST_CACHED = 32  # characters: words repeat, long strings do not


def fold(text: str) -> str:
    """`text` under NFKC, without tatweel and combining marks (Mn), alefs alike, spaces squeezed and trimmed."""
    return _fold_short(text) if len(text) <= _LONGEST_CACHED else _fold(text)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_ALEFS)
    letters = [c for c in folded if c != _TATWEEL and unicodedata.category(c) != "Mn"]
    return " ".join("".join(letters).split())


_fold_short = lru_cache(maxsize=65536)(_fold)
