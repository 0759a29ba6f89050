"""`PlainTexts`: which texts are canonical, and cannot be read as anything but text; whole columns at a time."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import Mask, to_mask
from toolkit.pages.batches.edges import EDGE, Edges
from toolkit.pages.batches.heads import any_spelling
from toolkit.pages.batches.ordinary import JOINERS, VISIBLE, WORD, has_one_spelling
from toolkit.pages.parsing import split_teasers
from toolkit.pages.text.folding import MARKS

if TYPE_CHECKING:
    from toolkit.arrays import Bytes, Ints
    from toolkit.pages import Layout


_KNOWN_WORD: Final = rf"[{VISIBLE}][{VISIBLE}{JOINERS}{MARKS}]*"


def _texts_of(word: str, spaces: str) -> str:
    return rf"\A{word}(?:[{spaces}]{word})*\z"


_TIDY: Final = {1: _texts_of(WORD, " "), None: _texts_of(WORD, r" \n")}
"""Canonical text of known characters: visible words with one space, or one line end, between them."""

_KNOWN: Final = {1: _texts_of(_KNOWN_WORD, " "), None: _texts_of(_KNOWN_WORD, r" \n")}
"""The same, if it is in NFC."""


class PlainTexts:
    """Finds the plain texts of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._knows_layout = has_one_spelling(layout)
        self._edges = Edges(layout)
        self._label = any_spelling(layout)

    def find(self, texts: pa.StringArray, *, lines: int | None = None, of_body: bool = False) -> Mask:
        """Which texts are plain: neither null nor empty, canonical, and without a line that opens with a label.

        `lines` is 1 for texts of one line, null for any number. Texts `of_body` have no teaser line either.
        """
        if not self._knows_layout:
            return np.zeros(len(texts), np.bool_)
        plain = to_mask(pc.match_substring_regex(texts, _TIDY[lines]))
        rest = np.flatnonzero(~plain & valid(texts))
        if len(rest):
            plain[rest] = _are_composed(texts.take(rest), _KNOWN[lines])
        plain[self._with_special_lines(texts, of_body=of_body)] = False
        return plain

    def _with_special_lines(self, texts: pa.StringArray, *, of_body: bool) -> Ints:
        """The texts of known characters with a line that opens with a label, or is a teaser line; perhaps others."""
        utf8, borders = _utf8_of(texts)
        breaks = np.flatnonzero(utf8 == ord("\n"))
        starts = np.sort(np.concatenate((borders[:-1], breaks + 1)))
        ends = np.sort(np.concatenate((borders[1:], breaks)))
        opens, closes = (np.flatnonzero(mask) for mask in self._edges.mark(utf8, starts, ends))
        are_labels = [bool(self._label.match(line)) for line in _lines(utf8, starts[opens], ends[opens])]
        found = opens[np.array(are_labels, np.bool_)]
        if of_body:
            are_teasers = [
                bool(split_teasers(line.decode("utf-8", "replace"), self._layout))
                for line in _lines(utf8, starts[closes], ends[closes])
            ]
            found = np.concatenate((found, closes[np.array(are_teasers, np.bool_)]))
        return np.searchsorted(borders, starts[found], side="right") - 1


def valid(array: pa.Array) -> Mask:
    """Which values are no null."""
    return to_mask(array.is_valid())


def _are_composed(texts: pa.StringArray, known: str) -> list[bool]:
    """For each text whether it is of known characters and in NFC."""
    are_known = to_mask(pc.match_substring_regex(texts, known)).tolist()
    return [
        is_known and unicodedata.is_normalized("NFC", text)
        for is_known, text in zip(are_known, texts.to_pylist(), strict=True)
    ]


def _utf8_of(texts: pa.StringArray) -> tuple[Bytes, Ints]:
    """The bytes of all texts, one behind the other, between two edges; and where each begins, and the last ends."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4).astype(np.int64)
    data = memoryview(texts.buffers()[2] or b"")[offsets[0] : offsets[-1]]
    edge = np.frombuffer(EDGE, np.uint8)
    return np.concatenate((edge, np.frombuffer(data, np.uint8), edge)), offsets - offsets[0] + len(EDGE)


def _lines(utf8: Bytes, starts: Ints, ends: Ints) -> list[bytes]:
    data = utf8.data
    return [bytes(data[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
