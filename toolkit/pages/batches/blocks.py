"""Where the blocks of ordinary pages stand, found for a whole batch at once.

Only label lines are looked at (`heads`), as one letter each. On an ordinary page they stand in one order:

    d       r r ...                 s         t         r r ...
    date    inline items, if any    source    if any    items of the related block, if any

so that the blocks lie between them: the headline before the date line, the body after it and before the source, an item
from its label to the next one, or to the end of the page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from toolkit.arrays import count_up
from toolkit.pages.batches.ordinary import SEPARATOR
from toolkit.pages.columns import Spans
from toolkit.pages.parsing.dates import LONGEST
from toolkit.pages.text.lines import MAX_LINES

if TYPE_CHECKING:
    from toolkit.arrays import Mask, Places
    from toolkit.pages.batches.heads import Heads
    from toolkit.pages.batches.ordinary import Batch


_MAX_DATE_BYTES: Final = 4 * LONGEST
_MAX_LABELS: Final = 64
"""A page with more is out of the ordinary."""


class Items(NamedTuple):
    """The items of related blocks: the row each belongs to, its headline, and its body (which may be missing)."""

    rows: Places
    headline: Spans
    body: Spans

    def pick(self, which: Mask) -> Items:
        """The items of some rows."""
        kept = which[self.rows]
        return Items((np.cumsum(which) - 1)[self.rows[kept]], self.headline.pick(kept), self.body.pick(kept))


class Blocks(NamedTuple):
    """The blocks of ordinary pages: every label in its printed form, and in the order of most pages; one entry a page.

    `numbers` has the number of each page in the batch. `inline` are the related labels in the body, as numbers among
    the heads: of the first one, and of the one after the last. `tags` is missing on a page without a tags line.
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

    def pick(self, which: Mask) -> Blocks:
        """Those of some pages."""
        if which.all():
            return self
        return Blocks._make((self.numbers[which], *(part.pick(which) for part in self[1:])))


class _Labels(NamedTuple):
    """How many labels pages have: of related items in the body, of tags (0 or 1), of related items at the end."""

    inline: Places
    tags: Places
    block: Places


def find_blocks(batch: Batch, heads: Heads) -> Blocks:
    """The blocks of the ordinary pages of a batch."""
    numbers, labels = _find_ordered(heads)
    page = Spans(batch.starts[numbers], batch.starts[numbers + 1] - len(SEPARATOR))
    date = heads.firsts[numbers]
    source = date + 1 + labels.inline
    last = source + labels.tags  # line of the footer
    has_tags = labels.tags > 0
    items, are_items = _find_items(heads, page, last + 1, labels.block)
    blocks = Blocks(
        numbers=numbers,
        page=page,
        headline=Spans(page.starts, heads.starts[date] - 1),
        date=Spans(heads.rests[date], heads.ends[date]),
        body=Spans(heads.ends[date] + 1, heads.starts[source] - 1),
        source=Spans(heads.rests[source], heads.ends[source]),
        tags=Spans(np.where(has_tags, heads.rests[last], 1), np.where(has_tags, heads.ends[last], 0)),
        inline=Spans(date + 1, source),
        items=items,
    )
    next_block = np.where(labels.block > 0, heads.next_starts[last], page.ends + 1)
    is_footer = (heads.ends[last] + 1 == next_block) & (~has_tags | (heads.starts[last] == heads.ends[source] + 1))
    return blocks.pick(are_items & is_footer & _are_whole(blocks, heads))


def _find_ordered(heads: Heads) -> tuple[Places, _Labels]:
    """The numbers of the pages whose labels stand in the order of ordinary pages, and how many of each they have."""
    orders: dict[int, tuple[int, int, int]] = {}
    borders = zip(pairwise(heads.firsts.tolist()), heads.is_crowded.tolist(), strict=True)
    for number, ((first, beyond), is_crowded) in enumerate(borders):
        order = None if is_crowded or beyond - first > _MAX_LABELS else _order(heads.labels[first:beyond])
        if order is not None:
            orders[number] = order
    return np.array([*orders], np.int64), _Labels(*np.array([*orders.values()], np.int64).reshape(-1, 3).T)


@lru_cache(maxsize=1024)
def _order(labels: bytes) -> tuple[int, int, int] | None:
    """The members of `_Labels` for one page; null where its labels are not in the order of an ordinary page."""
    found = re.fullmatch(b"d(r*)s(t?)(r*)", labels)
    if found is None:
        return None
    inline, tags, block = map(len, found.groups())
    return inline, tags, block


def _find_items(heads: Heads, page: Spans, first: Places, number: Places) -> tuple[Items, Mask]:
    """The items of the pages' related blocks, from their first head on; and which pages' items are all sound.

    A sound item has its label alone on a line, and text after it.
    """
    rows = np.repeat(np.arange(len(number)), number)
    place = count_up(number)  # of the item in its block
    head = first[rows] + place
    is_last = place + 1 == number[rows]
    starts = heads.ends[head] + 1
    ends = np.where(is_last, page.ends[rows], heads.next_starts[head] - 1)
    line_ends = heads.breaks[np.searchsorted(heads.breaks, starts)]
    is_sound = (heads.rests[head] == heads.ends[head]) & (starts <= ends)
    items = Items(rows, Spans(starts, line_ends), Spans(line_ends + 1, ends))
    return items, np.bincount(rows[~is_sound], minlength=len(number)) == 0


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
