"""Pages made canonical, many at once, on their UTF-8.

Byte order marks, invisible characters, unusual spaces and line ends, blank lines and letters written as two characters
are rare: only they are looked up in tables and changed.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from toolkit.pages.batches.ordinary import SEPARATOR, Attempt, Batch, find_tidy, join
from toolkit.pages.text.lines import INVISIBLES, LINE_ENDS, SPACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.arrays import Bytes, Mask, Places


_KEPT, _SPACE, _BREAK, _INVISIBLE, _COMPOSING = range(5)
_COMPOSING_MARKS: Final = "\u0653\u0654\u0655"
_LF, _BLANK = ord("\n"), ord(" ")
_GONE = 1  # stands for a byte to leave out; on a page U+0001 is left out too


def clean_together(pages: Sequence[bytes]) -> Attempt:
    """Raw pages in UTF-8 after what can be mended in all of them at once.

    They are in NFC as far as Arabic letters go, without invisible characters, with single spaces and line ends.
    """
    raw = join([page.removeprefix(codecs.BOM_UTF8) for page in pages])
    utf8 = np.frombuffer(raw.data, np.uint8).copy()
    odd = _find_odd(utf8, raw.data)
    invisible = odd.at[odd.role == _INVISIBLE]
    broken = odd.at[_continues(utf8[odd.at + odd.size])]  # of such a page the rest could be UTF-8
    had_invisible, is_broken = (
        np.bincount(raw.page_of(places), minlength=len(pages)) > 0 for places in (invisible, broken)
    )
    _replace(utf8, odd)
    _squeeze(utf8)
    cleaned = _without_gone(utf8, raw)
    return Attempt(cleaned, find_tidy(cleaned) & ~is_broken, had_invisible)


class _Odd(NamedTuple):
    """Characters to change: where each starts, what it is (`_SPACE`, …), and its size in bytes."""

    at: Places
    role: Bytes
    size: Bytes


def _find_odd(utf8: Bytes, data: bytes) -> _Odd:
    may_be = np.flatnonzero(np.frombuffer(data.translate(_MAY_BE_ODD), np.bool_))
    steps = [_look_at(utf8, may_be[first : first + _STEP]) for first in range(0, len(may_be), _STEP)]
    return _Odd(*map(np.concatenate, zip(*steps, strict=True))) if steps else _look_at(utf8, may_be)


def _look_at(utf8: Bytes, at: Places) -> _Odd:
    """The characters to change among those that have a byte at these places (`_bytes_to_look_at`)."""
    is_second = _continues(utf8[at])
    at = at - is_second  # where the characters start
    at = at[~is_second | np.isin(utf8[at], _COMMON)]
    first, second, third = (utf8[at + step].astype(np.int32) for step in range(3))
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


def _continues(utf8: npt.NDArray[np.integer]) -> Mask:
    """Which bytes are continuation bytes of UTF-8."""
    found: Mask = utf8 & 0xC0 == 0x80
    return found


def _replace(utf8: Bytes, odd: _Odd) -> None:
    """Write in place what each odd character becomes."""
    composed = _compose(utf8, odd.at[odd.role == _COMPOSING])
    is_gone = odd.role != _COMPOSING
    for step in range(3):
        utf8[odd.at[is_gone & (odd.size > step)] + step] = _GONE
    utf8[composed] = utf8[composed + 1] = _GONE
    utf8[odd.at[odd.role == _SPACE]] = _BLANK
    utf8[odd.at[odd.role == _BREAK]] = _LF


def _compose(utf8: Bytes, marks: Places) -> Places:
    """Replace the letters that NFC composes with the mark after them; the places of those marks."""
    keys = _key(utf8[marks - 2], utf8[marks - 1], utf8[marks + 1])
    found = np.searchsorted(_COMPOSED_KEYS, keys).clip(max=len(_COMPOSED_KEYS) - 1)
    composes = _COMPOSED_KEYS[found] == keys
    marks, letter = marks[composes], _COMPOSED[found[composes]]
    utf8[marks - 2], utf8[marks - 1] = letter[:, 0], letter[:, 1]
    return marks


def _squeeze(utf8: Bytes) -> None:
    """Leave one line end of each run of white space that has one, else one space."""
    is_white = utf8 - np.uint8(1) < _BLANK  # nothing else below a space is left but U+0000
    rest = np.flatnonzero(is_white[1:] & is_white[:-1]) + 1
    if not len(rest):
        return
    opens = np.flatnonzero(np.diff(rest, prepend=-1) != 1)
    firsts = rest[opens] - 1
    has_break, has_blank = (
        np.logical_or.reduceat(utf8[rest] == white, opens) | (utf8[firsts] == white) for white in (_LF, _BLANK)
    )
    utf8[rest] = _GONE
    utf8[firsts] = np.where(has_break, _LF, np.where(has_blank, _BLANK, _GONE))


def _without_gone(utf8: Bytes, raw: Batch) -> Batch:
    """The batch of what is left; each page starts behind the mark that separates it from the one before."""
    gone = np.flatnonzero(utf8 == _GONE)
    starts = raw.starts - np.searchsorted(gone, raw.starts - len(SEPARATOR) + 1)
    return Batch(utf8.tobytes().replace(bytes([_GONE]), b""), starts)


def _key(first: Bytes, second: Bytes, mark: Bytes) -> Places:
    return first.astype(np.int64) << 16 | second.astype(np.int64) << 8 | mark


def _roles() -> Bytes:
    table = np.full(1 << 16, _KEPT, np.uint8)
    for letters, role in (
        (SPACES, _SPACE),
        (LINE_ENDS, _BREAK),
        (INVISIBLES, _INVISIBLE),
        (_COMPOSING_MARKS, _COMPOSING),
    ):
        table[[ord(letter) for letter in letters]] = role
    return table


def _bytes_to_look_at() -> bytes:
    """A table of bytes for `bytes.translate`: 1 where an odd character may be.

    That is its first byte; or its second one, where common letters have the same first byte.
    """
    table = bytearray(256)
    for letter in SPACES + LINE_ENDS + INVISIBLES + _COMPOSING_MARKS:
        encoded = letter.encode()
        table[encoded[1] if encoded[0] in _COMMON else encoded[0]] = 1
    return bytes(table)


def _composed_letters() -> tuple[Places, Bytes]:
    """The keys of Arabic letters and marks that NFC composes, sorted; and the composed letters (n x 2 bytes)."""
    found = {}
    for mark in _COMPOSING_MARKS:
        for letter in map(chr, range(0x620, 0x6D6)):
            composed = unicodedata.normalize("NFC", letter + mark)
            if len(composed) == 1:
                key = int.from_bytes(letter.encode() + mark.encode()[1:], "big")
                found[key] = list(composed.encode())
    keys = sorted(found)
    return np.array(keys, np.int64), np.array([found[key] for key in keys], np.uint8)


_STEP: Final = 1 << 18  # characters looked at together: each takes some fifty bytes
_COMMON: Final = (0xD8, 0xD9)
_MAY_BE_ODD: Final = _bytes_to_look_at()
_ROLES: Final = _roles()
_SIZES: Final = np.array([1] * 0xC0 + [2] * 0x20 + [3] * 0x20, np.uint8)
_LEAST: Final = np.array([0, 0, 0x80, 0x800])
_COMPOSED_KEYS, _COMPOSED = _composed_letters()
