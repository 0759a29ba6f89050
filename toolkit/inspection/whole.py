"""`Whole`: the checks that look at more than one file of a dataset."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

from toolkit.dataset.card import CardFacts
from toolkit.dataset.facts import merge
from toolkit.dataset.manifest import PLACES
from toolkit.dataset.tables import digest
from toolkit.inspection.documents import find_card_flaws, find_croissant_flaws
from toolkit.inspection.findings import finding, place
from toolkit.inspection.integrity import duplicates_of, rejects_of, shards_of
from toolkit.inspection.repeats import PageList, find_orphans, find_repeated_pages, find_repeated_values
from toolkit.storage.dataset_files import CROISSANT_NAME, MANIFEST_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.dataset.manifest import ListedFile, Manifest
    from toolkit.diagnostics import Diagnostic
    from toolkit.inspection.tables import TableReport, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A dataset of which everything has been read, or is read now.

    `rules` judges its rows, `own` is its own contract; each is null where it cannot be read.
    """

    folder: Path
    manifest: Manifest
    rules: Contract | None
    own: Contract | None
    tables: Tables
    expect_digest: str | None

    def _reports(self) -> list[TableReport]:
        """Those of the shards; the other tables are read, too."""
        self.tables.load(self.tables.every)
        return [self.tables.report(file) for file in self.tables.shards]

    def repeats(self) -> Iterator[Diagnostic]:
        """Values, pages and rows that stand a second time."""
        reports, tables = self._reports(), self.tables
        parts = [self._pages_of(file) for file in tables.every]
        if self.rules is not None:
            yield from find_repeated_values([part.file for part in parts], reports, self.rules)
        yield from find_repeated_pages(parts)
        for file, pages in zip(tables.every, parts, strict=True):
            firsts = tables.report(file).firsts
            if firsts and all(report.whole for report in reports):
                yield from find_orphans(pages, firsts, parts)

    def _pages_of(self, file: ListedFile) -> PageList:
        report = self.tables.report(file)
        return PageList(
            file=place(self.folder, file.path).file,
            path="page.file" if file in self.tables.shards else "file",
            first=self.tables.rows_before(file),
            files=report.files,
            pages=report.pages,
        )

    def digest(self) -> Iterator[Diagnostic]:
        """A digest of the rows that is not the one of the manifest, or not the expected one."""
        reports = self._reports()
        if not all(report.whole for report in reports):
            return
        where = place(self.folder, MANIFEST_NAME)
        found, said = digest(report.hashes for report in reports), self.manifest.digest
        if found != said:
            message = "the rows have another digest than the manifest says"
            yield finding("I531", message, where, path="digest", found=said, expected=found)
        if self.expect_digest is not None and found != self.expect_digest:
            message = "the rows have another digest than was expected"
            yield finding("I532", message, where, path="digest", found=found, expected=self.expect_digest)

    def counts(self) -> Iterator[Diagnostic]:
        """Counts of the manifest that do not add up, or are not those of the files, as far as these can be read."""
        reports, counts = self._reports(), self.manifest.counts
        if not counts.add_up:
            placed = str(sum(getattr(counts, name) for name in PLACES))
            message = "the counts do not add up: pages are rows, rejected, duplicates, foreign and excluded"
            where = place(self.folder, MANIFEST_NAME)
            yield finding("I533", message, where, path="counts.pages", found=str(counts.pages), expected=placed)
        yield from self._miscount("inputs.count", self.manifest.inputs.count, counts.pages)
        tables = {file: self.tables.report(file) for file in self.tables.every}
        held = {file: report.rows for file, report in tables.items() if report.whole}
        for file in self.manifest.files:
            if file in held:
                yield from self._miscount(f"rows of {file.path}", file.rows, held[file])
        for name, files in (
            ("rows", shards_of(self.manifest)),
            ("rejected", rejects_of(self.manifest)),
            ("duplicates", duplicates_of(self.manifest)),
        ):
            rows = sum(held.get(file, file.rows or 0) for file in files)
            yield from self._miscount(f"counts.{name}", getattr(counts, name), rows)
        if all(report.whole for report in reports):
            said, found = dict(counts.warnings), dict(merge(report.facts for report in reports).warnings)
            for code in sorted(said.keys() | found.keys()):
                yield from self._miscount(f"counts.warnings.{code}", said.get(code, 0), found.get(code, 0))

    def _miscount(self, path: str, said: int | None, held: int) -> Iterator[Diagnostic]:
        if said != held:
            told = "nothing" if said is None else str(said)
            message = f"{path}: the manifest says {told}, the files hold {held}"
            yield finding("I533", message, place(self.folder, MANIFEST_NAME), path=path, found=told, expected=str(held))

    def card(self) -> Iterable[Diagnostic]:
        """What the card says that the files do not."""
        if self.own is None:
            return ()
        reports = self._reports()
        whole = all(report.whole for report in reports)
        facts = CardFacts(
            contract=self.own,
            manifest=self._as_found(reports) if whole else self.manifest,
            facts=merge(report.facts for report in reports),
            num_bytes=sum(report.decoded_bytes for report in reports),
            download_size=sum(file.bytes for file in self.tables.shards),
            rejects=self._rejects() or (),
            example=next((report.example for report in reports if report.rows), {}),
        )
        return find_card_flaws(self.folder, facts, sized=whole, sections=self._sections(whole=whole))

    def _as_found(self, reports: Sequence[TableReport]) -> Manifest:
        """The manifest with the digest and the number of the rows that are there."""
        counts = replace(self.manifest.counts, rows=sum(report.rows for report in reports))
        return replace(self.manifest, counts=counts, digest=digest(report.hashes for report in reports))

    def _sections(self, *, whole: bool) -> Collection[str]:
        """The sections of the card whose text is known: of another version of the toolkit none is."""
        if not whole or not _is_of_this_version(self.manifest):
            return ()
        known = {"loading", "fields", "example", "making", "rights"}
        facts = merge(report.facts for report in self._reports())
        if not facts.sources.others:
            known |= {"summary", "sources"}
        return known if self._rejects() is None else {*known, "counts"}

    def _rejects(self) -> tuple[tuple[str, int], ...] | None:
        """Rejected pages by code; null where a release lacks them."""
        counted: Counter[str] = Counter()
        rejected = 0
        for file in self.tables.unpublished:
            report = self.tables.report(file)
            counted.update(dict(report.codes))
            rejected += 0 if report.firsts else report.rows
        return tuple(sorted(counted.items())) if rejected == self.manifest.counts.rejected else None

    def croissant(self) -> Iterable[Diagnostic]:
        """What croissant.json says that the manifest does not."""
        if self.own is None or all(file.path != CROISSANT_NAME for file in self.manifest.files):
            return ()
        return find_croissant_flaws(self.folder, self.own, self.manifest, same=_is_of_this_version(self.manifest))


def _is_of_this_version(manifest: Manifest) -> bool:
    """Whether this very version of the toolkit wrote a dataset."""
    return manifest.toolkit == installed_version("article-toolkit")
