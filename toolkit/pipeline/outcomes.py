"""Documents -> outcomes: each page becomes a row, a reject, or a count."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import compress
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset.tables import ID_DIGITS, make_rows
from toolkit.pages import Layout, PageReader, PageRules, Readings, Refused, find_facts, read_page
from toolkit.pipeline.page_diagnostics import explain_finding, explain_unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from toolkit.contract import Contract
    from toolkit.diagnostics import Diagnostic
    from toolkit.documents import Document

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
    for batch in _batches(documents):
        yield _Batch(batch, rules).read(reader, with_remarks=with_remarks)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    held = 0
    for document in documents:
        batch.append(document)
        held += len(document.raw or b"")
        if held >= BATCH_BYTES or len(batch) >= BATCH_PAGES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


class _Batch:
    """Some documents on their way to their outcomes: each is a row until it is found to be something else."""

    def __init__(self, documents: Sequence[Document], rules: ReadingRules) -> None:
        self._documents = documents
        self._rules = rules
        self._outcomes = [Outcome.ROW] * len(documents)
        self._rejects: dict[int, Reject] = {}

    def read(self, reader: PageReader, *, with_remarks: bool) -> ReadBatch:
        """Find the outcome of each document; the cheap questions come first."""
        matched = self._exclude()
        self._reject_unread()
        if self._rules.skip_foreign:
            self._skip_foreign(reader)
        unread = self._rows()
        readings = reader.read(self._pages(unread))
        for number, refused in readings.refused.items():
            self._refuse(unread[number], refused)
        documents = [self._documents[unread[number]] for number in readings.numbers.tolist()]
        return ReadBatch(
            documents=self._documents,
            outcomes=self._outcomes,
            rows=make_rows(documents, readings.articles, readings.renderings),
            tag_facts=find_facts(*map(readings.articles.column, ("tags_text", "headline", "body"))),
            rejects=[self._rejects[index] for index in sorted(self._rejects)],
            remarks=_remarks(documents, readings, self._rules.page_rules()) if with_remarks else (),
            matched=matched,
        )

    def _rows(self) -> list[int]:
        """The numbers of the documents that are rows so far."""
        return [index for index, outcome in enumerate(self._outcomes) if outcome is Outcome.ROW]

    def _pages(self, indexes: Sequence[int]) -> list[bytes]:
        return [self._documents[index].raw or b"" for index in indexes]

    def _exclude(self) -> frozenset[str]:
        """Leave out the pages that an entry of `excluded` names; gives the entries that name any."""
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
        for index in self._rows():
            document = self._documents[index]
            if document.raw is None or document.fault is not None:
                self._reject(index, (explain_unread(document),))

    def _skip_foreign(self, reader: PageReader) -> None:
        """Pass over pages that are foreign at first sight: in a crawl of the whole web most are."""
        indexes = self._rows()
        for index in compress(indexes, reader.are_foreign(self._pages(indexes))):
            self._outcomes[index] = Outcome.FOREIGN

    def _refuse(self, index: int, page: Refused) -> None:
        """Reject a page that was read and is no row, unless it is foreign and those are skipped."""
        if self._rules.skip_foreign and page.is_foreign:
            self._outcomes[index] = Outcome.FOREIGN
        else:
            file = self._documents[index].file
            self._reject(index, tuple(explain_finding(finding, file) for finding in page.findings))

    def _reject(self, index: int, diagnostics: tuple[Diagnostic, ...]) -> None:
        self._outcomes[index] = Outcome.REJECT
        self._rejects[index] = Reject(document=self._documents[index], diagnostics=diagnostics)


def _remarks(documents: Sequence[Document], readings: Readings, rules: PageRules) -> list[Diagnostic]:
    """The warnings of rows, with their place in the page: those that have any are read once more."""
    warned = pc.list_value_length(readings.articles.column("warnings")).to_pylist()
    return [
        explain_finding(finding, document.file)
        for document, warnings in zip(documents, warned, strict=True)
        if warnings
        for finding in read_page(document.raw or b"", rules).findings
    ]
