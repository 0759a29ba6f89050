"""`report`: a dataset's files -> a report beside it, and never in it."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.dataset import Facts, Manifest, in_contract_order, measure, merge
from toolkit.errors import IntegrityError, UsageError
from toolkit.pipeline import ReadingRules
from toolkit.reporting.html import REPORT_NAME, render_report
from toolkit.reporting.page_view import view_rows
from toolkit.reporting.reject_view import choose_rejects, view_reject
from toolkit.reporting.sampling import Sample
from toolkit.reporting.values import Comparison, ReportFacts
from toolkit.settings import StrPath, load_contract, load_layout, load_manifest
from toolkit.storage import open_regular, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.contract import Contract
    from toolkit.reporting.reject_view import RejectView
    from toolkit.reporting.values import Language

BATCH_ROWS = 2048
BATCH_REJECTS = 16


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
    """Write the report of the dataset in a folder to the file `output`, which must lie outside of it.

    `previous` is the folder of an earlier release. `with_rejects` shows the rejected pages too: for the eyes of those
    who may see them. UsageError where there is no dataset, no rejects, or `output` lies in it; IntegrityError where
    its files cannot be read as what they should be; OutputError if the disk fails.
    """
    folder, target = Path(dataset), Path(output)
    if target.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{target}: lies in the dataset", mend="Name a file outside of it with --output.")
    manifest = _manifest_of(folder)
    rules = ReadingRules(
        contract=load_contract(folder / "article.odcs.yaml"), layout=load_layout(folder / "layout.yaml")
    )
    comparison = None if previous is None else _compare(Path(previous))
    facts, sample = _measure(folder, manifest, rules.contract)
    text = render_report(
        _report_facts(folder, manifest, rules.contract, facts, comparison),
        view_rows(sample, rules.layout, rules.contract),
        language=language,
        rejects=_view_rejects(folder, manifest, rules) if with_rejects else None,
    ).encode()
    write_file(target, text)
    return WrittenReport(path=target, bytes=len(text), private=with_rejects)


def _manifest_of(folder: Path) -> Manifest:
    manifest = load_manifest(folder)
    if manifest is None:
        raise UsageError(f"{folder}: no dataset there", mend="Name a folder that `toolkit build` has written.")
    return manifest


def _compare(previous: Path) -> Comparison:
    manifest = _manifest_of(previous)
    return Comparison(version=manifest.version, digest=manifest.digest, counts=manifest.counts)


def _measure(folder: Path, manifest: Manifest, contract: Contract) -> tuple[Facts, pa.Table]:
    """The facts of all rows, and the sample of them."""
    sample, parts = Sample(), []
    for file in manifest.files:
        if not file.path.startswith("data/"):
            continue
        for batch in _batches(folder / file.path, BATCH_ROWS):
            with _reading(folder / file.path):
                rows = in_contract_order(batch, contract.arrow())
            parts.append(measure(pa.Table.from_batches([rows])))
            sample.add(rows)
    return merge(parts), sample.table(contract)


def _report_facts(
    folder: Path, manifest: Manifest, contract: Contract, facts: Facts, comparison: Comparison | None
) -> ReportFacts:
    return ReportFacts(
        name=contract.name,
        name_ar=contract.name_ar,
        version=manifest.version,
        toolkit=manifest.toolkit,
        contract=manifest.contract.version,
        digest=manifest.digest,
        counts=manifest.counts,
        facts=facts,
        rejects=_reject_codes(folder, manifest),
        comparison=comparison,
    )


def _rejects_of(folder: Path, manifest: Manifest) -> list[Path]:
    """The files of the rejects; none where the dataset is a release, which comes without them."""
    paths = [folder / file.path for file in manifest.files if file.path.startswith("rejects/")]
    return paths if all(path.is_file() for path in paths) else []


def _reject_codes(folder: Path, manifest: Manifest) -> tuple[tuple[str, int], ...] | None:
    files = _rejects_of(folder, manifest)
    if not files and manifest.counts.rejected:
        return None
    codes: Counter[str] = Counter()
    for path in files:
        for batch in _batches(path, BATCH_ROWS, columns=["codes"]):
            codes.update(code for codes_of_page in batch.column("codes").to_pylist() for code in codes_of_page)
    return tuple(sorted(codes.items()))


def _view_rejects(folder: Path, manifest: Manifest, rules: ReadingRules) -> Iterator[RejectView]:
    files = _rejects_of(folder, manifest)
    if not files and manifest.counts.rejected:
        raise UsageError(f"{folder}: its rejected pages are not there", mend="A release comes without them.")
    batches = (batch for path in files for batch in _batches(path, BATCH_REJECTS))
    page_rules = rules.page_rules()
    for reject in choose_rejects(row for batch in batches for row in batch.to_pylist()):
        yield view_reject(reject, page_rules)


def _batches(path: Path, rows: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file; IntegrityError for what is none."""
    with open_regular(path, error=IntegrityError) as file:
        with _reading(path):
            batches = pq.ParquetFile(file, page_checksum_verification=True).iter_batches(rows, columns=columns)
        while True:
            with _reading(path):
                batch = next(batches, None)
                if batch is not None:
                    batch.validate(full=True)
            if batch is None:
                return
            yield batch


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError) as fault:
        raise IntegrityError(f"{path}: {fault}", mend="`toolkit validate` tells what is wrong.") from fault
