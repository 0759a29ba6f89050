"""Whether `page.warnings` are those that the row's page is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.codes import CODES
from toolkit.inspection.rows.flaws import Flaw
from toolkit.inspection.rows.plain import items_of_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.arrays import Mask
    from toolkit.contract import Contract


LOST: Final = frozenset({"C313", "D105", "P221", "P226", "P231"})
"""Warnings that a row alone cannot confirm: their cause is gone from its rendering, or lies in other pages."""

NO_TAGS, NO_BLOCK, EMPTY_LABEL = "P222", "P223", "P226"


class PlainWarnings:
    """What the parser says of the pages of plain rows, by the levels of one contract."""

    def __init__(self, contract: Contract) -> None:
        self._levels = {code: contract.levels.get(code, CODES[code].level) for code in (NO_TAGS, NO_BLOCK)}

    def find(self, rows: pa.RecordBatch) -> tuple[list[tuple[str, ...] | None], Mask]:
        """The warnings of the page of each plain row, and which rows are refused, for one is an error here."""
        lengths = pc.binary_length(pc.struct_field(rows.column("page"), "tags"))
        lacks = {
            NO_TAGS: to_mask(pc.equal(pc.fill_null(lengths, 0), 0)),
            NO_BLOCK: np.diff(items_of_kind("block", rows.column("related"))[1]) == 0,
        }
        refused = np.zeros(len(rows), np.bool_)
        for code, mask in lacks.items():
            refused |= mask & (self._levels[code] == "error")
        given = [mask & (self._levels[code] == "warning") for code, mask in lacks.items()]
        shapes = zip(*(mask.tolist() for mask in given), strict=True)
        return [_SHAPES[shape] for shape in shapes], refused


_SHAPES: Final = {
    (False, False): (),
    (False, True): (NO_BLOCK,),
    (True, False): (NO_TAGS,),
    (True, True): (NO_TAGS, NO_BLOCK),
}


def find_raised(rows: pa.Table, contract: Contract) -> Iterator[Flaw]:
    """Rows that carry a warning of the parser which `contract` makes an error."""
    raised = [code for code, level in contract.levels.items() if level == "error"]
    warnings = pc.struct_field(rows.column("page").combine_chunks(), "warnings")
    codes = pc.list_flatten(warnings)
    told = pc.is_in(codes, value_set=pa.array(raised, pa.string()))
    parents = pc.list_parent_indices(warnings)
    for row, code in zip(parents.filter(told).to_pylist(), codes.filter(told).to_pylist(), strict=True):
        yield Flaw(code=code, row=row, path="page.warnings", message=CODES[code].title, level="error")


def find_unwarranted(
    rows: pa.RecordBatch, readings: Sequence[tuple[str, ...] | None], broken: Mapping[int, set[str]] | None
) -> Iterator[Flaw]:
    """Rows whose warnings are not sorted, not those of their rendering, or not those of the rules they break.

    `readings` has the warnings of each rendering, null where it is no article; `broken` the codes of the rules of
    level warning that a row breaks, null where that is not known.
    """
    seen: set[tuple[object, ...]] = set()
    carried: list[str | None] = pc.binary_join(pc.struct_field(rows.column("page"), "warnings"), " ").to_pylist()
    for row, (given, reading) in enumerate(zip(carried, readings, strict=True)):
        rules = None if broken is None else tuple(sorted(broken.get(row, ())))
        key = (given, reading, rules)
        if reading is None or key in seen:
            continue
        expected = _expected(given, reading, rules)
        if expected is None:
            seen.add(key)
        else:
            yield Flaw(
                code="I525",
                row=row,
                path="page.warnings",
                message="page.warnings are not those that the row's page is given",
                found="null" if given is None else given or "none",
                expected=expected,
            )


def _expected(given: str | None, reading: tuple[str, ...], rules: tuple[str, ...] | None) -> str | None:
    """What the warnings should be in words; null where they are that."""
    codes = [] if not given else given.split(" ")
    must = {code for code in reading if code not in LOST}
    if EMPTY_LABEL in codes:  # the label that opened the block is not rendered
        must.discard(NO_BLOCK)
    of_rules = {code for code in codes if code.startswith("C")}
    must |= of_rules if rules is None else set(rules)
    holds = given is not None and codes == sorted(set(codes)) and must <= set(codes) <= must | LOST | {NO_BLOCK}
    if holds and (NO_BLOCK not in codes or NO_BLOCK in reading) and set(codes) <= CODES.keys():
        return None
    return f"{' '.join(sorted(must)) or 'none'}, and perhaps {' '.join(sorted(LOST))}"
