"""Pages that are foreign at first sight: text in UTF-8 that can hold no label, in any spelling.

In a crawl of the whole web most pages are. Two regular expressions over each page (RE2, through Arrow) find them in a
tenth of the time that reading takes; doubtful pages are left to the readers.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.pages.text import fold
from toolkit.pages.text.lines import MAX_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.pages.layout import Layout

_BLOCK: Final = [chr(code) for code in range(0x600, 0x700)]
_LETTERS: Final = "".join(character for character in _BLOCK if unicodedata.category(character) == "Lo")
"""The letters of the Arabic block: none of them folds to nothing."""

_PLAIN: Final = r"\A[^\x{0}\x{fb50}-\x{fdff}\x{fe70}-\x{fefe}\x{1ee00}-\x{1eeff}]*\z"
"""Text without U+0000, and without the characters of other blocks that fold to Arabic letters."""


class ForeignFinder:
    """Finds pages that bear no label of one layout; none where a label has no Arabic letter."""

    def __init__(self, layout: Layout) -> None:
        spelt = [_any_spelling(form) for form in sorted(layout.forms)]
        self._label = "|".join(spelt) if all(spelt) else None

    def find(self, pages: Sequence[bytes]) -> Sequence[bool]:
        """For each page whether it is certainly foreign, in the sense of `PageReading.is_foreign`."""
        if self._label is None:
            return [False] * len(pages)
        texts = pa.array(pages, pa.binary()).view(pa.string())
        found = pc.and_not(pc.match_substring_regex(texts, _PLAIN), pc.match_substring_regex(texts, self._label))
        return [is_foreign and len(page) < MAX_LINES for is_foreign, page in zip(found.to_pylist(), pages, strict=True)]


def _any_spelling(form: str) -> str:
    """A pattern that finds at least every text that folds to `form`: its letters, with anything but letters between."""
    return f"[^{_LETTERS}]*".join(f"[{_spellings(letter)}]" for letter in form if letter in _LETTERS)


def _spellings(letter: str) -> str:
    """The characters that fold to the letter, or do with the marks that follow."""
    alike = {character for character in _BLOCK if letter in fold(character)}
    return "".join(sorted(alike | {unicodedata.normalize("NFD", letter)[0]}))
