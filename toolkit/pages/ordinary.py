"""Which pages are ordinary: canonical as they stand, and without a character that the fast reader does not know.

One regular expression over a whole batch (RE2's automaton, through Arrow) finds the others; they are made canonical
first, or left to the reader that knows everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

# Spans of code points, for RE2 and for `re` alike.
_SPACES: Final = "\u0000-\u0009\u000b-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLES: Final = "\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
MARKS: Final = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
_COMPOSING: Final = "\u0653-\u0655"  # marks that may melt into the letter before them
_KNOWN: Final = (
    "\u0000-\u007f\u00a1-\u00a7\u00a9\u00ab-\u00ae\u00b0\u00b1\u00b6\u00b7\u00bb\u00bf-\u00ff"
    "\u0600-\u0674\u0679-\u06ff\u200c\u200d\u2010-\u2016\u2018-\u2027\u2030-\u203a"
)


def _re2(spans: str) -> str:
    """The spans with every code point escaped as RE2 writes it: no control character stands in a pattern."""
    return "".join(character if character == "-" else f"\\x{{{ord(character):x}}}" for character in spans)


_UNKNOWN_RE2: Final = f"[^{_re2(_KNOWN)}]"
_UNTIDY_RE2: Final = (
    rf"[{_re2(_SPACES)}{_re2(_INVISIBLES)}{_re2(_COMPOSING)}]|[{_re2(MARKS)}]{{2}}"
    r"|  |\n\n|\n | \n|\A[ \n]| \z|\A\z|(?:\A|\n)[\x{200c}\x{200d}][\x{200c}\x{200d} ]*(?:\n|\z)"
)


def find_untidy(pages: pa.StringArray) -> Sequence[bool]:
    """For each page whether it may be other than canonical, or holds a character that the fast reader does not know."""
    untidy: list[bool] = pc.match_substring_regex(pages, f"{_UNTIDY_RE2}|{_UNKNOWN_RE2}").to_pylist()
    return untidy


def find_unknown(pages: pa.StringArray) -> Sequence[bool]:
    """For each canonical page whether it holds a character that the fast reader does not know."""
    unknown: list[bool] = pc.match_substring_regex(pages, _UNKNOWN_RE2).to_pylist()
    return unknown


def loosely(word: str) -> bytes:
    """A pattern for UTF-8 that finds at least every spelling that folds to the folded `word` on an ordinary page.

    Between letters may stand marks and tatweels, between words spaces too; an alef may bear a hamza or madda.
    """
    filling = b"(?:\xd9[\x8b-\x9f\x80\xb0]|\xd8[\x90-\x9a]|\xdb[\x96-\xad])*"
    alef = b"(?:\xd8[\xa2\xa3\xa5\xa7]|\xd9\xb1)"
    letters = [alef if letter == "ا" else b"[ ]" if letter == " " else re.escape(letter.encode()) for letter in word]
    spaced = [b"(?:" + filling + b"[ ])+" if letter == b"[ ]" else letter for letter in letters]
    return filling + filling.join(spaced) + filling


def find_ages(pages: pa.StringArray, since: str) -> Sequence[bool]:
    """For each ordinary page whether some line may end with an age: `since`, in any spelling, and one or two words."""
    filling = rf"[{_re2(MARKS)}\x{{640}}]*"
    word = filling.join(re.escape(letter) for letter in since)
    pattern = rf"{word}{filling} [^ \n]+(?: [^ \n]+)?(?:\n|\z)"
    found: list[bool] = pc.match_substring_regex(pages, pattern).to_pylist()
    return found
