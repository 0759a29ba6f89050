"""`RowsProof`: each row proves from itself and the layout that it is its page (page-format, "Nothing is lost")."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.dataset.tables import ID_DIGITS
from toolkit.inspection.rows.flaws import Flaw, misrendered
from toolkit.inspection.rows.odd import OddRows
from toolkit.inspection.rows.page_warnings import PlainWarnings, find_unwarranted
from toolkit.inspection.rows.plain import PlainRows
from toolkit.pages import covers
from toolkit.pages.columns import views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from toolkit.contract import Contract
    from toolkit.inspection.rows.plain import Plain
    from toolkit.pages import Layout


class RowsProof:
    """Proves rows of one contract and layout."""

    def __init__(self, contract: Contract, layout: Layout) -> None:
        self._warnings = PlainWarnings(contract)
        self._plain = PlainRows(layout)
        self._odd = OddRows(contract, layout)

    def find_flaws(self, rows: pa.RecordBatch, broken: Mapping[int, set[str]] | None) -> list[Flaw]:
        """Everything that speaks against `rows`, in their order; they have the columns and types of the contract.

        `broken` has the codes of the rules of level warning that a row breaks; null where that is not known.
        """
        warnings, refused = self._warnings.find(rows)
        plain = self._plain.find(rows)
        plain = plain._replace(mask=plain.mask & ~refused)
        flaws = [*self._misrendered(rows, plain), *_misnamed(rows), *_uncovered(rows)]
        for odd in self._odd.read(rows, np.flatnonzero(~plain.mask).tolist()):
            flaws += odd.flaws
            warnings[odd.row] = odd.warnings
        flaws += find_unwarranted(rows, warnings, broken)
        return sorted(flaws, key=lambda flaw: flaw.row)

    def _misrendered(self, rows: pa.RecordBatch, plain: Plain) -> Iterator[Flaw]:
        """Plain rows whose page has another hash than they say."""
        given = pc.struct_field(rows.column("page"), "rendering").to_pylist()
        pages = views(self._plain.render(rows, plain.bodies))
        for row, (is_plain, found, page) in enumerate(zip(plain.mask.tolist(), given, pages, strict=True)):
            expected = hashlib.sha256(page).hexdigest()
            if is_plain and found != expected:
                yield misrendered(row, found, expected)


def _misnamed(rows: pa.RecordBatch) -> Iterator[Flaw]:
    """Rows whose id does not begin the hash of their page."""
    hashes = pc.struct_field(rows.column("page"), "sha256")
    whole = pc.match_substring_regex(hashes, "^[0-9a-f]{64}$")
    same = pc.and_(whole, pc.equal(pc.utf8_slice_codeunits(hashes, 0, ID_DIGITS), rows.column("id")))
    for row in np.flatnonzero(~to_mask(same)).tolist():
        sha256 = hashes[row].as_py()
        yield Flaw(
            code="I523",
            row=row,
            path="id",
            message="id is not the beginning of page.sha256",
            found=rows.column("id")[row].as_py(),
            expected="16 digits of a SHA-256" if sha256 is None else sha256[:ID_DIGITS],
        )


def _uncovered(rows: pa.RecordBatch) -> Iterator[Flaw]:
    """Rows whose tags are not the words of their tags line."""
    lines = pc.struct_field(rows.column("page"), "tags").to_pylist()
    for row, (line, tags) in enumerate(zip(lines, rows.column("tags").to_pylist(), strict=True)):
        if tags is None or None in tags or not covers(line, tags):
            yield Flaw(
                code="I524",
                row=row,
                path="tags",
                message="tags are not the words of page.tags in their order",
                found=None if tags is None else ", ".join(str(tag) for tag in tags),
                expected=f"the words of {line or 'no line'}",
            )
