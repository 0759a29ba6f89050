"""`report`: a dataset's files -> a report beside it, and never in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pyarrow as pa

from toolkit.dataset.comparison import Side, compare
from toolkit.dataset.facts import Facts, Measurement, Sample, merge
from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.stored import open_dataset, read_rejects, read_shard
from toolkit.errors import IntegrityError, UsageError
from toolkit.pages import parse_layout
from toolkit.pipeline import ReadingRules
from toolkit.reporting import ReportFacts, render_report, view_rows
from toolkit.reporting.reject_view import choose_rejects, view_reject
from toolkit.reporting.wording import Language
from toolkit.storage.dataset_files import LAYOUT_NAME, MAX_TEXT_BYTES, REPORT_NAME, is_rejects, is_shard
from toolkit.storage.delivery import write_file
from toolkit.storage.enclosure import refuse_in_dataset
from toolkit.storage.filesystem import text_of
from toolkit.storage.folders import Folder, open_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.arguments import StrPath
    from toolkit.pages import Layout
    from toolkit.reporting.reject_view import RejectView

BATCH_CODES = 8192
BATCH_PAGES = 16
"""Rejected pages that are read together: without and with their bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReport:
    """A report at `path`, of `bytes` bytes; `private` where the text of rejected pages is in it."""

    path: Path
    bytes: int
    private: bool


def report(
    dataset: StrPath,
    output: StrPath = REPORT_NAME,
    *,
    language: Language = "en",
    previous: StrPath | None = None,
    with_rejects: bool = False,
) -> WrittenReport:
    """Write the report of a dataset to the file `output`, which must lie in no dataset.

    `dataset`, and `previous`, an earlier release of it, are folders or URLs. `with_rejects` shows the rejected pages
    too: for the eyes of those who may see them. UsageError where there is no dataset, no rejects, or `output` lies in
    one; InputError and IntegrityError where its files cannot be read; OutputError if the disk fails.
    """
    if language not in (known := get_args(Language)):
        raise UsageError(f"--language {language}: there is none", mend=f"There are {' and '.join(known)}.")
    target = Path(output)
    refuse_in_dataset(target, mend="Name a file outside of it with --output.")
    text = run_isolated(_render, dataset, language, previous=previous, with_rejects=with_rejects)
    write_file(target, text)
    return WrittenReport(path=target, bytes=len(text), private=with_rejects)


def _render(dataset: StrPath, language: Language, *, previous: StrPath | None, with_rejects: bool) -> bytes:
    folder = open_folder(dataset)
    side = open_dataset(folder)
    changes = None if previous is None else compare(open_dataset(open_folder(previous)), side)
    rules = ReadingRules(contract=side.contract, layout=_layout(folder))
    facts, sample = _measure(folder, side)
    files = _reject_files(folder, side)
    return render_report(
        ReportFacts(
            contract=side.contract,
            manifest=side.manifest,
            facts=facts,
            characters=sample.characters(side.contract),
            rejects=None if files is None else _count_codes(folder, files),
            changes=changes,
        ),
        view_rows(sample.table(side.contract), rules.layout, side.contract),
        language=language,
        rejects=_view_rejects(folder, files, rules) if with_rejects else None,
    ).encode()


def _layout(folder: Folder) -> Layout:
    name = f"{folder.name}/{LAYOUT_NAME}"
    raw = folder.read(LAYOUT_NAME, max_bytes=MAX_TEXT_BYTES)
    return parse_layout(text_of(raw, name, error=IntegrityError), file=name)


def _measure(folder: Folder, side: Side) -> tuple[Facts, Sample]:
    """The facts of all rows, and the sample of them: those of the report that the build has written."""
    sample, shards = Sample(), []
    for path in (file.path for file in side.manifest.files if is_shard(file.path)):
        measurement = Measurement()
        for rows in read_shard(folder, path, side.contract.arrow()):
            measurement.add(pa.Table.from_batches([rows]))
            sample.add(rows)
        shards.append(measurement.facts())
    return merge(shards), sample


def _reject_files(folder: Folder, side: Side) -> list[str] | None:
    """The files of the rejects; null where the dataset is a release, which comes without them."""
    paths = [file.path for file in side.manifest.files if is_rejects(file.path)]
    present = paths if set(paths) <= set(folder.files()) else []
    return present if present or not side.manifest.counts.rejected else None


def _count_codes(folder: Folder, files: list[str]) -> tuple[tuple[str, int], ...]:
    codes: Counter[str] = Counter()
    for batch in read_rejects(folder, files, batch_rows=BATCH_CODES, columns=["codes"]):
        codes.update(code for page in batch.column("codes").to_pylist() for code in page)
    return tuple(sorted(codes.items()))


def _view_rejects(folder: Folder, files: list[str] | None, rules: ReadingRules) -> Iterator[RejectView]:
    if files is None:
        raise UsageError(f"{folder.name}: its rejected pages are not there", mend="A release comes without them.")
    page_rules = rules.page_rules()
    batches = read_rejects(folder, files, batch_rows=BATCH_PAGES)
    for reject in choose_rejects(row for batch in batches for row in batch.to_pylist()):
        yield view_reject(reject, page_rules)
