"""Tagged rows and the contract -> rows that hold, and rows that break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.codes import CODES
from toolkit.contract import Contract, Failure, check
from toolkit.dataset.tables import in_contract_order
from toolkit.pipeline.tagging import add_warnings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.diagnostics import Level
    from toolkit.pipeline.tagging import TaggedRows

UNCERTAIN_TAGS = "P231"
DIFFERENT = "P207"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`accepted` rows, in the contract's order of columns, and of each other row its failures by `page.file`.

    `remarks` has the (`page.file`, failure) of warnings on accepted rows; uncertain tags are failures too.
    """

    accepted: pa.RecordBatch
    refused: Mapping[str, Sequence[Failure]]
    remarks: Sequence[tuple[str, Failure]]


def judge(tagged: TaggedRows, contract: Contract) -> Checked:
    """Check every rule on every row, and what the splitting of tags leaves in doubt."""
    rows = tagged.rows
    ordered = in_contract_order(rows, contract.arrow())
    failures = [*check(ordered, contract), *_tag_failures(ordered, tagged, contract)]
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


def _tag_failures(rows: pa.RecordBatch, tagged: TaggedRows, contract: Contract) -> Iterator[Failure]:
    level = contract.levels.get(UNCERTAIN_TAGS, CODES[UNCERTAIN_TAGS].level)
    lines = rows.column("page").field("tags")
    if level != "off":
        for row in tagged.uncertain:
            yield _tag_failure(UNCERTAIN_TAGS, level, row, lines[row].as_py(), "tags that other pages confirm")
    for row in tagged.uncovered:
        yield _tag_failure(DIFFERENT, "error", row, lines[row].as_py(), "tags that are the words of the line")


def _tag_failure(code: str, level: Level, row: int, found: str, expected: str) -> Failure:
    return Failure(
        code=code,
        rule=code,
        level=level,
        row=row,
        column="tags",
        path="tags",
        found=found,
        expected=expected,
        message=CODES[code].title,
    )
