"""`compare`: what changed between two datasets, from one pass over each; memory does not grow with the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.dataset.comparison.fingerprints import Partitions, fingerprint_rows, row_fields
from toolkit.dataset.comparison.matching import RowChanges, match_rows
from toolkit.dataset.comparison.schema_changes import SchemaChanges, compare_schemas
from toolkit.dataset.facts import Facts, Measurement
from toolkit.errors import IntegrityError
from toolkit.formats import counted
from toolkit.storage.scratch import open_scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from toolkit.contract import Contract
    from toolkit.dataset.manifest import Manifest
    from toolkit.dataset.versions import Bump
    from toolkit.storage.scratch import Scratch


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A dataset to compare: `batches` gives all its rows in order, with the columns of its contract."""

    manifest: Manifest
    contract: Contract
    batches: Callable[[], Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a comparison tells about one of its datasets."""

    manifest: Manifest
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What changed from one dataset to another, and the part of the version that it demands to grow.

    `taken_down` are those of the pages left out on request that were rows of the old one, by `page.file`.
    """

    old: Snapshot = field(repr=False)
    new: Snapshot = field(repr=False)
    schema: SchemaChanges
    rows: RowChanges
    bump: Bump
    taken_down: tuple[str, ...] = ()


def compare(old: Side, new: Side, *, excluded: Sequence[str] = ()) -> Diff:
    """The changes from `old` to `new`; rows are matched by `page.file`, then by `id`, in any order.

    `excluded` are the `page.file`s that were left out of `new` on request.

    IntegrityError if a dataset has another number of rows than its manifest says; OutputError if the scratch file
    (some 150 bytes a row) cannot be written.
    """
    fields = _shared_fields(old, new)
    with open_scratch() as scratch:
        before, old_facts = _read(old, fields, scratch)
        after, new_facts = _read(new, fields, scratch)
        were_rows = before.holds(excluded) if excluded else []
        rows = match_rows(before, after, fields, scratch)
    schema = compare_schemas(old.contract, new.contract)
    return Diff(
        old=Snapshot(manifest=old.manifest, facts=old_facts),
        new=Snapshot(manifest=new.manifest, facts=new_facts),
        schema=schema,
        rows=rows,
        bump=_bump(schema, rows, same_rows=old.manifest.digest == new.manifest.digest),
        taken_down=tuple(file for file, was_row in zip(excluded, were_rows, strict=True) if was_row),
    )


def _shared_fields(old: Side, new: Side) -> list[str]:
    before, after = row_fields(old.contract.arrow()), row_fields(new.contract.arrow())
    return [name for name, kind in after.items() if before.get(name) == kind]


def _read(side: Side, fields: Sequence[str], scratch: Scratch) -> tuple[Partitions, Facts]:
    """The fingerprints and the facts of all rows."""
    partitions, measurement = Partitions(scratch, len(fields), "file"), Measurement()
    for batch in side.batches():
        partitions.add(fingerprint_rows(batch, fields))
        measurement.add(pa.Table.from_batches([batch]))
    facts = measurement.facts()
    if facts.rows != side.manifest.counts.rows:
        raise IntegrityError(
            f"{counted(facts.rows, 'row')} read, where manifest.json of version {side.manifest.version} has "
            f"{side.manifest.counts.rows}",
            mend="Run `toolkit validate` on it.",
        )
    return partitions, facts


def _bump(schema: SchemaChanges, rows: RowChanges, *, same_rows: bool) -> Bump:
    """What the changes demand: major if readers break, minor if fields or rows came or went, else patch."""
    if schema.breaking:
        return "major"
    if rows.added or rows.removed or schema.added or schema.changed:
        return "minor"
    return "none" if same_rows else "patch"
