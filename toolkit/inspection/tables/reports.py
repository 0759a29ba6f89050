"""What a worker is told of one Parquet file, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from toolkit.dataset.facts import Facts
from toolkit.validation import Selection, ValidationResult

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.pages import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """What tables of rows are held to: `rules` judges the rows.

    `own` is the contract that a shard of ours was built with, with its layout: null for the table of another tool, or
    where the dataset's copy cannot be read.
    """

    rules: Contract
    own: Contract | None = None
    layout: Layout | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardTask:
    """A Parquet file of rows at `path`, which findings call `file`, and what it must obey. Travels to workers."""

    path: Path
    file: str
    standards: Standards
    selection: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpublishedTask:
    """A file of rejects, or the one of duplicates, at `path`, which findings call `file`. Travels to workers."""

    path: Path
    file: str
    kind: Literal["rejects", "duplicates"]
    selection: Selection


Task = ShardTask | UnpublishedTask


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What one file holds and what was found in it; rows are counted from 0 in the file.

    - `whole` is whether every row was read and has the columns that it should. Only then are the next ones those of all
      rows: `files` (keys of the names of their pages), `pages` (the first 8 bytes of their SHA-256), and of a shard
      `hashes` (of the rows, 32 bytes each), `facts` and `decoded_bytes`; and `example` is its first row.
    - `keys` are those of each column of a shard whose values must differ, by rule.
    - `firsts` are keys of the pages that came before duplicates; `codes` counts rejected pages by the code of an error.
    """

    footer: ValidationResult = field(default_factory=ValidationResult)
    findings: ValidationResult = field(default_factory=ValidationResult)
    rows: int = 0
    whole: bool = False
    files: bytes = b""
    pages: bytes = b""
    hashes: bytes = b""
    facts: Facts = field(default_factory=Facts)
    decoded_bytes: int = 0
    example: dict[str, Any] = field(default_factory=dict)  # Any: a cell of any type
    keys: dict[str, bytes] = field(default_factory=dict)
    firsts: bytes = b""
    codes: tuple[tuple[str, int], ...] = ()
