"""The contract, layout and tags that a dataset says it was built with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from toolkit.contract import parse_contract
from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.tables import refuse_unfillable
from toolkit.errors import ContractError, IntegrityError, UsageError
from toolkit.inspection.findings import finding, place
from toolkit.pages import lexicon_from_json, parse_layout
from toolkit.storage.dataset_files import CONTRACT_NAME, LAYOUT_NAME, MAX_TEXT_BYTES, TAGS_NAME
from toolkit.storage.filesystem import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.dataset.manifest import Manifest
    from toolkit.diagnostics import Diagnostic
    from toolkit.pages import Layout

MAX_TAGS_BYTES: Final = 256 * 1024 * 1024


def read_contract(folder: Path, manifest: Manifest) -> tuple[Contract | None, tuple[Diagnostic, ...]]:
    """The dataset's copy of its contract, null where it cannot be read, and what is wrong with it."""
    where = place(folder, CONTRACT_NAME)
    try:
        text = read_text(folder / CONTRACT_NAME, max_bytes=MAX_TEXT_BYTES, error=IntegrityError)
        contract = parse_contract(text, file=where.file)
        refuse_unfillable(contract)
    except (ContractError, IntegrityError) as fault:
        return None, (finding("I551", fault.message, where),)
    said = manifest.contract.version
    if contract.version == said:
        return contract, ()
    message = "the contract has another version than the manifest says"
    return contract, (finding("I551", message, where, path="version", found=contract.version, expected=said),)


def read_layout(folder: Path) -> tuple[Layout | None, tuple[Diagnostic, ...]]:
    """The dataset's copy of its layout, null where it cannot be read, and what is wrong with it."""
    where = place(folder, LAYOUT_NAME)
    try:
        text = read_text(folder / LAYOUT_NAME, max_bytes=MAX_TEXT_BYTES, error=IntegrityError)
        return parse_layout(text, file=where.file), ()
    except (ContractError, IntegrityError) as fault:
        return None, (finding("I552", fault.message, where),)


def find_tags_flaws(folder: Path) -> Iterator[Diagnostic]:
    """What is wrong with the dataset's tags.json; as Python values it may take 20 times its bytes."""
    try:
        run_isolated(_read_tags, folder / TAGS_NAME)
    except (UsageError, IntegrityError) as fault:
        yield finding("I553", fault.message, place(folder, TAGS_NAME))


def _read_tags(path: Path) -> None:
    lexicon_from_json(read_text(path, max_bytes=MAX_TAGS_BYTES, error=IntegrityError))
