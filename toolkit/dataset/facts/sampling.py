"""`Sample`: the rows that a report shows; the choice does not depend on their order or their batches."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset.facts.characters import Characters, count_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolkit.contract import Contract

ANY: Final = ""
"""The group of all rows; the others are those of one warning each."""

SAMPLE_ROWS: Final = 200
ROWS_A_WARNING: Final = 8
MAX_TEXT_BYTES: Final = 64 * 1024
MAX_ELEMENTS: Final = 1_000
"""A row with more text (its related items included), or with more tags or related items, is not drawn: hundreds of rows
are held in memory."""


@dataclass(slots=True)
class Sample:
    """Collects the rows with the lowest ids: `SAMPLE_ROWS` of all, and `ROWS_A_WARNING` of those with each warning.

    An id begins a SHA-256, so the lowest ids are as good as a random choice. A few hundred rows are held, some of them
    until `table` because they were among the lowest for a time. The sample of samples is that of all their rows.
    """

    _lowest: dict[str, list[str]] = field(default_factory=dict)
    _held: list[pa.RecordBatch] = field(default_factory=list)

    def add(self, rows: pa.RecordBatch) -> None:
        """Look at some more rows; they have the columns of the contract."""
        rows = _readable(rows)
        ids = rows.column("id").to_pylist()
        lowest = _lowest_of(ids, rows.column("page").field("warnings"), self._lowest)
        chosen = sorted({index for indexes in lowest.values() for index in indexes})
        if not chosen:
            return
        self._held.append(rows.take(pa.array(chosen, pa.int64())))
        for group, indexes in lowest.items():
            known = [*self._lowest.get(group, []), *(ids[index] for index in indexes)]
            self._lowest[group] = heapq.nsmallest(_room(group), known)

    def table(self, contract: Contract) -> pa.Table:
        """The sample in the order of the ids, with the columns of the contract.

        Its first `SAMPLE_ROWS` are those drawn from all rows; the rest were drawn for their warnings.
        """
        held = pa.Table.from_batches(self._held, schema=contract.arrow() if not self._held else None)
        wanted = {identity for ids in self._lowest.values() for identity in ids}
        ids = held.column("id").to_pylist()
        order = sorted((identity, index) for index, identity in enumerate(ids) if identity in wanted)
        return held.take(pa.array([index for _, index in order], pa.int64()))

    def characters(self, contract: Contract) -> Characters:
        """The characters of the rows that were drawn from all."""
        return count_characters(self.table(contract).slice(0, SAMPLE_ROWS))


def _readable(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with no more text than `MAX_TEXT_BYTES`, and no list of more than `MAX_ELEMENTS`."""
    related = rows.column("related")
    inside = pc.binary_length(pc.struct_field(pc.list_flatten(related), "body")).fill_null(0).to_numpy()
    parents = pc.list_parent_indices(related).to_numpy()
    sizes = np.bincount(parents, weights=inside, minlength=len(rows))
    sizes += pc.binary_length(rows.column("body")).fill_null(0).to_numpy()
    is_readable = sizes <= MAX_TEXT_BYTES
    for elements in (related, rows.column("tags")):
        is_readable &= pc.list_value_length(elements).fill_null(0).to_numpy() <= MAX_ELEMENTS
    return rows if is_readable.all() else rows.filter(pa.array(is_readable))


def _lowest_of(ids: list[str], warnings: pa.ListArray, known: dict[str, list[str]]) -> dict[str, list[int]]:
    """For each group the indexes of the rows that are among its lowest, with those known before."""
    groups: dict[str, list[int]] = {}
    for group, indexes in _groups(ids, warnings):
        room, before = _room(group), known.get(group, [])
        bound = before[-1] if len(before) == room else None
        below = indexes if bound is None else (index for index in indexes if ids[index] < bound)
        lowest = heapq.nsmallest(room, below, key=ids.__getitem__)
        if lowest:
            groups[group] = lowest
    return groups


def _groups(ids: list[str], warnings: pa.ListArray) -> Iterator[tuple[str, Iterable[int]]]:
    yield ANY, range(len(ids))
    by_code: dict[str, list[int]] = {}
    codes = pc.list_flatten(warnings).to_pylist()
    for code, row in zip(codes, pc.list_parent_indices(warnings).to_pylist(), strict=True):
        by_code.setdefault(code, []).append(row)
    yield from sorted(by_code.items())


def _room(group: str) -> int:
    return SAMPLE_ROWS if group == ANY else ROWS_A_WARNING
