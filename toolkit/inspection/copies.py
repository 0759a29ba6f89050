"""The contract, layout and tags that a dataset says it was built with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from toolkit.contract import Contract
from toolkit.contract import load as parse_contract
from toolkit.dataset import apart, refuse_unfillable
from toolkit.errors import ContractError, IntegrityError, UsageError
from toolkit.inspection.findings import finding, place
from toolkit.pages import Layout, lexicon_from_json
from toolkit.pages import load_layout as parse_layout
from toolkit.storage import CONTRACT_NAME, LAYOUT_NAME, TAGS_NAME, read_text

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.dataset import Manifest
    from toolkit.diagnostics import Diagnostic

MAX_COPY_BYTES: Final = 1024 * 1024
MAX_TAGS_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRead:
    """The contract of a dataset, null where it cannot be read, and what is wrong with it."""

    contract: Contract | None
    flaws: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutRead:
    """The layout of a dataset, null where it cannot be read, and what is wrong with it."""

    layout: Layout | None
    flaws: tuple[Diagnostic, ...] = ()


def read_contract(folder: Path, manifest: Manifest) -> ContractRead:
    """The dataset's copy of its contract."""
    where = place(folder, CONTRACT_NAME)
    try:
        text = read_text(folder / CONTRACT_NAME, max_bytes=MAX_COPY_BYTES, error=IntegrityError)
        contract = parse_contract(text, file=where.file)
        refuse_unfillable(contract)
    except (ContractError, IntegrityError) as fault:
        return ContractRead(contract=None, flaws=(finding("I551", fault.message, where),))
    said = manifest.contract.version
    if contract.version == said:
        return ContractRead(contract=contract)
    message = "the contract has another version than the manifest says"
    flaw = finding("I551", message, where, path="version", found=contract.version, expected=said)
    return ContractRead(contract=contract, flaws=(flaw,))


def read_layout(folder: Path) -> LayoutRead:
    """The dataset's copy of its layout."""
    where = place(folder, LAYOUT_NAME)
    try:
        text = read_text(folder / LAYOUT_NAME, max_bytes=MAX_COPY_BYTES, error=IntegrityError)
        return LayoutRead(layout=parse_layout(text, file=where.file))
    except (ContractError, IntegrityError) as fault:
        return LayoutRead(layout=None, flaws=(finding("I552", fault.message, where),))


def find_tags_flaws(folder: Path) -> tuple[Diagnostic, ...]:
    """What is wrong with the dataset's tags.json; as Python values it may take 20 times its bytes."""
    try:
        apart(_read_tags, folder / TAGS_NAME)
    except (UsageError, IntegrityError) as fault:
        return (finding("I553", fault.message, place(folder, TAGS_NAME)),)
    return ()


def _read_tags(path: Path) -> None:
    lexicon_from_json(read_text(path, max_bytes=MAX_TAGS_BYTES, error=IntegrityError))
