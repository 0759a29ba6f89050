"""`Aims`: what the caller wants to know, and how it is found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.contract import Contract
    from toolkit.engines import Progress
    from toolkit.validation import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """The content of the file of a public key, and that file's name."""

    file: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """What data are held to: `rules` judges the rows of a dataset in place of its own contract; null: its own.

    `key` is whose signature a dataset must bear, null where nobody asks. `workers` is null for as many as the size of
    tables and this machine's cores are worth.
    """

    rules: Contract | None = None
    expect_digest: str | None = None
    key: PublicKey | None = None
    selection: Selection
    workers: int | None
    progress: Progress | None = None
