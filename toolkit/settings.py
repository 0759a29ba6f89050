"""The texts that a build obeys, and where they come from: contract, layout, tags, exclusions, the card's own text."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from toolkit.arguments import StrPath, check_encoding, file_of
from toolkit.contract import Contract, parse_contract
from toolkit.dataset.card import Card, parse_card
from toolkit.dataset.manifest import Manifest, manifest_from_json
from toolkit.errors import ContractError, OutputError, ToolkitError, UsageError
from toolkit.pages import Layout, Lexicon, lexicon_from_json, parse_layout
from toolkit.pipeline import ReadingRules
from toolkit.storage.dataset_files import CARD_NAME, CONTRACT_NAME, MANIFEST_NAME, MAX_TEXT_BYTES
from toolkit.storage.filesystem import read_if_file, read_text, text_of

MAX_LIST_BYTES = 256 * 1024 * 1024


def load_contract(path: StrPath | None = None) -> Contract:
    """The contract in a file, or the built-in one; ContractError with file:line if it is no contract."""
    text, file = _text(path, CONTRACT_NAME, "--schema")
    return parse_contract(text, file=file)


def load_layout(path: StrPath | None = None) -> Layout:
    """The layout in a file, or the built-in one; ContractError with file:line if it is no layout."""
    text, file = _text(path, "layouts/aggregator.yaml", "--layout")
    return parse_layout(text, file=file)


def load_rules(
    *,
    schema: StrPath | None = None,
    layout: StrPath | None = None,
    encoding: str | None = None,
    skip_foreign: bool = False,
    exclude: StrPath | None = None,
) -> ReadingRules:
    """The rules that the options of these names give; the errors are those of loading and checking each."""
    return ReadingRules(
        contract=load_contract(schema),
        layout=load_layout(layout),
        encoding=check_encoding(encoding),
        skip_foreign=skip_foreign,
        excluded=_exclusions(exclude),
    )


def load_tags(path: StrPath | None) -> Lexicon | None:
    """The tags that an earlier build has learnt; UsageError if the file is no tags.json."""
    if path is None:
        return None
    text = _read(path, "--tags")
    try:
        return lexicon_from_json(text)
    except UsageError as fault:
        raise UsageError(f"{path}: {fault.message}", mend=fault.mend) from fault


def load_card(card: StrPath | None, target: Path) -> Card | None:
    """The card whose human text is kept: the file that is named, else README.md of the dataset that is replaced.

    UsageError with file:line if it is damaged, so that nothing is lost in silence.
    """
    if card is not None:
        return parse_card(_read(card, "--card", max_bytes=MAX_TEXT_BYTES), file=str(card))
    present = target / CARD_NAME
    raw = read_if_file(present, max_bytes=MAX_TEXT_BYTES, error=OutputError)
    return None if raw is None else parse_card(text_of(raw, present, error=OutputError), file=str(present))


def load_manifest(target: Path) -> Manifest | None:
    """The manifest of the dataset that stands at an output, null where there is none.

    IntegrityError if it is damaged or not ours, UsageError if a newer toolkit wrote it, OutputError if reading fails.
    """
    present = target / MANIFEST_NAME
    raw = read_if_file(present, max_bytes=MAX_LIST_BYTES, error=OutputError)
    return None if raw is None else manifest_from_json(text_of(raw, present, error=OutputError), file=str(present))


def _text(path: StrPath | None, packaged: str, option: str) -> tuple[str, str]:
    if path is None:
        return files("toolkit").joinpath("schemas", packaged).read_text("utf-8"), f"schemas/{packaged}"
    return _read(path, option, max_bytes=MAX_TEXT_BYTES, error=ContractError), str(path)


def _exclusions(path: StrPath | None) -> frozenset[str]:
    """The ids, paths and URLs in a file, one a line; blank lines and lines that begin with `#` say nothing."""
    if path is None:
        return frozenset()
    lines = (line.strip() for line in _read(path, "--exclude").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _read(
    path: StrPath, option: str, *, max_bytes: int = MAX_LIST_BYTES, error: type[ToolkitError] = UsageError
) -> str:
    with file_of(option):
        return read_text(Path(path), max_bytes=max_bytes, error=error)
