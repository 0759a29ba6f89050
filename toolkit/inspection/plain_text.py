"""`PlainTexts`: which texts are canonical, and cannot be read as anything but text; whole columns at a time."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from toolkit.pages.ages import split_teasers

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from toolkit.pages import Layout

    Mask = npt.NDArray[np.bool_]

# Spans of code points, as RE2 writes them. None of the visible characters composes with what follows it, but for marks.
_VISIBLE: Final = (
    r"!-~\x{a1}-\x{a7}\x{a9}\x{ab}\x{ac}\x{ae}\x{b0}\x{b1}\x{b6}\x{b7}\x{bb}\x{bf}-\x{ff}\x{600}-\x{60f}\x{61b}\x{61d}-"
    r"\x{64a}\x{660}-\x{66f}\x{671}-\x{674}\x{679}-\x{6d5}\x{6dd}\x{6de}\x{6e5}\x{6e6}\x{6e9}\x{6ee}-\x{6ff}"
    r"\x{2010}-\x{2016}\x{2018}-\x{2027}\x{2030}-\x{203a}"
)
_MARKS: Final = r"\x{610}-\x{61a}\x{64b}-\x{65f}\x{670}\x{6d6}-\x{6dc}\x{6df}-\x{6e4}\x{6e7}\x{6e8}\x{6ea}-\x{6ed}"
_JOINERS: Final = r"\x{200c}\x{200d}"
_WORD: Final = rf"[{_VISIBLE}][{_VISIBLE}{_JOINERS}{_MARKS}]*"
_TIDY: Final = rf"\A{_WORD}(?:[ \n]{_WORD})*\z"
"""Text that is canonical if it is in NFC: visible words of known characters, one space or line end between them."""

_DOUBTFUL: Final = rf"[{_MARKS}]{{2}}|[\x{{653}}-\x{{655}}]"
"""What text of known characters has in it where it is not in NFC."""


class PlainTexts:
    """Finds the plain texts of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._label = _label_pattern(layout)
        self._age = _age_pattern(layout)

    def find(self, texts: pa.StringArray, *, lines: int | None = None, of_body: bool = False) -> Mask:
        """Which texts are there, not empty, of so many lines, canonical, and without a line that opens with a label.

        Those `of_body` have no teaser line either.
        """
        plain = true(pc.match_substring_regex(texts, _TIDY))
        special = f"{self._label}|{_DOUBTFUL}" + (f"|{self._age}" if of_body else "")
        suspects = np.flatnonzero(plain & true(pc.match_substring_regex(texts, special)))
        for row, is_plain in zip(suspects.tolist(), self._judge(texts.take(suspects), of_body=of_body), strict=True):
            plain[row] = is_plain
        return plain & ~true(pc.match_substring(texts, "\n")) if lines == 1 else plain

    def _judge(self, suspects: pa.StringArray, *, of_body: bool) -> list[bool]:
        """Whether each is plain after all."""
        plain: list[bool] = (~true(pc.match_substring_regex(suspects, self._label))).tolist()
        aged = true(pc.match_substring_regex(suspects, self._age)).tolist()
        for row, text in enumerate(suspects.to_pylist()):
            plain[row] = plain[row] and unicodedata.is_normalized("NFC", text)
            if plain[row] and of_body and aged[row]:
                plain[row] = not any(split_teasers(line, self._layout) for line in text.split("\n"))
        return plain


def valid(array: pa.Array) -> Mask:
    """Which values are no null."""
    mask: Mask = array.is_valid().to_numpy(zero_copy_only=False)
    return mask


def true(booleans: pa.BooleanArray) -> Mask:
    """Which values are true; a null is not. The array may be written to."""
    mask: Mask = pc.fill_null(booleans, fill_value=False).to_numpy(zero_copy_only=False)
    return mask


def _label_pattern(layout: Layout) -> str:
    """At least every line of tidy text that opens with a label, in any spelling, for RE2."""
    forms = "|".join(_loosely(form) for form in sorted(layout.forms))
    return rf"(?:\A|\n)(?:{forms}) ?(?::|\n|\z)"


def _age_pattern(layout: Layout) -> str:
    """At least every line of tidy text that ends with an age, in any spelling, for RE2."""
    return rf"{_loosely(layout.teasers.since)} [^ \n]+(?: [^ \n]+)?(?:\n|\z)"


def _loosely(words: str) -> str:
    """A pattern of every spelling that folds to `words`: marks and tatweels between letters, any alef for an alef."""
    filling = rf"[{_MARKS}\x{{640}}]*"
    letters = {" ": f"(?:{filling} )+", "\u0627": r"[\x{622}\x{623}\x{625}\x{627}\x{671}]"}
    return filling + filling.join(letters.get(letter, re.escape(letter)) for letter in words) + filling
