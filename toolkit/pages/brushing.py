"""What the web does to text, undone in a whole batch of pages at once, on its bytes.

Byte order marks, invisible characters, odd spaces and line ends, blank lines and letters spelt as two characters are
rare, so they are looked up one by one in tables; everything else stands as it is.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from toolkit.pages.ordinary import SEPARATOR, Batch, join
from toolkit.pages.text import INVISIBLES, LINE_ENDS, SPACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.pages.edges import Places

Letters = npt.NDArray[np.uint8]

_KEPT, _SPACE, _BREAK, _INVISIBLE, _MELTING = range(5)
_MELTING_MARKS: Final = "\u0653\u0654\u0655"
_LF, _BLANK = ord("\n"), ord(" ")
_GONE = 1  # stands for a byte to leave out; on a page U+0001 is left out too


class Brushed(NamedTuple):
    """Pages that are canonical if they are of known characters.

    `had_invisible` and `broken` say it of each page: characters were removed, it is no UTF-8.
    """

    batch: Batch
    had_invisible: Sequence[bool]
    broken: Sequence[bool]


def brush(pages: Sequence[bytes]) -> Brushed:
    """Raw pages with their characters as canonical text has them, and single spaces and line ends between them."""
    raw = join([page.removeprefix(codecs.BOM_UTF8) for page in pages])
    letters = np.frombuffer(raw.data, np.uint8).copy()
    odd = _find_odd(letters, raw.data)
    before = np.bincount(raw.page_of(odd.at[odd.role == _INVISIBLE]), minlength=len(pages))
    followed = odd.at[_continues(letters[odd.at + odd.size])]
    broken = np.bincount(raw.page_of(followed), minlength=len(pages))
    _replace(letters, odd)
    _squeeze(letters)
    return Brushed(_without_gone(letters, raw), (before > 0).tolist(), (broken > 0).tolist())


class _Odd(NamedTuple):
    """Characters to change: where each starts, what it is (`_SPACE`, …), and its size in bytes."""

    at: Places
    role: npt.NDArray[np.uint8]
    size: npt.NDArray[np.uint8]


def _find_odd(letters: Letters, data: bytes) -> _Odd:
    may_be = np.flatnonzero(np.frombuffer(data.translate(_MAY_BE_ODD), np.bool_))
    steps = [_look_at(letters, may_be[first : first + _STEP]) for first in range(0, len(may_be), _STEP)]
    return _Odd(*map(np.concatenate, zip(*steps, strict=True))) if steps else _look_at(letters, may_be)


def _look_at(letters: Letters, at: Places) -> _Odd:
    """Which of these bytes are of a character to change."""
    is_second = _continues(letters[at])
    at = at - is_second
    at = at[~is_second | np.isin(letters[at], _COMMON)]
    first, second, third = (letters[at + step].astype(np.int32) for step in range(3))
    size = _SIZES[first]
    code = np.choose(
        size - 1,
        [first, (first & 0x1F) << 6 | second & 0x3F, (first & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F],
    )
    sound = (
        ~_continues(first)
        & (code >= _LEAST[size])
        & ((size < 2) | _continues(second))
        & ((size < 3) | _continues(third))
    )
    role = np.where(sound, _ROLES[code], _KEPT)
    is_odd = role != _KEPT
    return _Odd(at[is_odd], role[is_odd], size[is_odd])


def _continues(letters: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Which bytes are not the first of a character."""
    found: npt.NDArray[np.bool_] = letters & 0xC0 == 0x80
    return found


def _replace(letters: Letters, odd: _Odd) -> None:
    """Write what stands instead of odd characters."""
    melted = _melt(letters, odd.at[odd.role == _MELTING])
    is_gone = odd.role != _MELTING
    for step in range(3):
        letters[odd.at[is_gone & (odd.size > step)] + step] = _GONE
    letters[melted] = letters[melted + 1] = _GONE
    letters[odd.at[odd.role == _SPACE]] = _BLANK
    letters[odd.at[odd.role == _BREAK]] = _LF


def _melt(letters: Letters, marks: Places) -> Places:
    """Write the letters that melt with the mark behind them; the places of the marks that are in them."""
    keys = _key(letters[marks - 2], letters[marks - 1], letters[marks + 1])
    found = np.searchsorted(_MELTED_KEYS, keys).clip(max=len(_MELTED_KEYS) - 1)
    melts = _MELTED_KEYS[found] == keys
    marks, letter = marks[melts], _MELTED[found[melts]]
    letters[marks - 2], letters[marks - 1] = letter[:, 0], letter[:, 1]
    return marks


def _squeeze(letters: Letters) -> None:
    """Leave one space or line end of each run of them."""
    is_white = letters - np.uint8(1) < _BLANK  # nothing else below a space is left but U+0000
    rest = np.flatnonzero(is_white[1:] & is_white[:-1]) + 1
    if not len(rest):
        return
    opens = np.flatnonzero(np.diff(rest, prepend=-1) != 1)
    firsts = rest[opens] - 1
    has_break, has_blank = (
        np.logical_or.reduceat(letters[rest] == white, opens) | (letters[firsts] == white) for white in (_LF, _BLANK)
    )
    letters[rest] = _GONE
    letters[firsts] = np.where(has_break, _LF, np.where(has_blank, _BLANK, _GONE))


def _without_gone(letters: Letters, raw: Batch) -> Batch:
    """The batch of what is left; each page starts behind the mark that separates it from the one before."""
    gone = np.flatnonzero(letters == _GONE)
    starts = raw.starts - np.searchsorted(gone, raw.starts - len(SEPARATOR) + 1)
    return Batch(letters.tobytes().replace(bytes([_GONE]), b""), starts)


def _key(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8], mark: npt.NDArray[np.uint8]) -> Places:
    return first.astype(np.int64) << 16 | second.astype(np.int64) << 8 | mark


def _roles() -> npt.NDArray[np.uint8]:
    table = np.full(1 << 16, _KEPT, np.uint8)
    for letters, role in (
        (SPACES, _SPACE),
        (LINE_ENDS, _BREAK),
        (INVISIBLES, _INVISIBLE),
        (_MELTING_MARKS, _MELTING),
    ):
        table[[ord(letter) for letter in letters]] = role
    return table


def _bytes_to_look_at() -> bytes:
    """A table of bytes for `bytes.translate`: 1 where an odd character may be.

    Its first byte tells, but for those of common letters: there the second one does.
    """
    table = bytearray(256)
    for letter in SPACES + LINE_ENDS + INVISIBLES + _MELTING_MARKS:
        encoded = letter.encode()
        table[encoded[1] if encoded[0] in _COMMON else encoded[0]] = 1
    return bytes(table)


def _melted_letters() -> tuple[Places, npt.NDArray[np.uint8]]:
    """Arabic letters with a mark that melts into them, as keys in order; and what becomes of each."""
    melted = {}
    for mark in _MELTING_MARKS:
        for letter in map(chr, range(0x620, 0x6D6)):
            composed = unicodedata.normalize("NFC", letter + mark)
            if len(composed) == 1:
                key = int.from_bytes(letter.encode() + mark.encode()[1:], "big")
                melted[key] = list(composed.encode())
    keys = sorted(melted)
    return np.array(keys, np.int64), np.array([melted[key] for key in keys], np.uint8)


_STEP: Final = 1 << 18  # characters looked at together: each takes some fifty bytes
_COMMON: Final = (0xD8, 0xD9)
_MAY_BE_ODD: Final = _bytes_to_look_at()
_ROLES: Final = _roles()
_SIZES: Final = np.array([1] * 0xC0 + [2] * 0x20 + [3] * 0x20, np.uint8)
_LEAST: Final = np.array([0, 0, 0x80, 0x800])
_MELTED_KEYS, _MELTED = _melted_letters()
