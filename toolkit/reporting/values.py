"""`ReportFacts`: everything a report tells beside its sample of rows; small values, whatever the dataset's size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from toolkit.dataset import Counts, Facts

Language = Literal["en", "ar"]
Bump = Literal["major", "minor", "patch", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChanges:
    """Rows against the previous release: `tags_only` are those in which nothing but the tags differ."""

    added: int
    removed: int
    changed: int
    tags_only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChanges:
    """Fields (paths such as `related[].age`) against the previous release; `breaking` where readers must change."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    breaking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The previous release and what changed; `rows`, `schema` and `bump` are null where only its counts are known."""

    version: str
    digest: str
    counts: Counts
    rows: RowChanges | None = None
    schema: SchemaChanges | None = None
    bump: Bump | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """What a report says about a dataset as a whole.

    `name` and `name_ar` are the contract's; `toolkit` is the version of article-toolkit. `rejects` are (code, rejected
    pages with that code), null where the dataset came without its rejects, so that their codes are not known.
    """

    name: str
    name_ar: str | None
    version: str
    toolkit: str
    contract: str
    digest: str
    counts: Counts
    facts: Facts
    rejects: tuple[tuple[str, int], ...] | None = ()
    comparison: Comparison | None = None
