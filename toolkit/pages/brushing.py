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

Letters = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

_KEPT, _SPACE, _BREAK, _INVISIBLE, _MELTING = range(5)
_MELTING_MARKS: Final = "\u0653\u0654\u0655"
_LF, _BLANK = ord("\n"), ord(" ")


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
    plain, starts = _drop(letters, _replace(letters, odd), raw.starts)
    single, starts = _drop(plain, _squeeze(plain), starts)
    return Brushed(Batch(single.tobytes(), starts), (before > 0).tolist(), (broken > 0).tolist())


class _Odd(NamedTuple):
    """Characters to change: where each starts, what it is (`_SPACE`, …), and its size in bytes."""

    at: Places
    role: npt.NDArray[np.uint8]
    size: Places


def _find_odd(letters: Letters, data: bytes) -> _Odd:
    at = np.flatnonzero(np.frombuffer(data.translate(_MAY_BE_ODD), np.bool_))
    is_second = _continues(letters[at])
    at -= is_second
    at = at[~is_second | np.isin(letters[at], _COMMON)]
    first, second, third = (letters[at + step].astype(np.int64) for step in range(3))
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


def _replace(letters: Letters, odd: _Odd) -> Places:
    """Write what stands instead of odd characters; the bytes to drop, in order."""
    letters[odd.at[odd.role == _SPACE]] = _BLANK
    letters[odd.at[odd.role == _BREAK]] = _LF
    melted = _melt(letters, odd.at[odd.role == _MELTING])
    is_char = (odd.role == _SPACE) | (odd.role == _BREAK)
    gone = np.concatenate([melted, odd.at[odd.role == _INVISIBLE]])
    tails = [odd.at[is_char & (odd.size > step)] + step for step in (1, 2)]
    tails += [odd.at[(odd.role == _INVISIBLE) & (odd.size > step)] + step for step in (1, 2)]
    return np.sort(np.concatenate([gone, melted + 1, *tails]))


def _melt(letters: Letters, marks: Places) -> Places:
    """Write the letters that melt with the mark behind them; the places of the marks that are in them."""
    keys = _key(letters[marks - 2], letters[marks - 1], letters[marks + 1])
    found = np.searchsorted(_MELTED_KEYS, keys).clip(max=len(_MELTED_KEYS) - 1)
    melts = _MELTED_KEYS[found] == keys
    marks, letter = marks[melts], _MELTED[found[melts]]
    letters[marks - 2], letters[marks - 1] = letter[:, 0], letter[:, 1]
    return marks


def _squeeze(letters: Letters) -> Places:
    """Write one space or line end at the start of each run of them; the rest of the runs."""
    is_white = (letters == _BLANK) | (letters == _LF)
    rest = np.flatnonzero(is_white[1:] & is_white[:-1]) + 1
    if not len(rest):
        return rest
    opens = np.flatnonzero(np.diff(rest, prepend=-1) != 1)
    firsts = rest[opens] - 1
    has_break = np.logical_or.reduceat(letters[rest] == _LF, opens) | (letters[firsts] == _LF)
    letters[firsts] = np.where(has_break, _LF, _BLANK)
    return rest


def _drop(letters: Letters, dropped: Places, starts: Places) -> tuple[Letters, Places]:
    """The letters without some, and where the pages start now: behind the mark that separates them."""
    marks = starts - len(SEPARATOR) + 1
    return np.delete(letters, dropped), marks - np.searchsorted(dropped, marks) + len(SEPARATOR) - 1


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


_COMMON: Final = (0xD8, 0xD9)
_MAY_BE_ODD: Final = _bytes_to_look_at()
_ROLES: Final = _roles()
_SIZES: Final = np.array([1] * 0xC0 + [2] * 0x20 + [3] * 0x20, np.int64)
_LEAST: Final = np.array([0, 0, 0x80, 0x800])
_MELTED_KEYS, _MELTED = _melted_letters()
