"""Lines that open with a label, or may end with an age, in a whole batch of canonical pages at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from toolkit.pages.batches.edges import Edges
from toolkit.pages.batches.ordinary import PADDING, loosely
from toolkit.pages.columns import Spans

if TYPE_CHECKING:
    from toolkit.arrays import Bytes, Mask, Places
    from toolkit.pages.batches.ordinary import Batch
    from toolkit.pages.layout import Layout

OTHER: Final = b"o"
"""Stands for a label that is not in its printed form."""

_AGE_WORDS: Final = 3  # an age has no more

_MAX_AGED: Final = 64
"""A page with more lines that end like an age is out of the ordinary: each is looked at by itself, and kept."""


class Heads(NamedTuple):
    """The lines of a batch that open with a label, in order; all places are those in the batch.

    - `labels` has a letter for each: the first one of `date`, `source`, `tags`, `related`, or `OTHER`.
    - `starts` and `ends` are those of the lines; at `rests` the text after the colon and its space starts, at
      `next_starts` the next of these lines, or the end of the batch.
    - `firsts` is, for each page, the number of its first line among these; it has one entry more than there are pages.
    - `aged` are the lines that may end with an age, but for pages with very many of them (`is_crowded`).
    - `breaks` is the place of every LF.
    """

    labels: bytes
    starts: Places
    rests: Places
    ends: Places
    next_starts: Places
    firsts: Places
    aged: Spans
    is_crowded: Mask
    breaks: Places


class HeadFinder:
    """Finds the label lines of ordinary pages of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._edges = Edges(layout)
        self._printed = {label: printed.encode() + b":" for label, printed in layout.printed.items()}
        self._spelt = any_spelling(layout)
        self._since = [letter.encode() for letter in reversed(layout.teasers.since) if letter != "ا"]

    def find(self, batch: Batch) -> Heads:
        """The label lines of all pages of a batch."""
        utf8 = np.frombuffer(batch.data, np.uint8)
        breaks = np.flatnonzero(utf8 == ord("\n"))
        lines = Spans(breaks[:-1] + 1, breaks[1:])
        opened, closed = map(lines.pick, self._edges.mark(utf8, *lines))
        numbers = batch.page_of(closed.starts)
        is_crowded = np.bincount(numbers, minlength=len(batch.starts) - 1) > _MAX_AGED
        labels, rests = self._read_labels(batch.data, utf8, opened.starts)
        found = np.flatnonzero(labels)
        starts = opened.starts[found]
        return Heads(
            labels=labels[found].tobytes(),
            starts=starts,
            rests=rests[found],
            ends=opened.ends[found],
            next_starts=np.append(starts[1:], len(utf8)),
            firsts=np.searchsorted(starts, batch.starts),
            aged=self._with_age(batch.data, closed.pick(~is_crowded[numbers])),
            is_crowded=is_crowded,
            breaks=breaks,
        )

    def _read_labels(self, data: bytes, utf8: Bytes, starts: Places) -> tuple[Bytes, Places]:
        """The letter of the label that opens each line, 0 for none; and where the text after it starts."""
        labels = np.zeros(len(starts), np.uint8)
        rests = starts.copy()
        for label, printed in self._printed.items():
            opened = _begin_with(utf8, starts, printed)
            labels[opened] = ord(label[0])
            rests[opened] += len(printed)
        rests += utf8[rests] == ord(" ")
        for index in np.flatnonzero(labels == 0).tolist():
            if self._spelt.match(data, int(starts[index])):
                labels[index] = ord(OTHER)
        return labels, rests

    def _with_age(self, data: bytes, lines: Spans) -> Spans:
        """Those lines whose last words have all letters of the word that begins an age."""
        found = []
        for start, end in zip(lines.starts.tolist(), lines.ends.tolist(), strict=True):
            words = b" ".join(data[start:end].rsplit(b" ", _AGE_WORDS)[-_AGE_WORDS:])
            found.append(all(letter in words for letter in self._since))
        return lines.pick(np.array(found, np.bool_))


def _begin_with(utf8: Bytes, starts: Places, text: bytes) -> Mask:
    if len(text) > len(utf8):
        return np.zeros(len(starts), np.bool_)
    windows = np.lib.stride_tricks.sliding_window_view(utf8, len(text))
    found: Mask = np.all(windows[starts.clip(max=len(windows) - 1)] == np.frombuffer(text, np.uint8), axis=1)
    return found


def any_spelling(layout: Layout) -> re.Pattern[bytes]:
    """Lines that may open with a label, in any spelling: they end with its colon, or with the line."""
    forms = b"|".join(loosely(form) for form in sorted(layout.forms))
    return re.compile(PADDING + b"(?:" + forms + b")" + PADDING + b"(?::|(?=\n|$))")
