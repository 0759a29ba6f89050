"""Pages made canonical, many at once, for the reader of ordinary pages; nothing is guessed."""

from __future__ import annotations

import sys
from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from toolkit.pages.batches.cleaning import clean_together
from toolkit.pages.batches.ordinary import Attempt, find_known, find_tidy, join
from toolkit.pages.columns import to_texts
from toolkit.pages.text import Text, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from toolkit.arrays import Mask, Places
    from toolkit.pages.batches.ordinary import Batch

PORTION_BYTES: Final = 1024 * 1024
"""Of pages that are not canonical as they stand: what is found in them may take fifty times their memory."""


class Tidied(NamedTuple):
    """Canonical pages of known characters, in a row; one entry a page in the other members.

    `numbers` says which of the raw pages each is, from 0. `had_invisible`: invisible characters were removed.
    `is_raw`: the page is as it came, but for a LF at its end.
    """

    batch: Batch
    numbers: Places
    had_invisible: Mask
    is_raw: Mask


def tidy_up(pages: Sequence[bytes], encoding: str | None, max_bytes: int) -> Tidied:
    """Those raw pages of at most `max_bytes` that can be made canonical text of known characters."""
    texts: dict[int, memoryview] = {}
    had_invisible, is_raw = np.zeros(len(pages), np.bool_), np.zeros(len(pages), np.bool_)
    rest = [number for number, page in enumerate(pages) if len(page) <= max_bytes]
    for way, portion_bytes in _ways(encoding):
        for some in portions(pages, rest, portion_bytes):
            found = way([pages[number] for number in some])
            had_invisible[some] = found.had_invisible
            is_raw[some] = way is take_as_they_are
            if len(some) == len(pages) and found.is_tidy.all():  # then no copy is needed
                return Tidied(found.batch, np.arange(len(pages)), had_invisible, is_raw)
            texts.update(compress(zip(some, found.batch.pages(), strict=True), found.is_tidy.tolist()))
        rest = [number for number in rest if number not in texts]
    numbers = np.array(sorted(texts), np.int64)
    batch = join([texts[number] for number in numbers.tolist()])
    return Tidied(batch, numbers, had_invisible[numbers], is_raw[numbers])


def portions(pages: Sequence[bytes], numbers: Sequence[int], least_bytes: int) -> Iterator[list[int]]:
    """The numbers in portions; each ends once its pages have `least_bytes`."""
    some: list[int] = []
    size = 0
    for number in numbers:
        some.append(number)
        size += len(pages[number])
        if size >= least_bytes:
            yield some
            some, size = [], 0
    if some:
        yield some


def _ways(encoding: str | None) -> list[tuple[Callable[[Sequence[bytes]], Attempt], int]]:
    """The ways to make pages tidy, the cheapest first, with the bytes of pages that are made tidy together."""
    last = partial(decode_each, encoding=encoding), PORTION_BYTES
    return [last] if encoding else [(take_as_they_are, sys.maxsize), (clean_together, PORTION_BYTES), last]


def take_as_they_are(pages: Sequence[bytes]) -> Attempt:
    """Raw pages in UTF-8, most of which are canonical but for the LF at their end."""
    batch = join([memoryview(page)[:-1] if page.endswith(b"\n") else page for page in pages])
    return Attempt(batch, find_tidy(batch), np.zeros(len(pages), np.bool_))


def decode_each(pages: Sequence[bytes], encoding: str | None) -> Attempt:
    """Raw pages in any encoding, each on its own."""
    texts = [decode(page, encoding) for page in pages]
    canonical = ["\n".join(text.lines).encode() if isinstance(text, Text) else b"" for text in texts]
    had_invisible = [isinstance(text, Text) and text.invisible is not None for text in texts]
    return Attempt(join(canonical), find_known(to_texts(canonical)), np.array(had_invisible, np.bool_))
