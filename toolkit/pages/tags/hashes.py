"""Hashes of names: 64 bits for a span of words, without spelling it.

The hash of words a, b, c is h(a) + h(b) * B + h(c) * B^2 modulo 2^64 (Rabin and Karp's, of mixed numbers), so that the
hash of a name follows from those of its parts. Two names with the same hash by chance would share their counts, but no
word would be lost: tags are always cut from the line itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from toolkit.arrays import Hashes, Ints

MAX_SPAN_WORDS = 256
"""No longer run of words is looked at as a whole."""

_BASE = 0x9E3779B97F4A7C15  # odd, so that its powers never vanish in 64 bits
_POWERS = np.array([pow(_BASE, power, 1 << 64) for power in range(MAX_SPAN_WORDS + 1)], np.uint64)


def hash_numbers(numbers: Ints) -> Hashes:
    """Numbers spread over 64 bits (the finaliser of splitmix64)."""
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(_BASE)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return mixed ^ mixed >> np.uint64(31)


def hash_spans(hashes: Hashes, start: Ints, length: Ints) -> Hashes:
    """The hash of each span of at most `MAX_SPAN_WORDS` words (or gaps), whose own `hashes` are given."""
    total = np.zeros(len(start), np.uint64)
    for offset in range(int(np.max(length, initial=0))):
        inside = np.flatnonzero(offset < length)
        total[inside] += hashes[start[inside] + offset] * _POWERS[offset]
    return total


def hash_join(left: Hashes, left_length: Ints, right: Hashes) -> Hashes:
    """The hashes of the spans that those of `left` (of `left_length` words) and then those of `right` make."""
    return left + _POWERS[left_length] * right


def hash_with(hashes: Hashes, numbers: Ints) -> Hashes:
    """Hashes that are the same where both the given ones and these numbers are."""
    return hashes + hash_numbers(numbers) * np.uint64(3)
