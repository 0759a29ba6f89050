"""What a report tells of the previous release: a `Comparison` as lines of a table and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.reporting.figures import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.dataset import Counts
    from toolkit.reporting.values import Comparison, RowChanges, SchemaChanges
    from toolkit.reporting.wording import Words

COUNTED = ("pages", "rows", "rejected", "duplicates", "foreign", "excluded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number before and now; `difference` has its sign."""

    label: str
    detail: str
    before: str
    now: str
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`counts` of the manifests side by side, `rows` as (label, number), and the rest as sentences, `warning` first."""

    heading: str
    counts: tuple[Change, ...]
    rows: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    warning: str


def tell(comparison: Comparison, now: Counts, words: Words) -> Changes:
    """What changed from the release that `comparison` names to a dataset with the counts `now`."""
    schema = comparison.schema
    return Changes(
        heading=words["changes_note"].format(version=comparison.version, digest=comparison.digest),
        counts=tuple(_counts(comparison.counts, now, words)),
        rows=() if comparison.rows is None else _rows(comparison.rows, words),
        sentences=tuple(_sentences(comparison, words)),
        warning=words["breaking"] if schema is not None and schema.breaking else "",
    )


def _counts(before: Counts, now: Counts, words: Words) -> Iterator[Change]:
    for name in COUNTED:
        yield _change(words[name], "", getattr(before, name), getattr(now, name))
    old, new = dict(before.warnings), dict(now.warnings)
    for code in sorted({*old, *new}):
        yield _change(code, words.title(code), old.get(code, 0), new.get(code, 0))


def _change(label: str, detail: str, before: int, now: int) -> Change:
    difference = f"{now - before:+,}" if now != before else "0"
    return Change(label=label, detail=detail, before=count(before), now=count(now), difference=difference)


def _rows(rows: RowChanges, words: Words) -> tuple[tuple[str, str], ...]:
    return (
        (words["rows_added"], count(rows.added)),
        (words["rows_removed"], count(rows.removed)),
        (words["rows_changed"], count(rows.changed)),
        (words["tags_only"], count(rows.tags_only)),
    )


def _sentences(comparison: Comparison, words: Words) -> Iterator[str]:
    if comparison.rows is None:
        yield words["rows_unknown"]
    if comparison.schema is not None:
        yield from _schema(comparison.schema, words)
    if comparison.bump is not None:
        yield f"{words['bump']}: {words[f'bump_{comparison.bump}']}."


def _schema(schema: SchemaChanges, words: Words) -> Iterator[str]:
    kinds = (("fields_added", schema.added), ("fields_removed", schema.removed), ("fields_changed", schema.changed))
    named = [f"{words[key]}: {', '.join(names)}." for key, names in kinds if names]
    yield from named or [words["schema_same"]]
