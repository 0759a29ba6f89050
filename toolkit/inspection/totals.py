"""What only all rows together can tell: repeats, the digest, and the counts of the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from toolkit.dataset.manifest import PLACES
from toolkit.dataset.tables import digest
from toolkit.diagnostics import Diagnostic, Location
from toolkit.inspection.findings import finding, place
from toolkit.inspection.integrity import duplicates_of, rejects_of, shards_of
from toolkit.inspection.tables import KEY_BYTES, find_repeats
from toolkit.storage.dataset_files import MANIFEST_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.dataset.facts import Facts
    from toolkit.dataset.manifest import Manifest
    from toolkit.inspection.tables import TableReport


@dataclass(frozen=True, slots=True, kw_only=True)
class PageList:
    """The pages that one file names: keys of their names, and the first bytes of their hashes; 8 bytes each.

    `first` is the row that the file begins with, `path` the field of the name.
    """

    file: str
    path: str
    first: int
    files: bytes
    pages: bytes


def find_repeated_values(files: Sequence[str], reports: Sequence[TableReport], rules: Contract) -> Iterator[Diagnostic]:
    """Values that stand a second time in a column whose values must differ, over all files in their order."""
    begins = [0, *accumulate(report.rows for report in reports)]
    for rule in rules.rules:
        if rule.kind == "unique":
            for (part, row), (before, first) in find_repeats([report.keys.get(rule.name, b"") for report in reports]):
                yield finding(
                    rule.code,
                    f"{rule.path} stands a second time, first in row {begins[before] + first} of {files[before]}",
                    Location(file=files[part]),
                    level=rule.level,
                    row=begins[part] + row,
                    path=rule.path,
                    expected=rule.expected,
                )


def find_repeated_pages(parts: Sequence[PageList]) -> Iterator[Diagnostic]:
    """Rows, rejects and duplicates that come from a page of which there is one before."""
    for (part, row), (before, first) in find_repeats([each.files for each in parts]):
        yield finding(
            "I526",
            f"a page stands a second time, first in row {parts[before].first + first} of {parts[before].file}",
            Location(file=parts[part].file),
            row=parts[part].first + row,
            path=parts[part].path,
        )


def find_orphans(duplicates: PageList, firsts: bytes, parts: Sequence[PageList]) -> Iterator[Diagnostic]:
    """Duplicates of pages that are no row and no reject, or have other bytes."""
    known = {pair for part in parts for pair in zip(_cut(part.files), _cut(part.pages), strict=True)}
    for row, pair in enumerate(zip(_cut(firsts), _cut(duplicates.pages), strict=True)):
        if pair not in known:
            message = "the page that is said to come first is neither a row nor a reject with the same bytes"
            yield finding("I561", message, Location(file=duplicates.file), row=row, path="first")


def _cut(keys: bytes) -> list[bytes]:
    return [keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)]


def find_digest_flaws(
    folder: Path, manifest: Manifest, reports: Sequence[TableReport], expected: str | None
) -> Iterator[Diagnostic]:
    """Whether the rows have the digest of the manifest, and the one that the caller expects (null: any)."""
    if not all(report.whole for report in reports):
        return
    where = place(folder, MANIFEST_NAME)
    found = digest(report.hashes for report in reports)
    if found != manifest.digest:
        message = "the rows have another digest than the manifest says"
        yield finding("I531", message, where, path="digest", found=manifest.digest, expected=found)
    if expected is not None and found != expected:
        message = "the rows have another digest than was expected"
        yield finding("I532", message, where, path="digest", found=found, expected=expected)


def find_count_flaws(
    folder: Path, manifest: Manifest, held: Mapping[str, int], facts: Facts | None
) -> Iterator[Diagnostic]:
    """Whether the manifest's counts add up and are those of the files.

    `held` are the rows by the path of each table that was read whole, `facts` those of all rows, null where a shard
    was not.
    """
    where, counts = place(folder, MANIFEST_NAME), manifest.counts
    if not counts.add_up:
        placed = str(sum(getattr(counts, name) for name in PLACES))
        message = "the counts do not add up: pages are rows, rejected, duplicates, foreign and excluded"
        yield finding("I533", message, where, path="counts.pages", found=str(counts.pages), expected=placed)
    yield from _miscounts(where, "inputs.count", manifest.inputs.count, counts.pages)
    for file in manifest.files:
        if file.path in held:
            yield from _miscounts(where, f"rows of {file.path}", file.rows, held[file.path])
    for name, number, files in (
        ("rows", counts.rows, shards_of(manifest)),
        ("rejected", counts.rejected, rejects_of(manifest)),
        ("duplicates", counts.duplicates, duplicates_of(manifest)),
    ):
        yield from _miscounts(
            where, f"counts.{name}", number, sum(held.get(file.path, file.rows or 0) for file in files)
        )
    if facts is not None:
        said, found = dict(counts.warnings), dict(facts.warnings)
        for code in sorted(said.keys() | found.keys()):
            yield from _miscounts(where, f"counts.warnings.{code}", said.get(code, 0), found.get(code, 0))


def _miscounts(where: Location, path: str, said: int | None, held: int) -> Iterator[Diagnostic]:
    if said != held:
        told = "nothing" if said is None else str(said)
        message = f"{path}: the manifest says {told}, the files hold {held}"
        yield finding("I533", message, where, path=path, found=told, expected=str(held))
