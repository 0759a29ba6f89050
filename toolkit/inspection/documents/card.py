"""The dataset card against everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from toolkit.dataset.card import CHANGELOG, OWNED, Card, card_sections, owned_metadata, parse_card
from toolkit.diagnostics import Diagnostic
from toolkit.errors import IntegrityError, UsageError
from toolkit.inspection.documents.differences import find_differences
from toolkit.inspection.findings import finding, place
from toolkit.storage.dataset_files import CARD_NAME
from toolkit.storage.filesystem import read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from toolkit.dataset.card import CardFacts

MAX_CARD_BYTES: Final = 1024 * 1024
SIZES: Final = ("num_bytes", "dataset_size")


def find_card_flaws(folder: Path, facts: CardFacts, *, sized: bool, sections: Collection[str]) -> Iterator[Diagnostic]:
    """Where the toolkit's part of the card says something else than the files.

    `facts` are those of the files; their `num_bytes` is right if `sized`. Only sections named in `sections` are
    compared, if the card has them.
    """
    card = _read(folder)
    if isinstance(card, Diagnostic):
        yield card
        return
    wanted = owned_metadata(facts)
    for key in OWNED:
        for path, found, expected in find_differences(key, card.metadata.get(key), wanted.get(key)):
            if sized or not path.endswith(SIZES):
                message = f"the card says something else of {path} than the files"
                yield finding("I542", message, place(folder, CARD_NAME), path=path, found=found, expected=expected)
    for name, text in card_sections(facts).items():
        if name != CHANGELOG and name in sections:
            yield from _section_flaws(folder, card, name, text)


def _read(folder: Path) -> Card | Diagnostic:
    try:
        text = read_text(folder / CARD_NAME, max_bytes=MAX_CARD_BYTES, error=IntegrityError)
        return parse_card(text, file=str(folder / CARD_NAME))
    except (UsageError, IntegrityError) as fault:
        return finding("I541", fault.message, place(folder, CARD_NAME))


def _section_flaws(folder: Path, card: Card, name: str, text: str) -> Iterator[Diagnostic]:
    """A section that is there and says something else: the first line in which it does."""
    found, wanted = card.sections.get(name, text).strip().splitlines(), text.strip().splitlines()
    if found != wanted:
        pairs = zip([*found, None], [*wanted, None], strict=False)
        said, true = next(pair for pair in pairs if pair[0] != pair[1])
        message = f"the section {name} of the card says something else than the files"
        expected = true or "the end of the section"
        yield finding("I542", message, place(folder, CARD_NAME), path=f"section {name}", found=said, expected=expected)
