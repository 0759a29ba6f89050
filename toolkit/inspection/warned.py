"""Whether `page.warnings` are those that the row's page is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.codes import CODES
from toolkit.dataset.sizes import list_borders
from toolkit.inspection.flaws import Flaw
from toolkit.inspection.plain_text import true

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from toolkit.contract import Contract

    Indices = npt.NDArray[np.int64]

LOST: Final = frozenset({"D105", "P221", "P226", "P231"})
"""Warnings that a rendering gives no more: what they are about is gone from it, or only other pages tell."""

NO_TAGS, NO_BLOCK, EMPTY_LABEL = "P222", "P223", "P226"


def plain_warnings(rows: pa.RecordBatch, contract: Contract) -> list[tuple[str, ...]]:
    """The warnings of the page that each plain row renders to."""
    untagged = pc.equal(pc.fill_null(pc.binary_length(pc.struct_field(rows.column("page"), "tags")), 0), 0)
    alone = ~np.isin(np.arange(len(rows)), _with_block(rows.column("related")))
    kept = tuple(code for code in (NO_TAGS, NO_BLOCK) if contract.levels.get(code, CODES[code].level) != "off")
    codes = {
        (tags, block): tuple(code for code, given in zip((NO_TAGS, NO_BLOCK), (tags, block), strict=True) if given)
        for tags in (False, True)
        for block in (False, True)
    }
    known = {shape: tuple(code for code in found if code in kept) for shape, found in codes.items()}
    return [known[shape] for shape in zip(untagged.to_pylist(), alone.tolist(), strict=True)]


def _with_block(related: pa.ListArray) -> Indices:
    """The rows with a related block."""
    items = pc.list_flatten(related)
    parents = np.repeat(np.arange(len(related)), np.diff(list_borders(related)))
    found: Indices = parents[true(pc.equal(pc.struct_field(items, "kind"), "block"))]
    return found


def find_unwarranted(
    rows: pa.RecordBatch, readings: Sequence[tuple[str, ...] | None], broken: Mapping[int, set[str]] | None
) -> Iterator[Flaw]:
    """Rows whose warnings are not sorted, not those of their rendering, or not those of the rules they break.

    `readings` has the warnings of each rendering, null where it is no article; `broken` the codes of the rules of
    level warning that a row breaks, null where that is not known.
    """
    seen: set[tuple[object, ...]] = set()
    for row, (given, reading) in enumerate(zip(_warnings(rows), readings, strict=True)):
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


def _warnings(rows: pa.RecordBatch) -> list[str | None]:
    joined: list[str | None] = pc.binary_join(pc.struct_field(rows.column("page"), "warnings"), " ").to_pylist()
    return joined


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
