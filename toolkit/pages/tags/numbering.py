"""Values as numbers: equal ones share a number, so that what holds of a value is found out once and spread by index."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from toolkit.arrays import Hashes, Ints

Values = TypeVar("Values", Ints, Hashes)


class Numbered(NamedTuple):
    """Values numbered from 0 in the order in which they come first: those of `b a b c` are 0 1 0 2.

    `number` has one entry a value; `first`, with one entry a number, is where that comes first (0 1 3).
    """

    number: Ints
    first: Ints


def number_values(values: Ints | Hashes) -> Numbered:
    """The numbers of values."""
    number = pa.array(values).dictionary_encode().indices.to_numpy().astype(np.int64)
    return Numbered(number, np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1)))


def rank_values(values: Values) -> tuple[Values, Ints, Ints]:
    """The values that differ, sorted; where each comes first; and the rank of every value among them.

    It is `np.unique` with index and inverse, but sorts only what differs.
    """
    number, first = number_values(values)
    order = np.argsort(values[first])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return values[first[order]], first[order], rank[number]


def look_up(values: Ints, keys: Ints | Hashes, wanted: Ints | Hashes) -> Ints:
    """The value of each wanted key, 0 where it is not among the sorted keys."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
