"""`inputs_sha256`: which documents a dataset was built from, as one hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.documents import Document


def document_hash(document: Document) -> bytes:
    """32 bytes that stand for one document: the SHA-256 of its file name, its size and its own SHA-256.

    Hashed are the length of `file` in bytes, `file` in UTF-8, the size in bytes, and the 32 bytes of the page's
    SHA-256; length and size are 64-bit integers, little-endian.
    """
    file = document.file.encode("utf-8", "surrogateescape")
    numbers = len(file).to_bytes(8, "little"), document.size.to_bytes(8, "little")
    return hashlib.sha256(numbers[0] + file + numbers[1] + bytes.fromhex(document.sha256)).digest()


def inputs_sha256(parts: Iterable[bytes]) -> str:
    """`inputs.sha256` of a manifest, in hex: the SHA-256 of every document's `document_hash`, in their order.

    `parts` are those hashes, in pieces of any size. Rejected, repeated, foreign and excluded documents count too.
    """
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()
