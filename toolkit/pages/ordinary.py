"""Which pages are ordinary: canonical as they stand, and without a character that the fast reader does not know.

One regular expression over a whole batch (RE2's automaton, through Arrow) finds them; others are made canonical first,
or left to the reader that knows everything. The expressions describe what is ordinary, whole pages of it, so that
bytes that are no UTF-8 are never ordinary.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.pages.edges import EDGE

if TYPE_CHECKING:
    from collections.abc import Sequence

# Spans of code points, as RE2 writes them.
VISIBLE: Final = (
    r"!-~\x{a1}-\x{a7}\x{a9}\x{ab}\x{ac}\x{ae}\x{b0}\x{b1}\x{b6}\x{b7}\x{bb}\x{bf}-\x{ff}\x{600}-\x{60f}\x{61b}\x{61d}-"
    r"\x{64a}\x{660}-\x{66f}\x{671}-\x{674}\x{679}-\x{6d5}\x{6dd}\x{6de}\x{6e5}\x{6e6}\x{6e9}\x{6ee}-\x{6ff}"
    r"\x{2010}-\x{2016}\x{2018}-\x{2027}\x{2030}-\x{203a}"
)
"""Known characters that are seen; none melts into what stands before it."""

_MARKS: Final = (
    r"\x{610}-\x{61a}\x{64b}-\x{652}\x{656}-\x{65f}\x{670}\x{6d6}-\x{6dc}\x{6df}-\x{6e4}\x{6e7}\x{6e8}\x{6ea}-\x{6ed}"
)
MARKS: Final = _MARKS + r"\x{653}-\x{655}"
"""All combining marks of the Arabic block, as spans of RE2."""

JOINERS: Final = r"\x{200c}\x{200d}"
"""Known characters that are neither seen nor removed."""

_LINE_ENDS: Final = r"\n-\r\x{85}\x{2028}\x{2029}"
_ODD_SPACES: Final = r"\t\x{1c}-\x{1f}\x{a0}\x{1680}\x{2002}-\x{200a}\x{202f}\x{205f}\x{3000}"
_SPACES: Final = rf"{_LINE_ENDS}{_ODD_SPACES} "
_INVISIBLE_IN_TEXT: Final = (
    r"\x{1}-\x{8}\x{e}-\x{1b}\x{7f}-\x{84}\x{86}-\x{9f}\x{ad}\x{61c}\x{180e}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}"
    r"\x{2066}-\x{2069}"
)
_BOM: Final = r"\x{feff}"
_INVISIBLES: Final = _INVISIBLE_IN_TEXT + _BOM

_VOWELS: Final = r"\x{64b}-\x{650}"
_SHADDA: Final = r"\x{651}"
_MARK: Final = rf"(?:[{_VOWELS}]{_SHADDA}|[{_MARKS}])"  # other pairs may stand in another order than that of NFC
WORD: Final = rf"[{VISIBLE}](?:{_MARK}?[{VISIBLE}{JOINERS}])*{_MARK}?"
"""A word of known characters in NFC; a mark that may melt into the letter before it is in none."""

_TIDY: Final = rf"{WORD}(?:[ \n]{WORD})*"
_OTHER: Final = rf"{VISIBLE}{JOINERS}{_SPACES}"
_COMPOSED: Final = rf"\A(?:[{_OTHER}{_INVISIBLES}]|{_MARK}[{_INVISIBLES}]*[{_OTHER}])*(?:{_MARK}[{_INVISIBLES}]*)?\z"
_KNOWN: Final = rf"\A[{VISIBLE}{JOINERS}{MARKS} \n]*\z"


class Batch(NamedTuple):
    """Pages in a row in `data`, each between two `SEPARATOR`s; `starts` says where each page starts."""

    data: bytes
    starts: list[int]


SEPARATOR: Final = b"\n\0\n"
"""Between the pages of a batch; no ordinary page holds U+0000."""


def join(pages: Sequence[bytes]) -> Batch:
    """Pages as one batch."""
    sizes = np.fromiter(map(len, pages), np.int64, len(pages)) + len(SEPARATOR)
    starts = len(EDGE) + len(SEPARATOR) + np.cumsum(sizes) - sizes
    return Batch(SEPARATOR.join([EDGE, *pages, EDGE]), starts.tolist())


def to_texts(pages: Sequence[bytes]) -> pa.StringArray:
    """Pages as Arrow strings, not checked to be UTF-8: for the expressions of this module and for canonical text."""
    binary = pa.array(pages, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(binary), binary.buffers())


def find_tidy(batch: Batch) -> Sequence[bool]:
    """For each page whether it is canonical text of known characters; what is in doubt is not."""
    end = len(batch.data) - len(EDGE)
    offsets = np.array([*batch.starts, end], np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(batch.data)]
    pages = pa.Array.from_buffers(pa.string(), len(batch.starts), buffers)
    return _find(pages, rf"\A{_TIDY}\n\x{{0}}\n\z")


def find_composed(pages: pa.StringArray) -> Sequence[bool]:
    """For each page whether it is UTF-8 that is in NFC as soon as its invisible characters are gone."""
    return _find(pages, _COMPOSED)


def compose(page: bytes) -> bytes:
    """A page in UTF-8 with Arabic letters and the hamza or madda right behind them as one letter, as NFC has them."""
    for mark, letters in _COMPOSED_LETTERS.items():
        *before, rest = page.split(mark)
        if before:
            page = b"".join([*(text[:-2] + letters.get(text[-2:], text[-2:] + mark) for text in before), rest])
    return page


def remove_invisible(pages: pa.StringArray) -> pa.StringArray:
    """Pages without their invisible characters."""
    return pc.replace_substring_regex(pages, f"[{_INVISIBLES}]+", "")


def tidy_up(pages: pa.StringArray) -> pa.StringArray:
    """Composed pages without invisible characters made canonical, but for lines of joiners alone."""
    lines = pc.replace_substring_regex(pages, f"[{_ODD_SPACES} ]*[{_LINE_ENDS}][{_SPACES}]*", "\n")
    squeezed = pc.replace_substring_regex(lines, f"[{_ODD_SPACES} ]{{2,}}|[{_ODD_SPACES}]", " ")
    return pc.ascii_trim(squeezed, " \n")


def find_known(pages: pa.StringArray) -> Sequence[bool]:
    """For each canonical page whether it has known characters only."""
    return _find(pages, _KNOWN)


def _find(pages: pa.StringArray, pattern: str) -> Sequence[bool]:
    found: list[bool] = pc.match_substring_regex(pages, pattern).to_pylist()
    return found


FILLING: Final = b"(?:\xd9[\x8b-\x9f\x80\xb0]|\xd8[\x90-\x9a]|\xdb[\x96-\xad])*"
"""Marks and tatweels, in UTF-8."""


def loosely(word: str) -> bytes:
    """A pattern for UTF-8 that finds at least every spelling that folds to the folded `word` on an ordinary page.

    Between letters may stand marks and tatweels, between words spaces too; an alef may bear a hamza or madda. What
    stands before the first letter (`FILLING`) is the caller's.
    """
    alef = b"(?:\xd8[\xa2\xa3\xa5\xa7]|\xd9\xb1)"
    letters = [alef if letter == "ا" else re.escape(letter.encode()) for letter in word]
    spaced = [b"(?:" + FILLING + b"[ ])+" if letter == b"\\ " else letter for letter in letters]
    return FILLING.join(spaced) + FILLING


def _letters_with(mark: str) -> dict[bytes, bytes]:
    """The Arabic letters that melt with a mark, and what they become."""
    letters = {chr(code): unicodedata.normalize("NFC", chr(code) + mark) for code in range(0x620, 0x6D6)}
    return {letter.encode(): composed.encode() for letter, composed in letters.items() if len(composed) == 1}


_COMPOSED_LETTERS: Final = {mark.encode(): _letters_with(mark) for mark in "\u0653\u0654\u0655"}
