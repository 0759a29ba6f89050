"""A column -> the values that a path reaches in it, each with its row and its place in the lists on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import count_up, to_mask
from toolkit.contract.fields import ELEMENT

if TYPE_CHECKING:
    from toolkit.arrays import Ints, Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The values at one path, in row order; where they stand is worked out when it is asked for.

    `holders` are the structs that they are members of, one for each value, null where they are members of none;
    `sizes` has, for each list on the way, from the outermost, the numbers of elements of all such lists.
    """

    values: pa.Array
    holders: pa.StructArray | None
    sizes: tuple[Ints, ...]

    @property
    def exists(self) -> Mask:
        """False for each value whose struct is null."""
        if self.holders is None:
            return np.ones(len(self.values), np.bool_)
        return to_mask(self.holders.is_valid())

    @property
    def rows(self) -> Ints:
        """The row of each value."""
        rows = np.arange(len(self.sizes[0] if self.sizes else self.values))
        for sizes in self.sizes:
            rows = np.repeat(rows, sizes)
        return rows

    @property
    def places(self) -> tuple[Ints, ...]:
        """For each list on the way, the index of each value in it (from 0)."""
        places: tuple[Ints, ...] = ()
        for sizes in self.sizes:
            places = (*(np.repeat(outer, sizes) for outer in places), count_up(sizes))
        return places

    @property
    def group(self) -> Ints:
        """Which list (or, outside lists, the column) holds each value."""
        if not self.sizes:
            return np.zeros(len(self.values), np.int64)
        return np.repeat(np.arange(len(self.sizes[-1])), self.sizes[-1])


def reach(column: pa.Array, path: str) -> Reached:
    """The values at `path` in its column, which may be a slice."""
    reached = Reached(values=column, holders=None, sizes=())
    for step in path.replace(ELEMENT, f".{ELEMENT}").split(".")[1:]:  # of `related[].headline`: `[]` and `headline`
        reached = _elements(reached) if step == ELEMENT else _member(reached, step)
    return reached


def _elements(reached: Reached) -> Reached:
    # list_parent_indices also counts what lies hidden under a null list; lengths, as list_flatten, do not
    sizes = pc.fill_null(pc.list_value_length(reached.values), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return Reached(values=pc.list_flatten(reached.values), holders=None, sizes=(*reached.sizes, sizes))


def _member(reached: Reached, name: str) -> Reached:
    return replace(reached, values=pc.struct_field(reached.values, name), holders=reached.values)


def placed(path: str, places: tuple[int, ...]) -> str:
    """`path` with the places put in: `related[].headline` and (2,) give `related[2].headline`."""
    parts = path.split(ELEMENT)
    return parts[0] + "".join(f"[{place}]{part}" for place, part in zip(places, parts[1:], strict=True))
