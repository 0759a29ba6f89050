"""Values as 64-bit keys, so that repeats are found over all shards in little memory."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.arrays import Ints

KEY_BYTES = 8


def make_keys(values: pa.Array) -> bytes:
    """A key of eight bytes for each value of a column of scalars; eight zero bytes for a null."""
    texts = values.cast(pa.string()).to_pylist()
    return b"".join(bytes(KEY_BYTES) if text is None else make_key(text) for text in texts)


def make_key(text: str) -> bytes:
    """The key of a text."""
    return hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest()


def page_key(sha256: str | None) -> bytes:
    """The first eight bytes of a page's SHA-256, given in hex; eight zero bytes for what is no hash."""
    try:
        return bytes.fromhex((sha256 or "")[: 2 * KEY_BYTES]).rjust(KEY_BYTES, b"\0")
    except ValueError:
        return bytes(KEY_BYTES)


def find_repeats(parts: Sequence[bytes]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs of places (part, index) of a key and of the first that is equal, by place; nulls repeat nothing."""
    keys = np.frombuffer(b"".join(parts), np.uint64)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    repeats = np.flatnonzero((first[inverse] != np.arange(len(keys))) & (keys != 0))
    borders = np.cumsum([0, *(len(part) // KEY_BYTES for part in parts)])
    for repeat in repeats.tolist():
        yield _place(repeat, borders), _place(int(first[inverse[repeat]]), borders)


def _place(index: int, borders: Ints) -> tuple[int, int]:
    part = int(np.searchsorted(borders, index, side="right")) - 1
    return part, index - int(borders[part])
