"""`HASHES`: SHA-256 for what becomes part of a dataset, XXH3-128 for what only the build that wrote it reads again.

Against chance both tell a whole file from a torn one. Against malice neither would: who can change a file of the
staging folder can change what it is compared with, too.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, Protocol

from xxhash import xxh3_128

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HashName = Literal["sha256", "xxh3"]


class Hash(Protocol):
    """A hash that takes a file step by step."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take the next bytes."""

    def hexdigest(self) -> str:
        """The hash of all of them, in hex."""


HASHES: Mapping[HashName, Callable[[], Hash]] = {"sha256": hashlib.sha256, "xxh3": xxh3_128}
