"""`ReportFacts`: everything a report says beside its sample of rows; small values, for a dataset of any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from toolkit.contract import Contract
    from toolkit.dataset import Counts, Diff, Facts, Manifest, Sample
    from toolkit.dataset.characters import Characters

Language = Literal["en", "ar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """What a report says about a dataset as a whole.

    `name` and `name_ar` are the contract's; `toolkit` is the version of article-toolkit. `rejects` are (code, rejected
    pages with that code), null where the dataset came without its rejects, so that their codes are not known.
    `characters` are those of the rows drawn from all, see `Sample`.
    `changes` are those since the previous release, null where none was given.
    """

    name: str
    name_ar: str | None
    version: str
    toolkit: str
    contract: str
    digest: str
    counts: Counts
    facts: Facts
    characters: Characters
    rejects: tuple[tuple[str, int], ...] | None = ()
    changes: Diff | None = None

    @classmethod
    def of(
        cls,
        contract: Contract,
        manifest: Manifest,
        facts: Facts,
        sample: Sample,
        *,
        rejects: tuple[tuple[str, int], ...] | None,
        changes: Diff | None,
    ) -> Self:
        """What a report says about the dataset with this manifest; its files are not needed in it."""
        return cls(
            name=contract.name,
            name_ar=contract.name_ar,
            version=manifest.version,
            toolkit=manifest.toolkit,
            contract=manifest.contract.version,
            digest=manifest.digest,
            counts=manifest.counts,
            facts=facts,
            characters=sample.characters(contract),
            rejects=rejects,
            changes=changes,
        )
