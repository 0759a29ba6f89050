"""Which lines of a page open with a label of its layout."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from toolkit.pages.text import fold

if TYPE_CHECKING:
    from toolkit.pages.layout import Label, Layout

_COLONS = ":\uff1a"  # colon, fullwidth colon


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLine:
    """A line that opens with a label: `rest` is the text after the colon, `offset` where in the line it begins."""

    label: Label
    rest: str
    offset: int

    @property
    def standalone(self) -> bool:
        """Whether the related label is alone on its line: it opens an item of the related block."""
        return self.label == "related" and not self.rest

    @property
    def inline(self) -> bool:
        """Whether text follows the related label: in the body, that is the headline of a related item."""
        return self.label == "related" and bool(self.rest)


def recognise(line: str, layout: Layout) -> LabelLine | None:
    """The label that a canonical line opens with, or null for a line of text.

    A label is followed by a colon, a space before it allowed; the related label may be alone on its line.
    """
    if not _may_open(line[0], layout.openings):
        return None
    end = _first_colon(line)
    if end < 0:
        label = layout.forms.get(fold(line))
        return LabelLine(label=label, rest="", offset=len(line)) if label == "related" else None
    label = layout.forms.get(fold(line[:end]))
    if label is None:
        return None
    rest = line[end + 1 :].lstrip(" ")
    return LabelLine(label=label, rest=rest, offset=len(line) - len(rest))


def _first_colon(line: str) -> int:
    places = [place for place in map(line.find, _COLONS) if place >= 0]
    return min(places, default=-1)


@lru_cache(maxsize=4096)
def _may_open(character: str, openings: frozenset[str]) -> bool:
    folded = fold(character)
    return not folded or folded[0] in openings
