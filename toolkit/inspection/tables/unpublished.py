"""The unpublished tables, rejects and duplicates: what they tell of pages must hold, as far as they show it."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

from toolkit.codes import CODES
from toolkit.dataset.parquet import DamagedTableError, read_group, read_schema, table_at
from toolkit.dataset.tables import DUPLICATES, REJECTS
from toolkit.dataset.untrusted import HEX
from toolkit.diagnostics import Location
from toolkit.documents import MAX_PAGE_BYTES
from toolkit.inspection.findings import finding
from toolkit.inspection.tables.keys import make_key, page_key
from toolkit.inspection.tables.reports import TableReport
from toolkit.inspection.tables.statistics import (
    Span,
    find_count_flaws,
    find_statistics_flaws,
    joined_spans,
    spans_of,
)
from toolkit.validation import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.diagnostics import Diagnostic
    from toolkit.inspection.tables.reports import UnpublishedTask

Entry = dict[str, Any]  # Any: a row as Python values


def inspect_unpublished(task: UnpublishedTask) -> TableReport:
    """Read the file once, with bounded memory. Never raises because of what is in it."""
    collector = Collector(task.selection)
    where = Location(file=task.file)
    rows = 0
    files, pages, firsts = bytearray(), bytearray(), bytearray()
    codes: Counter[str] = Counter()
    whole = False
    try:
        for entry in _entries(task, collector):
            collector.add(_flaws(entry, where, rows, task.kind))
            rows += 1
            files += make_key(entry["file"] or "")
            pages += page_key(entry["sha256"])
            if task.kind == "duplicates":
                firsts += make_key(entry["first"] or "")
            codes.update(entry.get("codes") or ())
        whole = True
    except DamagedTableError as fault:
        collector.add([finding("I511", fault.message, where)])
    return TableReport(
        findings=collector.found(),
        whole=whole,
        rows=rows,
        files=bytes(files),
        pages=bytes(pages),
        firsts=bytes(firsts),
        codes=tuple(sorted(codes.items())),
    )


def _entries(task: UnpublishedTask, collector: Collector) -> Iterator[Entry]:
    with table_at(task.path) as file:
        where = Location(file=task.file)
        schema, wanted = read_schema(file), REJECTS if task.kind == "rejects" else DUPLICATES
        if not schema.equals(wanted):
            message = f"the columns are not those of {task.kind}"
            shown = [", ".join(f"{field.name} {field.type}" for field in each) for each in (schema, wanted)]
            collector.add([finding("I512", message, where, found=shown[0], expected=shown[1])])
            raise DamagedTableError("rows are not read, for the columns are others")
        collector.add(find_count_flaws(file, where))
        for group in range(file.num_row_groups):
            rows, spans = 0, list[Span]()
            for batch in read_group(file, group):
                yield from itertools.chain.from_iterable(batch.slice(at, 1).to_pylist() for at in range(len(batch)))
                rows, spans = rows + len(batch), joined_spans(spans, spans_of(batch))
            collector.add(find_statistics_flaws(file.metadata.row_group(group), group, rows, spans, where))


def _flaws(entry: Entry, where: Location, row: int, kind: str) -> Iterator[Diagnostic]:
    for path, message in _faults_of_reject(entry) if kind == "rejects" else _faults_of_duplicate(entry):
        yield finding("I561", message, where, row=row, path=path, found=str(entry[path]))


def _faults_of_duplicate(entry: Entry) -> Iterator[tuple[str, str]]:
    for path in DUPLICATES.names:
        if not entry[path]:
            yield path, f"{path} of a duplicate is empty"
    if entry["sha256"] and not HEX.fullmatch(entry["sha256"]):
        yield "sha256", "sha256 of a duplicate is not a hash"


def _faults_of_reject(entry: Entry) -> Iterator[tuple[str, str]]:
    raw, size = entry["raw"], entry["bytes"]
    if not entry["file"] or size is None:
        yield "file", "a rejected page has no name or no size"
    elif raw is None and size <= MAX_PAGE_BYTES:
        yield "raw", "a rejected page has lost its bytes"
    elif raw is not None and len(raw) != size:
        yield "bytes", "a rejected page is not as long as is said"
    if raw is not None and hashlib.sha256(raw).hexdigest() != entry["sha256"]:
        yield "sha256", "a rejected page has other bytes than its hash says"
    found = entry["diagnostics"] or []
    wanted = sorted({each["code"] or "" for each in found if each is not None and each["level"] == "error"})
    if not wanted or entry["codes"] != wanted or not CODES.keys() >= set(wanted):
        yield "codes", "the codes of a rejected page are not those of its errors"
    if any(each is None or each["file"] != entry["file"] for each in found):
        yield "file", "a diagnostic of a rejected page is of another page"
