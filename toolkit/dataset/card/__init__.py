"""The card: README.md, written around what people wrote.

`text` takes a card apart into front matter (`front_matter`), sections of the toolkit (`sections`, with one row as
`example`), and what people wrote; `rendering` joins them again.
"""

from toolkit.dataset.card.front_matter import OWNED, dump_key
from toolkit.dataset.card.rendering import CHANGELOG, owned_metadata, render_card
from toolkit.dataset.card.sections import CardFacts, card_sections
from toolkit.dataset.card.text import Card, parse_card

__all__ = [
    "CHANGELOG",
    "OWNED",
    "Card",
    "CardFacts",
    "card_sections",
    "dump_key",
    "owned_metadata",
    "parse_card",
    "render_card",
]
