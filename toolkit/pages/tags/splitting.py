"""`Splitter`: the tags of tags lines by one lexicon, and which of them are in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.pages.tags.corpus import LINE_END, find_names, read_lines, spell_names
from toolkit.pages.tags.evidence import hash_lines
from toolkit.pages.tags.lexicon import Layer, Lexicon
from toolkit.pages.tags.model import Model
from toolkit.pages.tags.names import Names
from toolkit.pages.tags.numbering import look_up, number_values
from toolkit.pages.tags.rates import Tally

if TYPE_CHECKING:
    from toolkit.arrays import Ints, Mask
    from toolkit.pages.tags.corpus import Corpus

UNCERTAIN_BELOW = 0.95
"""A split that is less probable is marked (P231)."""

_STEP_BYTES: Final = 1024 * 1024
"""Of lines that are split together: each word of them takes a hundred bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """The tags of each line in order, repeats dropped; `uncertain` marks lines whose split is in doubt (P231)."""

    tags: pa.ListArray
    uncertain: Mask


class Splitter:
    """Splits lines by one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        layers = lexicon.layers or (Layer(tally=Tally(), settled=b"", names={}),)
        self._pages = np.array([layer.tally.pages for layer in layers])
        self._model = Model([layer.tally for layer in layers], Names(layer.names for layer in layers))
        earlier = Lexicon(layers=layers[:-1])
        layer = np.repeat(np.arange(len(earlier.layers)), [len(known.lines) for known in earlier.layers])
        hashes = earlier.settled_lines()
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._layers = hashes[order], layer[order]

    def split(self, lines: pa.StringArray, facts: pa.UInt64Array) -> Splits:
        """The tags of tags lines (canonical text after the colon; null or "" gives none) of pages with these facts."""
        steps = [
            self._split(lines[first:beyond], facts[first:beyond]) for first, beyond in pairwise(_find_steps(lines))
        ]
        return Splits(
            tags=pa.concat_arrays([step.tags for step in steps]),
            uncertain=np.concatenate([step.uncertain for step in steps]),
        )

    def _split(self, lines: pa.StringArray, facts: pa.UInt64Array) -> Splits:
        layers = self._find_layers(lines)
        corpus = read_lines(lines, facts.to_numpy(), np.ones(len(lines), np.int64), layers)
        joined, sure = self._model.cut(corpus)
        unsure = self._pages[layers] < 2
        unsure[: len(sure)] |= np.round(sure, 6) < UNCERTAIN_BELOW
        uncertain = unsure & _have_two_words(corpus, len(lines))
        return Splits(tags=_name_tags(corpus, joined, len(lines)), uncertain=uncertain)

    def _find_layers(self, lines: pa.StringArray) -> Ints:
        """The layer that has settled each line; the last one for a line that is new."""
        last = len(self._pages) - 1
        if not len(self._hashes):
            return np.full(len(lines), last)
        return last + look_up(self._layers - last, self._hashes, hash_lines(pc.fill_null(lines, "")))


def _find_steps(lines: pa.StringArray) -> list[int]:
    """Where steps of lines that are split together begin, and the last one ends."""
    sizes = pc.fill_null(pc.binary_length(lines), 0).to_numpy()
    steps = np.cumsum(sizes, dtype=np.int64) // _STEP_BYTES
    return [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(lines)]


def _have_two_words(corpus: Corpus, lines: int) -> Mask:
    """Which lines have two words that differ: there is more than one way to split them."""
    differs = (corpus.word[1:] != corpus.word[:-1]) & (corpus.gap[:-1] != LINE_END)
    have = np.zeros(lines, np.bool_)
    have[corpus.line[:-1][differs]] = True
    return have


def _name_tags(corpus: Corpus, joined: Mask, lines: int) -> pa.ListArray:
    """The names of each of so many lines, repeats dropped."""
    start, length = find_names(joined)
    names = spell_names(corpus, start, length)
    name = names.dictionary_encode().indices.to_numpy().astype(np.int64)
    line = corpus.line[start]
    kept = number_values(line * (name.max(initial=0) + 1) + name).first
    offsets = np.append(0, np.cumsum(np.bincount(line[kept], minlength=lines)))
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), names.take(pa.array(kept)))
