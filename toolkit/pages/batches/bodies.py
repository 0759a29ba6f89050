"""Bodies of ordinary pages that have something inline: teaser lines, and related labels with their headlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from toolkit.pages.parsing import split_teasers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.pages.batches.blocks import Blocks
    from toolkit.pages.batches.heads import Heads
    from toolkit.pages.layout import Layout


_MAX_ITEMS: Final = 64
"""A page with more is out of the ordinary: in a whole batch of such pages they would need much memory."""


class Inline(NamedTuple):
    """The lines of a body that have a related label, and those that may end with an age.

    Both map the start of each line to its end.
    """

    labelled: dict[int, int]
    aged: dict[int, int]


class InlineItem(NamedTuple):
    """A related item in a body: its headline, the age of a teaser, and how many paragraphs stand before it."""

    headline: bytes
    age: bytes | None
    paragraph: int


class SplitBody(NamedTuple):
    """The paragraphs of a body, and its inline items."""

    paragraphs: bytes
    items: Sequence[InlineItem]


def find_inline(blocks: Blocks, heads: Heads) -> dict[int, Inline]:
    """The lines that may be inline items, for each page (by its index in `blocks`) that has any."""
    found: dict[int, Inline] = {}
    for row in np.flatnonzero(blocks.inline.starts < blocks.inline.ends).tolist():
        lines = slice(int(blocks.inline.starts[row]), int(blocks.inline.ends[row]))
        labelled = dict(zip(heads.starts[lines].tolist(), heads.ends[lines].tolist(), strict=True))
        found[row] = Inline(labelled, {})
    rows = np.searchsorted(blocks.body.starts, heads.aged.starts, "right") - 1
    in_body = heads.aged.starts < np.append(blocks.body.ends, 0)[rows]  # before the first body there is none
    starts, ends = heads.aged.pick(in_body)
    for row, start, end in zip(rows[in_body].tolist(), starts.tolist(), ends.tolist(), strict=True):
        found.setdefault(row, Inline({}, {})).aged[start] = end
    return found


class BodySplitter:
    """Splits bodies of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._label = layout.printed["related"].encode() + b": "

    def split(self, data: bytes, body: tuple[int, int], inline: Inline) -> SplitBody | None:
        """The body between two places, split; null where it is not ordinary.

        That is: teaser lines are adjacent, a label is not as printed, there are too many items, or no text is left.
        """
        start, end = body
        kept: list[bytes] = []
        items: list[InlineItem] = []
        at, paragraphs, last_teasers = start, 0, -1
        for first, beyond in sorted({**inline.aged, **inline.labelled}.items()):
            line = data[first:beyond]
            is_labelled = first in inline.labelled
            found = self._headline(line) if is_labelled else self._teasers(line)
            if found is None or (found and not is_labelled and last_teasers == first - 1):
                return None
            if not found:
                continue
            if first > at:
                kept.append(data[at : first - 1])
                paragraphs += kept[-1].count(b"\n") + 1
            items += [InlineItem(text, age, paragraphs) for text, age in found]
            if len(items) > _MAX_ITEMS:
                return None
            at, last_teasers = beyond + 1, beyond if first in inline.aged else -1
        if at < end:
            kept.append(data[at:end])
        return SplitBody(b"\n".join(kept), items) if kept else None

    def _headline(self, line: bytes) -> Sequence[tuple[bytes, bytes | None]] | None:
        return [(line[len(self._label) :], None)] if line.startswith(self._label) else None

    def _teasers(self, line: bytes) -> Sequence[tuple[bytes, bytes | None]]:
        return [(text.encode(), age.encode()) for text, age in split_teasers(line.decode(), self._layout)]
