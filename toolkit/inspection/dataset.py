"""`inspect_dataset`: the list of a dataset's checks; a new one has its line here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from toolkit.errors import IntegrityError
from toolkit.inspection.documents import find_tags_flaws, read_contract, read_layout
from toolkit.inspection.integrity import find_file_flaws, read_manifest
from toolkit.inspection.signature import find_signature_flaws
from toolkit.inspection.tables import Standards, Tables
from toolkit.inspection.whole import Whole
from toolkit.validation import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from toolkit.diagnostics import Diagnostic
    from toolkit.inspection.aims import Aims
    from toolkit.validation import Selection, ValidationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of a dataset: of all of it, or of the file `shard` (its path in the dataset).

    `unread` are the paths of the tables that it would need and that cannot be read whole.
    """

    name: str
    shard: str | None = None
    find: Callable[[], ValidationResult]
    unread: Callable[[], tuple[str, ...]] = tuple

    def run(self) -> tuple[Diagnostic, ...]:
        """What is wrong, as much of it as the inspection keeps; empty where nothing is.

        IntegrityError where no error is found, but not everything could be looked at.
        """
        found = self.find()
        unread = () if found.errors else self.unread()
        if unread:
            raise IntegrityError(
                f"not checked, for rows of it cannot be read: {', '.join(unread)}", mend="`toolkit validate` tells why."
            )
        return found.diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """All checks of one dataset. `rows` and `shards` are what its manifest says, null where it has none.

    `load` reads all tables at once, on several processes; without it each check reads what it needs.
    """

    checks: tuple[Check, ...]
    rows: int | None
    shards: int | None
    load: Callable[[], None]


def inspect_dataset(folder: Path, aims: Aims) -> Inspection:
    """The checks of the dataset in `folder`, ready to run. UsageError where a newer toolkit wrote it."""
    manifest, manifest_flaws = read_manifest(folder)
    check = partial(_check, aims.selection)
    of_manifest = check("manifest", lambda: manifest_flaws)
    if manifest is None:
        return Inspection(checks=(of_manifest,), rows=None, shards=None, load=lambda: None)
    contract, contract_flaws = read_contract(folder, manifest)
    layout, layout_flaws = read_layout(folder)
    rules = aims.rules or contract
    standards = None if rules is None else Standards(rules=rules, own=contract, layout=layout)
    tables = Tables(folder, manifest, standards, aims)
    whole = Whole(
        folder=folder, manifest=manifest, rules=rules, own=contract, tables=tables, expect_digest=aims.expect_digest
    )
    checks = (
        of_manifest,
        check("files", lambda: find_file_flaws(folder, manifest)),
        *([] if aims.key is None else [check("signature", partial(find_signature_flaws, folder, aims.key))]),
        check("contract", lambda: contract_flaws),
        check("layout", lambda: layout_flaws),
        *_table_checks(tables),  # the first to start processes: each reader would import again what others do not need
        check("tags", lambda: find_tags_flaws(folder)),
        check("repeats", whole.repeats, lambda: tables.unread(tables.every)),
        check("digest", whole.digest, lambda: tables.unread(tables.shards)),
        check("counts", whole.counts, lambda: tables.unread(tables.every)),
        check("card", whole.card, lambda: tables.unread(tables.shards)),
        check("croissant", whole.croissant),
    )
    load = partial(tables.load, tables.every)
    return Inspection(checks=checks, rows=manifest.counts.rows, shards=len(tables.shards), load=load)


def _check(
    selection: Selection,
    name: str,
    find: Callable[[], Iterable[Diagnostic]],
    unread: Callable[[], tuple[str, ...]] = tuple,
) -> Check:
    """A check of the whole dataset."""

    def collected() -> ValidationResult:
        collector = Collector(selection)
        collector.add(find())
        return collector.found()

    return Check(name=name, find=collected, unread=unread)


def _table_checks(tables: Tables) -> Iterator[Check]:
    """The checks of single Parquet files."""
    for file in tables.readable(tables.shards):
        yield Check(name="footer", shard=file.path, find=partial(tables.footer, file))
    for file in tables.readable(tables.shards):
        find, unread = partial(tables.findings, file), partial(tables.unread, [file])
        yield Check(name="rows", shard=file.path, find=find, unread=unread)
    for file in tables.readable(tables.unpublished):
        name = file.path.split("/")[0].split(".")[0]
        yield Check(name=name, shard=file.path, find=partial(tables.findings, file))
