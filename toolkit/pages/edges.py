"""Lines that may open with a label or end with an age, told by their first and last letters, for a whole batch at once.

Only a few lines are of interest, and telling them by a word of memory each costs a tenth of a regular expression.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.pages.layout import Layout

Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

EDGE: Final = bytes(8)
"""What a batch begins and ends with, so that each line has eight bytes before its end and after its start."""

_ALEFS: Final = "اأإآٱ"
_OPENING_LETTERS: Final = 3
_ENDING_LETTERS: Final = 2
_FILLING: Final = (0x610, 0x61B), (0x640, 0x641), (0x64B, 0x660), (0x670, 0x671), (0x6D6, 0x6EE)


class Edges:
    """Looks for the lines of a layout's labels and ages; what it finds may still be neither, but none is missed.

    It knows pages in which a letter is spelt in UTF-8 as in `ordinary`: marks and tatweels between, alefs of all kinds.
    """

    def __init__(self, layout: Layout) -> None:
        ages = layout.teasers.alone | layout.teasers.counted
        self._openings = _Keys(_spellings(form[:_OPENING_LETTERS]) for form in layout.forms)
        self._endings = _Keys((key[::-1] for key in _spellings(word[-_ENDING_LETTERS:], -1)) for word in ages)

    def find(self, batch: bytes) -> tuple[list[int], list[tuple[int, int]]]:
        """Where lines start that may open with a label, and where lines start and end that may end with an age.

        `batch` begins and ends with `EDGE`; its lines are what stands between two LF.
        """
        letters = np.frombuffer(batch, np.uint8)
        breaks = np.flatnonzero(letters == ord("\n"))
        starts, ends = breaks[:-1] + 1, breaks[1:]
        opens, closes = self.mark(letters, starts, ends)
        return starts[opens].tolist(), list(zip(starts[closes].tolist(), ends[closes].tolist(), strict=True))

    def mark(self, letters: npt.NDArray[np.uint8], starts: Places, ends: Places) -> tuple[Mask, Mask]:
        """Which lines may open with a label and which may end with an age.

        `letters` is UTF-8; there are eight bytes after the start and before the end of each line.
        """
        windows = np.lib.stride_tricks.sliding_window_view(letters, 8)
        return self._openings.stand_first(windows[starts]), self._endings.stand_first(windows[ends - 8][:, ::-1])


class _Keys:
    """Bytes that lines of interest begin with; eight bytes of each line are looked at."""

    def __init__(self, spellings: Iterable[Iterable[bytes]]) -> None:
        keys = sorted({key for choices in spellings for key in choices})
        self._by_length = {
            length: np.array([int.from_bytes(key, "little") for key in keys if len(key) == length], np.uint64)
            for length in sorted({len(key) for key in keys})
        }

    def stand_first(self, windows: npt.NDArray[np.uint8]) -> Mask:
        """Whether each row of eight bytes begins with a key, or has a mark or tatweel among its letters."""
        rows = np.ascontiguousarray(windows)
        found: Mask = np.any(_IS_FILLING[rows.view(np.uint16)], axis=1)
        whole: Words = rows.view("<u8").reshape(-1)
        for length, keys in self._by_length.items():
            found |= np.isin(whole & np.uint64((1 << 8 * length) - 1), keys)
        return found


def _spellings(letters: str, step: int = 1) -> list[bytes]:
    """UTF-8 of all that folds to these letters, those of two bytes each from the first (or last) on."""
    ordered = letters[::step]
    whole = next((place for place, letter in enumerate(ordered) if len(letter.encode()) != 2), len(ordered))
    kept = ordered[: max(whole, 1)][::step]
    return ["".join(choice).encode() for choice in product(*(_ALEFS if letter == "ا" else letter for letter in kept))]


def _filling_table() -> Mask:
    """For two bytes of memory whether they are a mark or a tatweel in UTF-8, in whichever order they were read."""
    table = np.zeros(1 << 16, np.bool_)
    for first, beyond in _FILLING:
        for code in range(first, beyond):
            pair = np.frombuffer(chr(code).encode(), np.uint8)
            table[pair.view(np.uint16)] = table[pair[::-1].copy().view(np.uint16)] = True
    return table


_IS_FILLING: Final = _filling_table()
