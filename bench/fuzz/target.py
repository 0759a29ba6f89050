"""`Target`: what is fuzzed, and how its inputs are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    MutateBytes = Callable[[bytes], bytes]
    """The fuzzer's own change of bytes: bits, words of the dictionary, constants that the code compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`check` reads one input, raises where a promise is broken, and gives how many things it read.

    `mutate` changes an input as its format is made; `words` are the fuzzer's dictionary.
    """

    check: Callable[[bytes], int]
    mutate: Callable[[bytes, random.Random, MutateBytes], bytes]
    seeds: Callable[[], Sequence[bytes]]
    words: Sequence[bytes] = ()
    max_bytes: int = 8192
    counted: str = "inputs"
