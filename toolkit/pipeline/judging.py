"""Tagged rows and the contract -> rows that hold, and rows that break it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from toolkit.codes import CODES
from toolkit.contract import Contract, Failure, check
from toolkit.dataset import in_contract_order
from toolkit.diagnostics import Diagnostic, Location, diagnose
from toolkit.documents import Document
from toolkit.pages import PageReading, place_of_field
from toolkit.pipeline.tagging import add_warnings

UNCERTAIN_TAGS = "P231"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`accepted` rows, in the contract's order of columns, and of each other row its failures by `page.file`.

    `remarks` has the (`page.file`, failure) of warnings on accepted rows; uncertain tags are failures too.
    """

    accepted: pa.RecordBatch
    refused: Mapping[str, Sequence[Failure]]
    remarks: Sequence[tuple[str, Failure]]


def judge(rows: pa.RecordBatch, uncertain: Sequence[int], contract: Contract) -> Checked:
    """Check every rule on every row; `uncertain` are the indexes of rows whose tags may be split wrongly."""
    ordered = in_contract_order(rows, contract.arrow())
    failures = [*check(ordered, contract), *_uncertain(ordered, uncertain, contract)]
    wrong = sorted({failure.row for failure in failures if failure.level == "error" and failure.row is not None})
    remarked = [
        (failure.row, failure) for failure in failures if failure.level == "warning" and failure.row is not None
    ]
    if not failures:
        return Checked(accepted=ordered, refused={}, remarks=())
    warned = add_warnings(ordered, [(row, failure.code) for row, failure in remarked])
    keep = np.ones(len(rows), np.bool_)
    keep[wrong] = False
    files = ordered.column("page").field("file")
    refused: dict[str, list[Failure]] = {files[row].as_py(): [] for row in wrong}
    for failure in failures:
        if failure.row is not None and not keep[failure.row]:
            refused[files[failure.row].as_py()].append(failure)
    return Checked(
        accepted=warned.filter(pa.array(keep)) if wrong else warned,
        refused=refused,
        remarks=[(files[row].as_py(), failure) for row, failure in remarked if keep[row]],
    )


def _uncertain(rows: pa.RecordBatch, uncertain: Sequence[int], contract: Contract) -> list[Failure]:
    level = contract.levels.get(UNCERTAIN_TAGS, CODES[UNCERTAIN_TAGS].level)
    if level == "off":
        return []
    lines = rows.column("page").field("tags")
    return [
        Failure(
            code=UNCERTAIN_TAGS,
            rule=UNCERTAIN_TAGS,
            level=level,
            row=row,
            column="tags",
            path="tags",
            found=lines[row].as_py(),
            expected="tags that the other pages confirm",
            message=CODES[UNCERTAIN_TAGS].title,
        )
        for row in uncertain
    ]


def explain_failure(failure: Failure, document: Document, reading: PageReading) -> Diagnostic:
    """The diagnostic of a failed row, with the place of the value in its page."""
    line, column = place_of_field(reading, failure.path)
    return diagnose(
        failure.code,
        failure.message,
        Location(file=document.file, line=line, column=column),
        level=failure.level,
        path=failure.path,
        found=failure.found,
        expected=failure.expected,
    )
