"""The dataset card against everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from toolkit.dataset.card import CHANGELOG, OWNED, card_sections, owned_metadata, parse_card
from toolkit.errors import IntegrityError, UsageError
from toolkit.inspection.documents.differences import find_differences
from toolkit.inspection.findings import finding, place
from toolkit.storage.dataset_files import CARD_NAME, MAX_TEXT_BYTES
from toolkit.storage.filesystem import read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from toolkit.dataset.card import CardFacts
    from toolkit.diagnostics import Diagnostic, Location

SIZES: Final = ("num_bytes", "dataset_size")


def find_card_flaws(folder: Path, facts: CardFacts, *, sized: bool, sections: Collection[str]) -> Iterator[Diagnostic]:
    """Where the toolkit's part of the card says something else than the files.

    `facts` are those of the files; their `num_bytes` is right if `sized`. Only sections named in `sections` are
    compared, if the card has them.
    """
    path, where = folder / CARD_NAME, place(folder, CARD_NAME)
    try:
        card = parse_card(read_text(path, max_bytes=MAX_TEXT_BYTES, error=IntegrityError), file=str(path))
    except (UsageError, IntegrityError) as fault:
        yield finding("I541", fault.message, where)
        return
    wanted = owned_metadata(facts)
    for key in OWNED:
        for field, found, expected in find_differences(key, card.metadata.get(key), wanted.get(key)):
            if sized or not field.endswith(SIZES):
                message = f"the card says something else of {field} than the files"
                yield finding("I542", message, where, path=field, found=found, expected=expected)
    for name, text in card_sections(facts).items():
        if name in card.sections and name != CHANGELOG and name in sections:
            yield from _section_flaws(where, name, card.sections[name], text)


def _section_flaws(where: Location, name: str, text: str, expected_text: str) -> Iterator[Diagnostic]:
    """A section that says something else: the first line in which it does."""
    found, wanted = text.strip().splitlines(), expected_text.strip().splitlines()
    if found != wanted:
        pairs = zip([*found, None], [*wanted, None], strict=False)
        said, true = next(pair for pair in pairs if pair[0] != pair[1])
        message = f"the section {name} of the card says something else than the files"
        expected = true or "the end of the section"
        yield finding("I542", message, where, path=f"section {name}", found=said, expected=expected)
