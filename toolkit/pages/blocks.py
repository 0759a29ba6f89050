"""Where the blocks of ordinary pages stand, for a whole batch at once: most pages need no look of their own."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from toolkit.pages.dates import LONGEST
from toolkit.pages.ordinary import SEPARATOR
from toolkit.pages.text import MAX_LINES

if TYPE_CHECKING:
    from toolkit.arrays import Mask, Places
    from toolkit.pages.heads import Heads
    from toolkit.pages.ordinary import Batch


_MAX_DATE_BYTES: Final = 4 * LONGEST
_MAX_LABELS: Final = 64
"""A page with more is out of the ordinary."""


class Spans(NamedTuple):
    """Parts of a batch: the places where each starts and ends. A part that ends before it starts stands for none."""

    starts: Places
    ends: Places

    def span(self, index: int) -> tuple[int, int]:
        """Start and end of one of them."""
        return int(self.starts[index]), int(self.ends[index])

    def pick(self, which: Mask) -> Spans:
        """Some of them."""
        return Spans(self.starts[which], self.ends[which])


class Items(NamedTuple):
    """The items of related blocks: the row each belongs to, its headline, and its body (which may be none)."""

    rows: Places
    headline: Spans
    body: Spans


class Blocks(NamedTuple):
    """The blocks of ordinary pages: every label in its printed form, and in the order of most pages; one entry a page.

    `numbers` has the number of each page in the batch. `inline` are the related labels in the body, as numbers among
    the heads: of the first one, and of the one after the last. `tags` is none on a page without a tags line.
    """

    numbers: Places
    page: Spans
    headline: Spans
    date: Spans
    body: Spans
    source: Spans
    tags: Spans
    inline: Spans
    items: Items


def find_blocks(batch: Batch, heads: Heads) -> Blocks:
    """The blocks of the ordinary pages of a batch."""
    borders = zip(pairwise(heads.firsts.tolist()), heads.is_crowded.tolist(), strict=True)
    orders = [
        None if is_crowded or beyond - first > _MAX_LABELS else _order(heads.labels[first:beyond])
        for (first, beyond), is_crowded in borders
    ]
    kept = [number for number, order in enumerate(orders) if order]
    numbers = np.array(kept, np.int64)
    inline, tags, block = np.array([orders[number] for number in kept], np.int64).reshape(-1, 3).T
    page = Spans(batch.starts[numbers], batch.starts[numbers + 1] - len(SEPARATOR))
    date = heads.firsts[numbers]
    source = date + 1 + inline
    footer = source + tags
    items, are_items = _find_items(heads, page, footer + 1, block)
    blocks = Blocks(
        numbers=numbers,
        page=page,
        headline=Spans(page.starts, heads.starts[date] - 1),
        date=Spans(heads.rests[date], heads.ends[date]),
        body=Spans(heads.ends[date] + 1, heads.starts[source] - 1),
        source=Spans(heads.rests[source], heads.ends[source]),
        tags=Spans(np.where(tags, heads.rests[footer], 1), np.where(tags, heads.ends[footer], 0)),
        inline=Spans(date + 1, source),
        items=items,
    )
    next_block = np.where(block, heads.next_starts[footer], page.ends + 1)
    follows = (heads.ends[footer] + 1 == next_block) & ((tags == 0) | (heads.starts[footer] == heads.ends[source] + 1))
    return _pick(blocks, _are_whole(blocks, heads) & follows & are_items)


def _are_whole(blocks: Blocks, heads: Heads) -> Mask:
    """Which pages have one line of headline, a date that is not too long, a body, a source, and not too many lines."""
    first_break = np.searchsorted(heads.breaks, blocks.page.starts)
    lines = np.searchsorted(heads.breaks, blocks.page.ends) - first_break
    found: Mask = (
        (heads.breaks[first_break] == blocks.headline.ends)
        & (blocks.date.ends - blocks.date.starts <= _MAX_DATE_BYTES)
        & (blocks.body.starts < blocks.body.ends)
        & (blocks.source.starts < blocks.source.ends)
        & (lines < MAX_LINES)
    )
    return found


def _find_items(heads: Heads, page: Spans, first: Places, number: Places) -> tuple[Items, Mask]:
    """The items of the pages' related blocks, from their first head on; and which pages' items are all sound.

    A sound item has its label alone on a line, and text after it.
    """
    rows = np.repeat(np.arange(len(number)), number)
    beyond = np.cumsum(number)
    place = np.arange(len(rows))
    head = first[rows] + place - (beyond - number)[rows]
    ends = np.where(place + 1 == beyond[rows], page.ends[rows], heads.next_starts[head] - 1)
    starts = heads.ends[head] + 1
    unsound = (heads.rests[head] != heads.ends[head]) | (starts > ends)
    line_ends = heads.breaks[np.searchsorted(heads.breaks, starts)]
    items = Items(rows, Spans(starts, line_ends), Spans(line_ends + 1, ends))
    return items, np.bincount(rows[unsound], minlength=len(number)) == 0


def _pick(blocks: Blocks, which: Mask) -> Blocks:
    """Some of the pages, with their items."""
    if which.all():
        return blocks
    rows, headline, body = blocks.items
    kept = which[rows]
    return Blocks(
        numbers=blocks.numbers[which],
        page=blocks.page.pick(which),
        headline=blocks.headline.pick(which),
        date=blocks.date.pick(which),
        body=blocks.body.pick(which),
        source=blocks.source.pick(which),
        tags=blocks.tags.pick(which),
        inline=blocks.inline.pick(which),
        items=Items((np.cumsum(which) - 1)[rows[kept]], headline.pick(kept), body.pick(kept)),
    )


@lru_cache(maxsize=1024)
def _order(labels: bytes) -> tuple[int, int, int] | None:
    """How many labels of related items a page has in its body, of tags, and of related items at its end.

    Null where the labels are not in the order of an ordinary page.
    """
    found = re.fullmatch(b"d(r*)s(t?)(r*)", labels)
    if found is None:
        return None
    inline, tags, block = map(len, found.groups())
    return inline, tags, block
