"""The two passes over raw pages, each over one task at a time; what they find is what a build would find."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.diagnostics import Diagnostic
from toolkit.errors import InputError
from toolkit.pages import Lexicon, Splitter, read_page
from toolkit.pipeline import LEDGER, Outcome, ReadingRules, explain_failure, judge, read_batches, tag_rows
from toolkit.sources import SourceOptions, SourceTask, read
from toolkit.validation import Collector, Selection, ValidationResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from toolkit.arrays import Mask
    from toolkit.contract import Failure
    from toolkit.documents import Document
    from toolkit.pipeline import ReadBatch


NOTED = pa.schema([LEDGER.field(name) for name in ("sha256", "outcome")])


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTask:
    """Some of the input. Travels to workers. `options` skip what is unreadable: it is a finding."""

    source: SourceTask
    options: SourceOptions
    rules: ReadingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the first pass keeps of a task: hash and outcome of each page, tags line and facts of each row.

    `unreadable` is the number of things that could not be read.
    """

    ledger: pa.Table
    lines: pa.StringArray
    facts: pa.UInt64Array
    unreadable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeTask:
    """Some of the input once more: which of its `pages` repeat earlier ones (a bit each, packed), and all tags.

    `tolerant` makes warnings of what is unreadable.
    """

    look: LookTask
    pages: int
    repeats: bytes
    lexicon: Lexicon
    selection: Selection
    tolerant: bool


def look(task: LookTask) -> Looked:
    """The first pass over a task."""
    ledger = [NOTED.empty_table()]
    facts = [pa.array([], pa.uint64())]
    lines = [pa.array([], pa.string())]
    skipped: list[Diagnostic] = []
    for batch in read_batches(_documents(task, skipped.append), task.rules):
        hashes = [bytes.fromhex(document.sha256) for document in batch.documents]
        ledger.append(pa.table({"sha256": hashes, "outcome": batch.outcomes}, schema=NOTED))
        lines.append(batch.rows.column("page").field("tags"))
        facts.append(pa.array(batch.tag_facts, pa.uint64()))
    return Looked(
        ledger=pa.concat_tables(ledger),
        lines=pa.concat_arrays(lines),
        facts=pa.concat_arrays(facts),
        unreadable=len(skipped),
    )


def _documents(task: LookTask, note: Callable[[Diagnostic], None]) -> Iterator[Document]:
    for found in read(task.source, task.options):
        if isinstance(found, Diagnostic):
            note(found)
        else:
            yield found


def judge_pages(task: JudgeTask) -> ValidationResult:
    """The second pass over a task; InputError if the input has changed since the first."""
    collector = Collector(task.selection)
    splitter = Splitter(task.lexicon)
    fresh = np.unpackbits(np.frombuffer(task.repeats, np.uint8)) == 0
    at = 0
    documents = _documents(task.look, lambda found: collector.add(unreadable([found], tolerant=task.tolerant)))
    for batch in read_batches(documents, task.look.rules, with_remarks=True):
        after = at + len(batch.documents)
        if after > task.pages:
            break
        collector.add(_said(batch, fresh[at:after], task.look.rules, splitter))
        at = after
    if at != task.pages:
        raise InputError("the input has changed while it was checked", mend="Check it again.")
    return collector.found()


def unreadable(found: Sequence[Diagnostic], *, tolerant: bool) -> list[Diagnostic]:
    """What cannot be read, which is no error where the caller allows it."""
    return [replace(each, level="warning") for each in found] if tolerant else list(found)


def _said(batch: ReadBatch, fresh: Mask, rules: ReadingRules, splitter: Splitter) -> Iterator[Diagnostic]:
    """Everything that is found in those pages of a batch that repeat no earlier ones (`fresh`), page by page."""
    rejects = iter(batch.rejects)
    remarks = defaultdict(list)
    for remark in batch.remarks:
        remarks[remark.file].append(remark)
    failures = _failures(batch, fresh, rules, splitter)
    for document, outcome, is_fresh in zip(batch.documents, batch.outcomes, fresh.tolist(), strict=True):
        reject = next(rejects) if outcome is Outcome.REJECT else None
        if is_fresh and reject is not None:
            yield from reject.diagnostics
        elif is_fresh and outcome is Outcome.ROW:
            found = [*remarks[document.file], *_explained(document, failures.get(document.file, ()), rules)]
            yield from sorted(found, key=lambda each: (each.line or 0, each.column or 0, each.code))


def _failures(batch: ReadBatch, fresh: Mask, rules: ReadingRules, splitter: Splitter) -> dict[str, list[Failure]]:
    """What breaks the contract, warnings too, by the page."""
    keep = pa.array(fresh[np.array(batch.outcomes) == Outcome.ROW])
    rows = batch.rows.filter(keep)
    facts = pa.array(batch.tag_facts, pa.uint64()).filter(keep)
    if not len(rows):
        return {}
    checked = judge(tag_rows(rows, facts, splitter), rules.contract)
    failures = {file: list(found) for file, found in checked.refused.items()}
    for file, failure in checked.remarks:
        failures.setdefault(file, []).append(failure)
    return failures


def _explained(document: Document, failures: Sequence[Failure], rules: ReadingRules) -> Iterator[Diagnostic]:
    if failures:
        reading = read_page(document.raw or b"", rules.page_rules())
        yield from (explain_failure(failure, document, reading) for failure in failures)
