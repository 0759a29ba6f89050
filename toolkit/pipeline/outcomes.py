"""Documents -> outcomes: each page becomes a row, a reject, or a count."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from toolkit.codes import CODES
from toolkit.dataset import ID_DIGITS, RowBuilder
from toolkit.diagnostics import Diagnostic, Location, cut, diagnose, escape
from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.pages import Accepted, Finding, Layout, PageReader, PageReading, PageRules, find_facts, read_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from toolkit.contract import Contract

BATCH_BYTES = 4 * 1024 * 1024
"""Raw bytes of pages that are read, checked and written together."""

BATCH_PAGES = 4096


class Outcome(IntEnum):
    """Where a page ended, before duplicates are taken out."""

    ROW = 0
    REJECT = 1
    FOREIGN = 2
    EXCLUDED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """What decides over a page: contract, layout, encoding (null: UTF-8), and which pages are none of ours.

    `excluded` has ids, `page.file`s and URLs of pages to leave out.
    """

    contract: Contract
    layout: Layout
    encoding: str | None = None
    skip_foreign: bool = False
    excluded: frozenset[str] = field(default_factory=frozenset)

    def page_rules(self) -> PageRules:
        """What pages are read by."""
        required = frozenset(field.name for field in self.contract.fields if field.required)
        return PageRules(layout=self.layout, encoding=self.encoding, required=required, levels=self.contract.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A page that is no row: its bytes and everything that was found in it."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBatch:
    """Some pages in a row: `outcomes` has one entry a document, `rows` one row for each `ROW`, in order.

    `remarks` has the warnings of the rows, with their place in the page; `tag_facts` what the text of each row says
    of its tags line.
    """

    documents: Sequence[Document]
    outcomes: Sequence[Outcome]
    rows: pa.RecordBatch
    rejects: Sequence[Reject]
    remarks: Sequence[Diagnostic]
    tag_facts: Sequence[int]


def read_batches(
    documents: Iterable[Document], rules: ReadingRules, *, with_remarks: bool = False
) -> Iterator[ReadBatch]:
    """The outcomes of `documents`, in order, some MiB of pages at a time; tags are still to come."""
    reader = PageReader(rules.page_rules())
    batch: list[Document] = []
    held = 0
    for document in documents:
        batch.append(document)
        held += len(document.raw or b"")
        if held >= BATCH_BYTES or len(batch) >= BATCH_PAGES:
            yield _Batch(batch, rules, with_remarks=with_remarks).read(reader)
            batch, held = [], 0
    if batch:
        yield _Batch(batch, rules, with_remarks=with_remarks).read(reader)


class _Batch:
    """Some documents on their way to their outcomes."""

    def __init__(self, documents: Sequence[Document], rules: ReadingRules, *, with_remarks: bool) -> None:
        self._documents = documents
        self._rules = rules
        self._with_remarks = with_remarks
        self._rows = RowBuilder()
        self._tag_facts: list[int] = []
        self._rejects: list[Reject] = []
        self._remarks: list[Diagnostic] = []

    def read(self, reader: PageReader) -> ReadBatch:
        """Read them all."""
        readable = [document for document in self._documents if self._is_readable(document)]
        readings = iter(reader.read([document.raw or b"" for document in readable]))
        outcomes = [
            self._settle(document, next(readings)) if self._is_readable(document) else self._set_aside(document)
            for document in self._documents
        ]
        return ReadBatch(
            documents=self._documents,
            outcomes=outcomes,
            rows=self._rows.finish(),
            tag_facts=self._tag_facts,
            rejects=self._rejects,
            remarks=self._remarks,
        )

    def _is_readable(self, document: Document) -> bool:
        return document.raw is not None and document.fault is None and not _is_excluded(document, self._rules.excluded)

    def _set_aside(self, document: Document) -> Outcome:
        if _is_excluded(document, self._rules.excluded):
            return Outcome.EXCLUDED
        self._rejects.append(Reject(document=document, diagnostics=(_unread(document),)))
        return Outcome.REJECT

    def _settle(self, document: Document, reading: Accepted | PageReading) -> Outcome:
        if isinstance(reading, Accepted):
            self._accept(document, reading)
            return Outcome.ROW
        if self._rules.skip_foreign and reading.is_foreign:
            return Outcome.FOREIGN
        diagnostics = tuple(to_diagnostic(finding, document.file) for finding in reading.findings)
        self._rejects.append(Reject(document=document, diagnostics=diagnostics))
        return Outcome.REJECT

    def _accept(self, document: Document, page: Accepted) -> None:
        self._rows.add(document, page)
        cells = page.cells
        self._tag_facts.append(find_facts(cells.tags_text, cells.headline, cells.body))
        if self._with_remarks and page.warnings:
            found = read_page(document.raw or b"", self._rules.page_rules()).findings
            self._remarks += [to_diagnostic(finding, document.file) for finding in found]


def _is_excluded(document: Document, excluded: frozenset[str]) -> bool:
    return bool(excluded) and not excluded.isdisjoint(
        (document.file, document.url or document.file, document.sha256[:ID_DIGITS])
    )


def _unread(document: Document) -> Diagnostic:
    """Why a page is a reject before anybody looks at its text: it is too large, or changed while it was read."""
    location = Location(file=document.file, line=1, column=1)
    if document.fault is not None:
        return diagnose(document.fault, CODES[document.fault].title, location)
    return diagnose(
        "D104",
        f"{CODES['D104'].title}: {document.size} bytes",
        location,
        found=str(document.size),
        expected=f"at most {MAX_PAGE_BYTES} bytes",
    )


def to_diagnostic(finding: Finding, file: str) -> Diagnostic:
    """The diagnostic of a finding in the page `file`."""
    parts = [CODES[finding.code].title, finding.detail]
    if finding.found is not None:
        parts.append(f"found {escape(cut(finding.found, 60))!r}" if finding.found else "found nothing")
    if finding.expected is not None:
        parts.append(f"expected {finding.expected}")
    return diagnose(
        finding.code,
        "; ".join(part for part in parts if part),
        Location(file=file, line=finding.line, column=finding.column),
        level=finding.level,
        found=finding.found,
        expected=finding.expected,
    )
