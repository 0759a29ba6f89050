"""Documents -> outcomes: each page becomes a row, a reject, or a count."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import compress
from operator import itemgetter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.codes import CODES
from toolkit.dataset import ID_DIGITS, make_rows
from toolkit.diagnostics import Diagnostic, Location, cut, diagnose, escape
from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.pages import Finding, Layout, PageReader, PageRules, Readings, Refused, find_facts, read_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from toolkit.contract import Contract

BATCH_BYTES = 8 * 1024 * 1024
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
    """How pages are read (contract, layout, encoding; null: UTF-8), and which are left out.

    `excluded` has ids, `page.file`s and URLs of pages to leave out.
    """

    contract: Contract
    layout: Layout
    encoding: str | None = None
    skip_foreign: bool = False
    excluded: frozenset[str] = field(default_factory=frozenset)

    def page_rules(self) -> PageRules:
        """The rules of the reader of pages, which knows no contract."""
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
    of its tags line; `matched` the entries of `ReadingRules.excluded` that named some of the pages.
    """

    documents: Sequence[Document]
    outcomes: Sequence[Outcome]
    rows: pa.RecordBatch
    rejects: Sequence[Reject]
    remarks: Sequence[Diagnostic]
    tag_facts: NDArray[np.uint64]
    matched: frozenset[str]


def read_batches(
    documents: Iterable[Document], rules: ReadingRules, *, with_remarks: bool = False
) -> Iterator[ReadBatch]:
    """The outcomes of `documents`, in order, some MiB of pages at a time; tags are still to come."""
    reader = PageReader(rules.page_rules(), skip_foreign=rules.skip_foreign)
    batch: list[Document] = []
    held = 0
    for document in documents:
        batch.append(document)
        held += len(document.raw or b"")
        if held >= BATCH_BYTES or len(batch) >= BATCH_PAGES:
            yield _Batch(batch, rules).read(reader, with_remarks=with_remarks)
            batch, held = [], 0
    if batch:
        yield _Batch(batch, rules).read(reader, with_remarks=with_remarks)


class _Batch:
    """Some documents on their way to their outcomes: each is to become a row, until it turns out to be none."""

    def __init__(self, documents: Sequence[Document], rules: ReadingRules) -> None:
        self._documents = documents
        self._rules = rules
        self._outcomes = [Outcome.ROW] * len(documents)
        self._rejects: dict[int, Reject] = {}

    def read(self, reader: PageReader, *, with_remarks: bool) -> ReadBatch:
        """Read them all, once."""
        matched = self._exclude()
        self._reject_unread()
        if self._rules.skip_foreign:
            self._pass_over(reader)
        readable = self._remaining()
        readings = reader.read(self._pages(readable))
        for number, refused in readings.refused.items():
            self._refuse(readable[number], refused)
        documents = [self._documents[readable[number]] for number in readings.numbers.tolist()]
        return ReadBatch(
            documents=self._documents,
            outcomes=self._outcomes,
            rows=make_rows(documents, readings.articles, readings.renderings),
            tag_facts=find_facts(*map(readings.articles.column, ("tags_text", "headline", "body"))),
            rejects=[reject for _, reject in sorted(self._rejects.items(), key=itemgetter(0))],
            remarks=_remarks(documents, readings, self._rules.page_rules()) if with_remarks else (),
            matched=matched,
        )

    def _remaining(self) -> list[int]:
        """The documents, by number, that are still to become rows."""
        return [index for index, outcome in enumerate(self._outcomes) if outcome is Outcome.ROW]

    def _pages(self, indexes: Sequence[int]) -> list[bytes]:
        return [self._documents[index].raw or b"" for index in indexes]

    def _exclude(self) -> frozenset[str]:
        """Leave out the pages that are named by an entry of `excluded`; gives the entries that named any."""
        if not self._rules.excluded:
            return frozenset()
        matched: set[str] = set()
        for index, document in enumerate(self._documents):
            found = self._rules.excluded & {document.file, document.url or document.file, document.sha256[:ID_DIGITS]}
            if found:
                self._outcomes[index] = Outcome.EXCLUDED
                matched |= found
        return frozenset(matched)

    def _reject_unread(self) -> None:
        """Reject documents of which there are no bytes to read, or whose reading failed."""
        for index in self._remaining():
            document = self._documents[index]
            if document.raw is None or document.fault is not None:
                self._outcomes[index] = Outcome.REJECT
                self._rejects[index] = Reject(document=document, diagnostics=(_unread(document),))

    def _pass_over(self, reader: PageReader) -> None:
        """Mark pages that are foreign at first sight: in a crawl of the whole web most are."""
        remaining = self._remaining()
        for index in compress(remaining, reader.are_foreign(self._pages(remaining))):
            self._outcomes[index] = Outcome.FOREIGN

    def _refuse(self, index: int, page: Refused) -> None:
        """Reject a page that was read and is no row, unless it is foreign and those are skipped."""
        if self._rules.skip_foreign and page.is_foreign:
            self._outcomes[index] = Outcome.FOREIGN
            return
        document = self._documents[index]
        diagnostics = tuple(to_diagnostic(finding, document.file) for finding in page.findings)
        self._outcomes[index] = Outcome.REJECT
        self._rejects[index] = Reject(document=document, diagnostics=diagnostics)


def _remarks(documents: Sequence[Document], readings: Readings, rules: PageRules) -> list[Diagnostic]:
    """The warnings of rows, with their place in the page: those that have any are read once more."""
    warned = pc.list_value_length(readings.articles.column("warnings")).to_pylist()
    return [
        to_diagnostic(finding, document.file)
        for document, warnings in zip(documents, warned, strict=True)
        if warnings
        for finding in read_page(document.raw or b"", rules).findings
    ]


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
