"""Which pages are ordinary: canonical as they stand, and made only of characters that the fast reader knows.

One regular expression over each page (RE2's automaton, through Arrow) finds them; others are made canonical first, or
left to the reader of any page. The expressions match whole ordinary pages, so that invalid UTF-8 never matches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.pages.batches.edges import EDGE
from toolkit.pages.columns import Spans, slices
from toolkit.pages.text.folding import MARKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.arrays import Mask, Places
    from toolkit.pages.layout import Layout

# Spans of code points, as RE2 writes them.
VISIBLE: Final = (
    r"!-~\x{a1}-\x{a7}\x{a9}\x{ab}\x{ac}\x{ae}\x{b0}\x{b1}\x{b6}\x{b7}\x{bb}\x{bf}-\x{ff}\x{600}-\x{60f}\x{61b}\x{61d}-"
    r"\x{64a}\x{660}-\x{66f}\x{671}-\x{674}\x{679}-\x{6d5}\x{6dd}\x{6de}\x{6e5}\x{6e6}\x{6e9}\x{6ee}-\x{6ff}"
    r"\x{2010}-\x{2016}\x{2018}-\x{2027}\x{2030}-\x{203a}"
)
"""Known characters that are seen; NFC composes none of them with what stands before it."""

_STEADY: Final = (
    r"\x{610}-\x{61a}\x{64b}-\x{652}\x{656}-\x{65f}\x{670}\x{6d6}-\x{6dc}\x{6df}-\x{6e4}\x{6e7}\x{6e8}\x{6ea}-\x{6ed}"
)
"""`MARKS` but for U+0653 to U+0655, which NFC composes with the letter before them."""

JOINERS: Final = r"\x{200c}\x{200d}"
"""Known characters that are neither seen nor removed."""

_VOWELS: Final = r"\x{64b}-\x{650}"
_SHADDA: Final = r"\x{651}"
_MARK: Final = rf"(?:[{_VOWELS}]{_SHADDA}|[{_STEADY}])"  # other pairs may stand in another order than that of NFC
WORD: Final = rf"[{VISIBLE}](?:{_MARK}?[{VISIBLE}{JOINERS}])*{_MARK}?"
"""A word of known characters in NFC; it holds no mark that NFC may compose with a letter."""

_TIDY: Final = rf"{WORD}(?:[ \n]{WORD})*"
_KNOWN: Final = rf"\A[{VISIBLE}{JOINERS}{MARKS} \n]+\z"


class Batch(NamedTuple):
    """Pages in a row in `data`, each between two `SEPARATOR`s.

    `starts` says where each page starts, and where one more would.
    """

    data: bytes
    starts: Places

    def pages(self) -> list[memoryview]:
        """Views of the pages, not copied."""
        return slices(self.data, Spans(self.starts[:-1], self.starts[1:] - len(SEPARATOR)))

    def page_of(self, places: Places) -> Places:
        """The number of the page that each place is in, from 0."""
        return np.searchsorted(self.starts, places, "right") - 1


SEPARATOR: Final = b"\n\0\n"
"""Between the pages of a batch; no ordinary page holds U+0000."""


def join(pages: Sequence[bytes | memoryview]) -> Batch:
    """Pages as one batch."""
    starts = np.full(len(pages) + 1, len(EDGE) + len(SEPARATOR))
    starts[1:] += np.cumsum(np.fromiter(map(len, pages), np.int64, len(pages)) + len(SEPARATOR))
    return Batch(SEPARATOR.join([EDGE, *pages, EDGE]), starts)


class Attempt(NamedTuple):
    """All pages after one way to make them tidy, which of them are now, and which had invisible characters."""

    batch: Batch
    is_tidy: Mask
    had_invisible: Mask


def find_tidy(batch: Batch) -> Mask:
    """For each page whether it is canonical text of known characters; doubtful ones are not."""
    offsets = pa.py_buffer(batch.starts.astype(np.int32))
    pages = pa.Array.from_buffers(pa.string(), len(batch.starts) - 1, [None, offsets, pa.py_buffer(batch.data)])
    return to_mask(pc.match_substring_regex(pages, rf"\A{_TIDY}\n\x{{0}}\n\z"))


def find_known(pages: pa.StringArray) -> Mask:
    """For each canonical page whether it has known characters only; an empty one has none."""
    return to_mask(pc.match_substring_regex(pages, _KNOWN))


_FILLING: Final = b"\xd9[\x8b-\x9f\x80\xb0]|\xd8[\x90-\x9a]|\xdb[\x96-\x9c\x9f-\xa4\xa7\xa8\xaa-\xad]"
"""`FILLING` in UTF-8."""

_ALSO_SPELT: Final = re.compile("[.0-9\u2010\u2032\u2035]")
"""What other known characters fold to: an ellipsis to three stops, all digits to 0 to 9."""

PADDING: Final = b"(?:" + _FILLING + b"| )*+"
"""What stands around a label, or between its words, and folds to at most a space."""


def has_one_spelling(layout: Layout) -> bool:
    """Whether the letters that labels and ages fold to are those of no other known character, except for alefs."""
    words = {*layout.forms, layout.teasers.since, *layout.teasers.alone, *layout.teasers.counted}
    return not any(map(_ALSO_SPELT.search, words))


def loosely(word: str) -> bytes:
    """A pattern for UTF-8 that finds at least every spelling that folds to the folded `word` on an ordinary page.

    Between letters may stand marks and tatweels, between words spaces too; an alef may bear a hamza or madda. What
    stands around the word (`PADDING`) is the caller's.
    """
    spellings = {"ا": b"(?:\xd8[\xa2\xa3\xa5\xa7]|\xd9\xb1)", " ": PADDING}
    return (b"(?:" + _FILLING + b")*+").join([spellings.get(letter) or re.escape(letter.encode()) for letter in word])
