"""Lines that open with a label, or may end with an age, in a whole batch of canonical pages at once."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from toolkit.pages.edges import Edges
from toolkit.pages.ordinary import FILLING, loosely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from toolkit.pages.layout import Layout
    from toolkit.pages.ordinary import Batch

OTHER: Final = b"o"
"""Stands for a label that is not in its printed form."""

_AGE_WORDS = 3  # an age has no more


class Heads(NamedTuple):
    """The lines of one page that open with a label, in order.

    `labels` has a letter for each: the first one of `date`, `source`, `tags`, `related`, or `OTHER`. `starts` and
    `ends` say where the lines start and end, `rests` where the text after the colon and its space starts. `aged` are
    start and end of each line that may end with an age.
    """

    labels: bytes
    starts: Sequence[int]
    rests: Sequence[int]
    ends: Sequence[int]
    aged: Sequence[tuple[int, int]]


class HeadFinder:
    """Finds the label lines of one layout's pages, if they are of ordinary characters."""

    def __init__(self, layout: Layout) -> None:
        self._edges = Edges(layout)
        self._printed = {label: printed.encode() + b":" for label, printed in layout.printed.items()}
        self._spelt = _any_spelling(layout)
        self._since = [letter.encode() for letter in reversed(layout.teasers.since) if letter != "ا"]

    def find(self, batch: Batch) -> list[Heads]:
        """What each page of a batch has; all places are those in the batch."""
        letters = np.frombuffer(batch.data, np.uint8)
        opened, closed = self._edges.find(letters)
        labels, rests = self._read_labels(batch.data, letters, opened.starts)
        found = np.flatnonzero(labels)
        starts, rests, ends = opened.starts[found], rests[found], opened.ends[found]
        aged = [
            (start, end)
            for start, end in zip(closed.starts.tolist(), closed.ends.tolist(), strict=True)
            if self._may_end_with_age(batch.data, start, end)
        ]
        initials, at, after, to = labels[found].tobytes(), starts.tolist(), rests.tolist(), ends.tolist()
        heads = pairwise(np.searchsorted(starts, batch.starts).tolist())
        ages = pairwise(np.searchsorted([start for start, _ in aged], batch.starts).tolist())
        return [
            Heads(initials[i:j], at[i:j], after[i:j], to[i:j], aged[first:beyond])
            for (i, j), (first, beyond) in zip(heads, ages, strict=True)
        ]

    def _read_labels(
        self, data: bytes, letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """The letter of the label that opens each line, 0 for none; and where the text after it starts."""
        labels = np.zeros(len(starts), np.uint8)
        rests = starts.copy()
        for label, printed in self._printed.items():
            opened = _begin_with(letters, starts, printed)
            labels[opened] = ord(label[0])
            rests[opened] += len(printed)
        rests += letters[rests] == ord(" ")
        for index in np.flatnonzero(labels == 0).tolist():
            if self._spelt.match(data, int(starts[index])):
                labels[index] = ord(OTHER)
        return labels, rests

    def _may_end_with_age(self, data: bytes, start: int, end: int) -> bool:
        words = b" ".join(data[start:end].rsplit(b" ", _AGE_WORDS)[-_AGE_WORDS:])
        return all(letter in words for letter in self._since)


def _begin_with(letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], text: bytes) -> npt.NDArray[np.bool_]:
    if len(text) > len(letters):
        return np.zeros(len(starts), np.bool_)
    windows = np.lib.stride_tricks.sliding_window_view(letters, len(text))
    found: npt.NDArray[np.bool_] = np.all(
        windows[starts.clip(max=len(windows) - 1)] == np.frombuffer(text, np.uint8), axis=1
    )
    return found


def _any_spelling(layout: Layout) -> re.Pattern[bytes]:
    """Lines that may open with a label, in any spelling: they end with its colon, or with the line."""
    forms = b"|".join(loosely(form) for form in sorted(layout.forms))
    return re.compile(FILLING + b"(?:" + forms + b") ?(?::|(?=\n|$))")
