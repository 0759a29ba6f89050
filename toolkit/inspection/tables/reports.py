"""What a worker is told of one Parquet file, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.dataset.facts import Facts
from toolkit.validation import Selection, ValidationResult

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.pages import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardTask:
    """A Parquet file at `path`, which findings call `file`, and what it must obey. Travels to workers.

    `rules` judges the rows. `own` is the contract that a shard of ours was built with, with its layout: null for the
    table of another tool, or where the dataset's copy cannot be read.
    """

    path: Path
    file: str
    rules: Contract
    own: Contract | None
    layout: Layout | None
    selection: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardReport:
    """What one file holds and what was found in it; rows are counted from 0 in the file.

    - `whole` is whether every row was read and has the columns of the contract. Only then are the next ones those of
      all rows: `hashes` (of the rows, 32 bytes each), `files` (keys of `page.file`), `pages` (the first 8 bytes of
      `page.sha256`), `facts` and `decoded_bytes`; and `example` is the first row.
    - `keys` are those of each column whose values must differ, by rule.
    """

    footer: ValidationResult = field(default_factory=ValidationResult)
    findings: ValidationResult = field(default_factory=ValidationResult)
    rows: int = 0
    whole: bool = False
    hashes: bytes = b""
    files: bytes = b""
    pages: bytes = b""
    keys: dict[str, bytes] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    decoded_bytes: int = 0
    example: dict[str, Any] = field(default_factory=dict)  # Any: a cell of any type
