"""numpy arrays: names for their types, and what several packages do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Bytes: TypeAlias = npt.NDArray[np.uint8]
Floats: TypeAlias = npt.NDArray[np.float64]
Hashes: TypeAlias = npt.NDArray[np.uint64]
Ints: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

Places: TypeAlias = npt.NDArray[np.int64]
"""Offsets into one text or one batch of texts, in bytes."""


def to_mask(booleans: pa.BooleanArray | pa.ChunkedArray) -> Mask:
    """Booleans as a mask that may be written to; null is false."""
    known = booleans.fill_null(False) if booleans.null_count else booleans  # noqa: FBT003 - its only argument
    mask: Mask = known.to_numpy(zero_copy_only=False)
    return mask


def count_up(sizes: Ints) -> Ints:
    """The numbers from 0 below each size, one size after the other: 0 1 2 0 1 for 3 2."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
