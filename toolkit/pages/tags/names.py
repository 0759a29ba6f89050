"""Names of tags as a lexicon knows them, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name and the number of `pages` that have it (0: words that are nearly a name); `sure` in thousandths."""

    pages: int
    sure: int


class Names:
    """Names through the layers of a lexicon, found by name, by first or last word and by the words inside them.

    Layers are numbered from 0; each question is answered as of a layer, later ones unseen.
    """

    def __init__(self, layers: Iterable[Mapping[str, Name]]) -> None:
        self._states: dict[str, list[tuple[int, Name]]] = {}
        self._inside: dict[str, int] = {}
        self._first: dict[str, list[tuple[int, int]]] = {}
        self._last: dict[str, list[tuple[int, int]]] = {}
        for layer, names in enumerate(layers):
            for name, entry in names.items():
                self._states.setdefault(name, []).append((layer, entry))
                words = name.split(" ")
                for word, following in pairwise(words):
                    self._inside.setdefault(f"{word} {following}", layer)
                _keep_most(self._first.setdefault(words[0], []), layer, entry.pages)
                _keep_most(self._last.setdefault(words[-1], []), layer, entry.pages)

    def get(self, name: str, layer: int) -> Name | None:
        """The name as that layer knows it."""
        return _as_of(layer, self._states.get(name, ()))

    def begins(self, word: str, layer: int) -> int:
        """How many pages have the most frequent name that begins with this word."""
        return _as_of(layer, self._first.get(word, ())) or 0

    def ends(self, word: str, layer: int) -> int:
        """How many pages have the most frequent name that ends with this word."""
        return _as_of(layer, self._last.get(word, ())) or 0

    def joins(self, pair: str, layer: int) -> bool:
        """Whether the two words stand side by side inside a name, or nearly do."""
        return self._inside.get(pair, layer + 1) <= layer


def _as_of(layer: int, states: Sequence[tuple[int, Known]]) -> Known | None:
    """The last of the states, each with the layer since which it holds, that holds in this layer."""
    return next((state for since, state in reversed(states) if since <= layer), None)


def _keep_most(counts: list[tuple[int, int]], layer: int, pages: int) -> None:
    """Add what a layer knows to `counts`, pairs of (layer, pages), if no layer before it knows as many pages."""
    if not counts or pages > counts[-1][1]:
        if counts and counts[-1][0] == layer:
            counts.pop()
        counts.append((layer, pages))
