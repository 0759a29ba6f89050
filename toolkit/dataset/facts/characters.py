"""`Characters`: which scripts a sample of the rows is written in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from toolkit.arrays import Bytes, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """Code points by kind, in headline and body of `sampled_rows` rows.

    `arabic_letters` has tatweel among them; `diacritics` are harakat and the other combining marks of Arabic;
    `digits_ascii` are 0-9, `digits_arabic` U+0660 to U+0669, `digits_persian` U+06F0 to U+06F9; `spaces` are space
    and line feed.
    """

    sampled_rows: int = 0
    arabic_letters: int = 0
    diacritics: int = 0
    digits_ascii: int = 0
    digits_arabic: int = 0
    digits_persian: int = 0
    latin_letters: int = 0
    spaces: int = 0
    other: int = 0


_RANGES: Final = (
    ("arabic_letters", 0x0620, 0x064A),
    ("diacritics", 0x0610, 0x061A),
    ("diacritics", 0x064B, 0x065F),
    ("digits_arabic", 0x0660, 0x0669),
    ("arabic_letters", 0x066E, 0x06D3),
    ("diacritics", 0x0670, 0x0670),
    ("arabic_letters", 0x06D5, 0x06D5),
    ("diacritics", 0x06D6, 0x06DC),
    ("diacritics", 0x06DF, 0x06E4),
    ("diacritics", 0x06E7, 0x06E8),
    ("diacritics", 0x06EA, 0x06ED),
    ("arabic_letters", 0x06EE, 0x06EF),
    ("digits_persian", 0x06F0, 0x06F9),
    ("arabic_letters", 0x06FA, 0x06FC),
    ("arabic_letters", 0x06FF, 0x06FF),
    ("arabic_letters", 0x0750, 0x077F),
    ("arabic_letters", 0x08A0, 0x08C9),
    ("diacritics", 0x08CA, 0x08E1),
    ("diacritics", 0x08E3, 0x08FF),
    ("arabic_letters", 0xFB50, 0xFDFF),
    ("arabic_letters", 0xFE70, 0xFEFC),
    ("digits_ascii", 0x30, 0x39),
    ("latin_letters", 0x41, 0x5A),
    ("latin_letters", 0x61, 0x7A),
    ("latin_letters", 0xC0, 0xD6),
    ("latin_letters", 0xD8, 0xF6),
    ("latin_letters", 0xF8, 0x024F),
    ("latin_letters", 0x1E00, 0x1EFF),
    ("spaces", 0x0A, 0x0A),
    ("spaces", 0x20, 0x20),
)
"""Kinds by first and last code point (Unicode 16: Arabic, its supplements and presentation forms, Latin)."""

KINDS: Final = tuple(field.name for field in fields(Characters))[1:]
"""The kinds of characters, `other` last."""


def count_characters(sample: pa.Table) -> Characters:
    """Characters of all rows of `sample`, of its columns `headline` and `body`; nulls are left out."""
    counts = np.zeros(len(KINDS), np.int64)
    for name in ("headline", "body"):
        for text in sample[name]:  # one by one: a code point takes a dozen bytes while it is counted
            counts += _counts(text.as_py() or "")
    return Characters(sampled_rows=len(sample), **dict(zip(KINDS, counts.tolist(), strict=True)))


def _counts(text: str) -> Ints:
    """How many code points of `text` are of each of `KINDS`."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return np.bincount(_TABLE[np.minimum(points, len(_TABLE) - 1)], minlength=len(KINDS))


def _table() -> Bytes:
    kinds = np.full(0x10000, KINDS.index("other"), np.uint8)
    for kind, first, last in _RANGES:
        kinds[first : last + 1] = KINDS.index(kind)
    return kinds


_TABLE: Final = _table()
