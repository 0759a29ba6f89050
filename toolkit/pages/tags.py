"""Splits tag lines, which are printed with nothing but spaces between tags, by what all pages and their texts tell.

Pass 1, page by page: an `Observer` notes facts and evidence. Once: `merge` the evidence and `learn` a lexicon. Pass 2,
page by page: a `Splitter`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toolkit.pages.tag_evidence import Evidence, Observer, find_facts, hash_line, merge, unpack
from toolkit.pages.tag_learning import learn_names
from toolkit.pages.tag_lexicon import Layer, Lexicon, from_json, to_json
from toolkit.pages.tag_model import Model, Tally
from toolkit.pages.tag_names import Names

__all__ = [
    "Evidence",
    "Lexicon",
    "Observer",
    "Split",
    "Splitter",
    "find_facts",
    "from_json",
    "learn",
    "merge",
    "to_json",
]

UNCERTAIN_BELOW = 0.95
"""A split that is less probable is marked (P231)."""

_MAX_CACHED_LINES = 10_000
_MAX_CACHED_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The tags of a line in order, repeats dropped; `uncertain` where nothing tells where one ends (P231)."""

    tags: tuple[str, ...]
    uncertain: bool


def learn(evidence: Evidence, given: Lexicon | None = None) -> Lexicon:
    """The lexicon of the pages that the evidence is of, on top of a given one.

    Lines that the given lexicon has settled are split as before, by this lexicon and by all learnt from it; if there
    are no others, it is the given one.
    """
    given = given or Lexicon()
    seen = np.frombuffer(evidence.seen, "<u8")
    settled = np.concatenate([np.empty(0, "<u8"), *(np.frombuffer(layer.settled, "<u8") for layer in given.layers)])
    fresh = np.setdiff1d(seen, settled)
    if not len(fresh):
        return given
    tally = given.layers[-1].tally if given.layers else Tally()
    names = given.names()
    lines = unpack(evidence)
    if given.layers:
        chosen = set(fresh.tolist())
        lines = [entry for entry in lines if hash_line(entry[0]) in chosen]
    pages = sum(count for _, _, count in lines) if given.layers else evidence.pages
    tally, learnt = learn_names(lines, pages, tally, names)
    changed = {name: entry for name, entry in learnt.items() if names.get(name) != entry}
    return Lexicon(layers=(*given.layers, Layer(tally=tally, settled=fresh.astype("<u8").tobytes(), names=changed)))


class Splitter:
    """Splits lines by one lexicon; remembers what it has split."""

    def __init__(self, lexicon: Lexicon) -> None:
        layers = lexicon.layers or (Layer(tally=Tally(), settled=b"", names={}),)
        self._tallies = [layer.tally for layer in layers]
        self._names = Names(layer.names for layer in layers)
        self._models: dict[int, Model] = {}
        settled = [np.frombuffer(layer.settled, "<u8") for layer in layers[:-1]]
        number = np.repeat(np.arange(len(settled)), [len(hashes) for hashes in settled])
        hashes = np.concatenate([np.empty(0, "<u8"), *settled])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._numbers = hashes[order], number[order]
        self._splits: dict[tuple[str, int], Split] = {}

    def split(self, line: str | None, facts: int) -> Split:
        """The tags of a tags line (canonical text after the colon; null or "" gives none); `facts` are of its page."""
        if not line:
            return Split(tags=(), uncertain=False)
        known = self._splits.get((line, facts))
        if known is None:
            known = self._cut(line, facts)
            if len(line) <= _MAX_CACHED_CHARACTERS:
                if len(self._splits) >= _MAX_CACHED_LINES:
                    self._splits.clear()
                self._splits[line, facts] = known
        return known

    def _cut(self, line: str, facts: int) -> Split:
        words = line.split(" ")
        if words.count(words[0]) == len(words):
            return Split(tags=(words[0],), uncertain=False)
        layer = self._find_layer(line)
        lengths, sure = self._model(layer).cut(words, facts)
        tags: dict[str, None] = {}
        start = 0
        for length in lengths:
            tags[" ".join(words[start : start + length])] = None
            start += length
        alone = self._tallies[layer].pages < 2
        return Split(tags=tuple(tags), uncertain=alone or round(sure, 6) < UNCERTAIN_BELOW)

    def _find_layer(self, line: str) -> int:
        """The layer that has settled the line; the last one for a line that is new."""
        if len(self._hashes):
            wanted = np.uint64(hash_line(line))
            place = int(np.searchsorted(self._hashes, wanted))
            if place < len(self._hashes) and self._hashes[place] == wanted:
                return int(self._numbers[place])
        return len(self._tallies) - 1

    def _model(self, layer: int) -> Model:
        if layer not in self._models:
            self._models[layer] = Model(self._tallies[layer], self._names, layer)
        return self._models[layer]
