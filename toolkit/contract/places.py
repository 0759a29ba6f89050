"""A column -> the values that a path reaches in it, each with its row and its place in the lists on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.contract.fields import ELEMENT

Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The values at one path, in row order. All arrays have one entry a value.

    `exists` is false where the struct that would hold the value is null; `rows` is the row of each; `places` has, for
    each list on the way, the index in it (from 0); `group` tells which list (or, outside lists, the column) holds it.
    """

    values: pa.Array
    exists: Mask
    rows: Indices
    places: tuple[Indices, ...]
    group: Indices


def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a path below its column: `related[].headline` has `[]` and `headline`."""
    return tuple(path.replace(ELEMENT, f".{ELEMENT}").split(".")[1:])


def reach(column: pa.Array, path: str) -> Reached:
    """The values at `path` in its column, which may be a slice."""
    size = len(column)
    reached = Reached(
        values=column,
        exists=np.ones(size, np.bool_),
        rows=np.arange(size, dtype=np.int64),
        places=(),
        group=np.zeros(size, np.int64),
    )
    for step in steps_of(path):
        reached = _elements(reached) if step == ELEMENT else _member(reached, step)
    return reached


def _elements(reached: Reached) -> Reached:
    # list_parent_indices also counts what lies hidden under a null list; lengths, as list_flatten, do not
    lengths = pc.fill_null(pc.list_value_length(reached.values), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    lists = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    first = np.cumsum(lengths) - lengths
    place = np.arange(len(lists), dtype=np.int64) - first[lists]
    return Reached(
        values=pc.list_flatten(reached.values),
        exists=np.ones(len(lists), np.bool_),
        rows=reached.rows[lists],
        places=(*(outer[lists] for outer in reached.places), place),
        group=lists,
    )


def _member(reached: Reached, name: str) -> Reached:
    exists = reached.values.is_valid().to_numpy(zero_copy_only=False)
    return replace(reached, values=pc.struct_field(reached.values, name), exists=exists)


def placed(path: str, places: tuple[int, ...]) -> str:
    """`path` with the places put in: `related[].headline` and (2,) give `related[2].headline`."""
    parts = path.split(ELEMENT)
    return parts[0] + "".join(f"[{place}]{part}" for place, part in zip(places, parts[1:], strict=True))
