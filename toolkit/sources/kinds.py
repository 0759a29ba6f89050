"""`KINDS`: what a file is, by its ending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["page", "tar", "zip", "lines", "table", "wet"]
Codec = Literal["gzip", "zstd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a file is read. `expansion` is how many bytes of page text are expected for each byte of the file.

    `max_parts` bounds into how many tasks a large one may be cut: every part of a stream reads all before it.
    """

    form: Form
    codec: Codec | None = None
    expansion: int = 1
    max_parts: int = 1


PAGE = Kind(form="page")
KINDS: dict[bytes, Kind] = {
    b".txt": PAGE,
}


def kind_of(path: bytes) -> Kind | None:
    """The kind that the ending of `path` says, whatever the case of its letters; null if it says none."""
    if path.endswith(b".txt"):
        return PAGE
    lower = path.lower()
    for ending, kind in KINDS.items():
        if lower.endswith(ending):
            return kind
    return None


def expansion(path: bytes) -> int:
    """How many bytes of page text to expect for each byte of the file at `path`."""
    if path.endswith(b".txt"):
        return 1
    return (kind_of(path) or PAGE).expansion
