"""`KINDS`: what a file is, by its ending."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal["page", "tar", "zip", "lines", "table", "wet", "unread"]
Codec = Literal["gzip", "zstd"]

COMPRESSED_EXPANSION = 4
"""Bytes of Arabic text to expect for a byte of it compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a file is read. `expansion` is how many bytes of page text are expected for each byte of the file."""

    form: Form
    codec: Codec | None = None
    expansion: int = 1

    @property
    def has_parts(self) -> bool:
        """Whether several tasks may read one large file."""
        return self.form in {"tar", "zip", "lines", "table"}


def _compressed(form: Form, codec: Codec | None = None) -> Kind:
    return Kind(form=form, codec=codec, expansion=COMPRESSED_EXPANSION)


PAGE = Kind(form="page")
KINDS: dict[bytes, Kind] = {
    b".txt": PAGE,
    b".txt.gz": _compressed("page", "gzip"),
    b".txt.zst": _compressed("page", "zstd"),
    b".tar": Kind(form="tar"),
    b".tar.gz": _compressed("tar", "gzip"),
    b".tgz": _compressed("tar", "gzip"),
    b".tar.zst": _compressed("tar", "zstd"),
    b".zip": _compressed("zip"),
    b".jsonl": Kind(form="lines"),
    b".jsonl.gz": _compressed("lines", "gzip"),
    b".jsonl.zst": _compressed("lines", "zstd"),
    b".parquet": _compressed("table"),
    b".warc.wet": Kind(form="wet"),
    b".warc.wet.gz": _compressed("wet", "gzip"),
}


_UNREAD = Kind(form="unread")
_PACKED_OTHERWISE = re.compile(rb"\.(?:7z|rar|tbz2?|txz|(?:txt|tar|jsonl|warc\.wet)\.(?:br|bz2|lz4|xz))\Z")
"""How a path ends that holds pages which are not read: it is not left out without a word."""


def kind_of(path: bytes) -> Kind | None:
    """The kind that the ending of `path` says, whatever the case of its letters; null if it says none."""
    if path.endswith(b".txt"):
        return PAGE
    lower = path.lower()
    for ending, kind in KINDS.items():
        if lower.endswith(ending):
            return kind
    return _UNREAD if _PACKED_OTHERWISE.search(lower) else None


def expansion(path: bytes) -> int:
    """How many bytes of page text to expect for each byte of the file at `path`."""
    return (kind_of(path) or PAGE).expansion
