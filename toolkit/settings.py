"""The texts that a build obeys, and where they come from: contract, layout, tags, exclusions, the card's own text."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from toolkit.contract import Contract
from toolkit.contract import load as parse_contract
from toolkit.dataset import MANIFEST_NAME, Manifest, manifest_from_json
from toolkit.errors import ContractError, OutputError, UsageError
from toolkit.pages import Layout, Lexicon, lexicon_from_json
from toolkit.pages import load_layout as parse_layout
from toolkit.pipeline import ReadingRules
from toolkit.storage import read_text

MAX_TEXT_BYTES = 1024 * 1024
MAX_LIST_BYTES = 256 * 1024 * 1024

StrPath = str | Path


def load_contract(path: StrPath | None = None) -> Contract:
    """The contract in a file, or the one that comes with the toolkit; ContractError with file:line if it is none."""
    text, file = _text(path, "article.odcs.yaml")
    return parse_contract(text, file=file)


def load_layout(path: StrPath | None = None) -> Layout:
    """The layout in a file, or the one that comes with the toolkit; ContractError with file:line if it is none."""
    text, file = _text(path, "layouts/aggregator.yaml")
    return parse_layout(text, file=file)


def load_rules(
    *,
    schema: StrPath | None = None,
    layout: StrPath | None = None,
    encoding: str | None = None,
    skip_foreign: bool = False,
    exclude: StrPath | None = None,
) -> ReadingRules:
    """What decides over pages, as the options of that name say it. Errors as of what loads and checks each."""
    return ReadingRules(
        contract=load_contract(schema),
        layout=load_layout(layout),
        encoding=check_encoding(encoding),
        skip_foreign=skip_foreign,
        excluded=load_exclusions(exclude),
    )


def _text(path: StrPath | None, packaged: str) -> tuple[str, str]:
    if path is None:
        return files("toolkit").joinpath("schemas", packaged).read_text("utf-8"), f"schemas/{packaged}"
    return read_text(Path(path), max_bytes=MAX_TEXT_BYTES, error=ContractError), str(path)


def check_version(version: str) -> str:
    """`version`, if it is of the form X.Y.Z; else UsageError."""
    if not re.fullmatch(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}", version, re.ASCII):
        raise UsageError(f"--version {version}: no version of the form X.Y.Z", mend="Write it like 1.0.0.")
    return version


def check_encoding(name: str | None) -> str | None:
    """`name`, if it is an encoding of text; UsageError if there is none of that name."""
    try:
        if name is not None:
            "".encode(name)
    except (LookupError, ValueError) as fault:
        raise UsageError(
            f"--encoding {name}: {fault}", mend="Name one such as utf-8, windows-1256 or cp864."
        ) from fault
    return name


def load_exclusions(path: StrPath | None) -> frozenset[str]:
    """The ids, paths and URLs in a file, one a line; blank lines and lines that begin with `#` say nothing."""
    if path is None:
        return frozenset()
    text = read_text(Path(path), max_bytes=MAX_LIST_BYTES, error=UsageError)
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def load_tags(path: StrPath | None) -> Lexicon | None:
    """The tags that an earlier build has learnt; UsageError if the file is no tags.json."""
    if path is None:
        return None
    return lexicon_from_json(read_text(Path(path), max_bytes=MAX_LIST_BYTES, error=UsageError))


def load_card(card: StrPath | None, target: Path) -> str | None:
    """The card whose human text is kept: the file that is named, else README.md of the dataset that is replaced."""
    if card is not None:
        return read_text(Path(card), max_bytes=MAX_TEXT_BYTES, error=UsageError)
    present = target / "README.md"
    return read_text(present, max_bytes=MAX_TEXT_BYTES, error=OutputError) if present.is_file() else None


def load_manifest(target: Path) -> Manifest | None:
    """The manifest of the dataset that stands at an output, null where there is none.

    IntegrityError if it is none of ours, UsageError if a newer toolkit wrote it, OutputError if it cannot be read.
    """
    present = target / MANIFEST_NAME
    if not present.is_file():
        return None
    return manifest_from_json(read_text(present, max_bytes=MAX_LIST_BYTES, error=OutputError))
