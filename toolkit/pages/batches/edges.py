"""Lines that may open with a label or end with an age, found in a whole batch by their first and last eight bytes.

Few lines do, and comparing one machine word of each costs a tenth of a regular expression.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from toolkit.pages.text import fold
from toolkit.pages.text.folding import ALEFS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.arrays import Bytes, Mask, Places
    from toolkit.pages.layout import Layout

Words = npt.NDArray[np.uint64]

EDGE: Final = bytes(8)
"""What a batch begins and ends with, so that each line has eight bytes before its end and after its start."""


_LETTERS_LOOKED_AT: Final = 4
_STEP: Final = 1 << 18  # lines looked at together: each takes some sixty bytes


class Edges:
    """Finds all lines that open with a label of a layout or end with an age, and some that do neither.

    Of ordinary pages only (`ordinary`): there a letter is spelt in one way, but for the kinds of alef, and marks and
    tatweels may stand between letters.
    """

    def __init__(self, layout: Layout) -> None:
        ages = layout.teasers.alone | layout.teasers.counted
        self._openings = _Keys(_spellings(form[:_LETTERS_LOOKED_AT]) for form in layout.forms)
        self._endings = _Keys((key[::-1] for key in _spellings(word[-_LETTERS_LOOKED_AT:], -1)) for word in ages)

    def mark(self, utf8: Bytes, starts: Places, ends: Places) -> tuple[Mask, Mask]:
        """Which lines may open with a label and which may end with an age.

        `utf8` is UTF-8; there are eight bytes after the start and before the end of each line.
        """
        words = np.ndarray((len(utf8) - 7,), "<u8", utf8, strides=(1,))
        reversed_words = np.ndarray((len(utf8) - 7,), ">u8", utf8, strides=(1,))
        opens, closes = np.empty(len(starts), np.bool_), np.empty(len(starts), np.bool_)
        for first in range(0, len(starts), _STEP):
            some = slice(first, first + _STEP)
            opens[some] = self._openings.stand_first(words[starts[some]])
            closes[some] = self._endings.stand_first(reversed_words[ends[some] - 8].astype("<u8"))
        return opens, closes


class _Keys:
    """Bytes that lines of interest begin with; eight bytes of each line are looked at."""

    def __init__(self, spellings: Iterable[Iterable[bytes]]) -> None:
        keys = sorted({key for choices in spellings for key in choices})
        self._by_length = {
            length: np.array([int.from_bytes(key, "little") for key in keys if len(key) == length], np.uint64)
            for length in sorted({len(key) for key in keys})
        }
        self._may_be_first = _IS_FILLING.copy()  # by the first two bytes
        for key in keys:
            first = int.from_bytes(key[:2], "little")
            self._may_be_first[first :: 1 << 16 if len(key) > 1 else 1 << 8] = True

    def stand_first(self, words: Words) -> Mask:
        """Whether eight bytes, the first in the lowest bits, begin with a key or have a mark or tatweel among them."""
        found: Mask = self._may_be_first[(words & 0xFFFF).astype(np.uint16)]
        rest = words[found]
        stands = np.any(_IS_FILLING[rest.view(np.uint16).reshape(-1, 4)], axis=1)
        for length, keys in self._by_length.items():
            stands |= np.isin(rest & np.uint64((1 << 8 * length) - 1), keys)
        found[found] = stands
        return found


def _spellings(letters: str, step: int = 1) -> list[bytes]:
    """UTF-8 of all that folds to these letters, those of two bytes each from the first (or last) on."""
    ordered = letters[::step]
    whole = next((place for place, letter in enumerate(ordered) if len(letter.encode()) != 2), len(ordered))
    kept = ordered[: max(whole, 1)][::step]
    return ["".join(choice).encode() for choice in product(*(ALEFS if letter == "ا" else letter for letter in kept))]


def _filling_table() -> Mask:
    """For two bytes of memory whether they are a mark or a tatweel in UTF-8, in whichever order they were read."""
    table = np.zeros(1 << 16, np.bool_)
    for character in map(chr, range(0x600, 0x700)):
        if not fold(character):
            pair = np.frombuffer(character.encode(), np.uint8)
            table[pair.view(np.uint16)] = table[pair[::-1].copy().view(np.uint16)] = True
    return table


_IS_FILLING: Final = _filling_table()
