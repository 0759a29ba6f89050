"""`ReportFacts`: everything a report says beside its sample of rows; small values, for a dataset of any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from toolkit.contract import Contract
    from toolkit.dataset import Diff, Facts, Manifest
    from toolkit.dataset.characters import Characters

Language = Literal["en", "ar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """What a report says about a dataset as a whole.

    The files of `manifest` are not needed. `rejects` are (code, rejected pages with that code), null where the dataset
    came without its rejects, so that their codes are not known. `characters` are those of the rows drawn from all, see
    `Sample`. `changes` are those since the previous release, null where none was given.
    """

    contract: Contract
    manifest: Manifest
    facts: Facts
    characters: Characters
    rejects: tuple[tuple[str, int], ...] | None = ()
    changes: Diff | None = None
