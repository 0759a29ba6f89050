"""`lost_edits`: what people wrote into a published card that the next card would not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.dataset.card import CHANGELOG, OWNED, dump_key, parse_card
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def lost_edits(edited: str, following: str, as_published: str | None) -> list[str]:
    """Lines of the card `edited` that `following` would lose, `+` before each, and lines that it brings back, `-`.

    Where the card `as_published` is known, the edits are the lines that differ from it. Else they are what the
    toolkit does not write: text outside of its sections, other YAML keys, the changelog.
    """
    new = set(_lines(following))
    if as_published is None:
        return [f"+ {line}" for line in _lines(_by_people(edited)) if line not in new]
    old, present = list(_lines(as_published)), list(_lines(edited))
    added = [f"+ {line}" for line in present if line not in set(old) and line not in new]
    removed = [f"- {line}" for line in old if line not in set(present) and line in new]
    return [*added, *removed]


def _lines(text: str) -> Iterator[str]:
    return (line.rstrip() for line in text.splitlines() if line.strip())


def _by_people(text: str) -> str:
    """The part of a card that no build writes; all of it where it cannot be read."""
    try:
        card = parse_card(text)
    except UsageError:
        return text
    keys = [dump_key(key, value) for key, value in card.metadata.items() if key not in OWNED]
    return "\n".join([*keys, *card.written_by_people, card.sections.get(CHANGELOG, "")])
