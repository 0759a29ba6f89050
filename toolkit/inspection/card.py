"""The dataset card against everything else, by meaning: a card of the right hash may still lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from toolkit.dataset.card_text import CARD_NAME, Card, parse_card
from toolkit.dataset.card_yaml import OWNED, card_metadata
from toolkit.diagnostics import Diagnostic
from toolkit.errors import IntegrityError, UsageError
from toolkit.inspection.findings import finding, place
from toolkit.storage import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.contract import Contract

MAX_CARD_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTruth:
    """What the front matter of a card must say; `num_bytes` and `download_size` as `card_metadata` takes them.

    `num_bytes` is null where not all rows could be read: then nothing is said of it.
    """

    contract: Contract
    version: str
    digest: str
    rows: int
    num_bytes: int | None
    download_size: int


def find_card_flaws(folder: Path, truth: CardTruth) -> Iterator[Diagnostic]:
    """Every key of the toolkit in the card's front matter that says something else than the files."""
    card = _read(folder)
    if isinstance(card, Diagnostic):
        yield card
        return
    wanted = card_metadata(
        truth.contract,
        version=truth.version,
        digest=truth.digest,
        rows=truth.rows,
        num_bytes=truth.num_bytes or 0,
        download_size=truth.download_size,
    )
    for key in OWNED:
        for path, found, expected in _differences(key, card.metadata.get(key), wanted.get(key)):
            if truth.num_bytes is None and path.endswith(("num_bytes", "dataset_size")):
                continue
            message = f"the card says something else of {path} than the files"
            yield finding("I542", message, place(folder, CARD_NAME), path=path, found=found, expected=expected)


def _read(folder: Path) -> Card | Diagnostic:
    try:
        text = read_text(folder / CARD_NAME, max_bytes=MAX_CARD_BYTES, error=IntegrityError)
        return parse_card(text, file=str(folder / CARD_NAME))
    except (UsageError, IntegrityError) as fault:
        return finding("I541", fault.message, place(folder, CARD_NAME))


def _differences(path: str, found: object, expected: object) -> Iterator[tuple[str, str | None, str]]:
    """The innermost places in which two YAML values differ, with what stands there and what should."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            yield from _differences(f"{path}.{key}", found.get(key), expected.get(key))
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for place_in_list, pair in enumerate(zip(found, expected, strict=True)):
            yield from _differences(f"{path}[{place_in_list}]", *pair)
    elif found != expected or type(found) is not type(expected):
        yield path, None if found is None else str(found), "no such key" if expected is None else str(expected)
