"""Rows, their tags and the contract -> rows that hold, and rows that break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.codes import CODES
from toolkit.contract import Contract, Failure, check
from toolkit.dataset.tables import in_contract_order
from toolkit.pages import find_uncovered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.diagnostics import Level
    from toolkit.pages import Splitter

UNCERTAIN_TAGS = "P231"
DIFFERENT = "P207"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedRows:
    """Rows with their tags, and the indexes of those whose splitting is `uncertain` (P231).

    `uncovered` are rows whose tags are not the words of their line: a defect of the splitting, which must not pass.
    """

    rows: pa.RecordBatch
    uncertain: list[int]
    uncovered: list[int]


def tag_rows(rows: pa.RecordBatch, facts: pa.UInt64Array, splitter: Splitter) -> TaggedRows:
    """`rows` with their `tags` filled in; `facts` has what each page's own text says of its tags line."""
    lines = rows.column("page").field("tags")
    splits = splitter.split(lines, facts)
    return TaggedRows(
        rows=rows.set_column(rows.schema.get_field_index("tags"), "tags", splits.tags),
        uncertain=np.flatnonzero(splits.uncertain).tolist(),
        uncovered=find_uncovered(lines, splits.tags),
    )


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
    rows = in_contract_order(tagged.rows, contract.arrow())
    failures = [*check(rows, contract), *_tag_failures(rows, tagged, contract)]
    found = [(failure.row, failure) for failure in failures if failure.row is not None]
    if not found:
        return Checked(accepted=rows, refused={}, remarks=())
    wrong = {row for row, failure in found if failure.level == "error"}
    files = rows.column("page").field("file")
    refused: dict[str, list[Failure]] = {files[row].as_py(): [] for row in sorted(wrong)}
    remarked = []
    for row, failure in found:
        if row in wrong:
            refused[files[row].as_py()].append(failure)
        else:
            remarked.append((row, failure))
    warned = _add_warnings(rows, remarked)
    keep = np.ones(len(rows), np.bool_)
    keep[[*wrong]] = False
    return Checked(
        accepted=warned.filter(pa.array(keep)) if wrong else warned,
        refused=refused,
        remarks=[(files[row].as_py(), failure) for row, failure in remarked],
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


def _add_warnings(rows: pa.RecordBatch, remarked: Sequence[tuple[int, Failure]]) -> pa.RecordBatch:
    """`rows` with the codes of failures in `page.warnings`."""
    if not remarked:
        return rows
    page = rows.column("page")
    warnings = page.field("warnings").to_pylist()
    for row, failure in remarked:
        warnings[row] = sorted({*warnings[row], failure.code})
    index = page.type.get_field_index("warnings")
    members = page.flatten()
    members[index] = pa.array(warnings, page.type[index].type)
    renewed = pa.StructArray.from_arrays(members, fields=list(page.type))
    return rows.set_column(rows.schema.get_field_index("page"), rows.schema.field("page"), renewed)
