"""`KINDS`: what a file is, by its ending."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal["page", "tar", "zip", "lines", "table", "wet", "unread"]
Codec = Literal["bz2", "gzip", "xz", "zstd"]

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


PAGE = Kind(form="page")
_PLAIN = {
    b".txt": PAGE,
    b".tar": Kind(form="tar"),
    b".jsonl": Kind(form="lines"),
    b".warc.wet": Kind(form="wet"),
}
_CODECS: dict[bytes, Codec] = {b".bz2": "bz2", b".gz": "gzip", b".xz": "xz", b".zst": "zstd"}
_SHORT = {b".tbz": b".tar.bz2", b".tbz2": b".tar.bz2", b".tgz": b".tar.gz", b".txz": b".tar.xz"}
_PACKED = {
    plain + ending: Kind(form=kind.form, codec=codec, expansion=COMPRESSED_EXPANSION)
    for plain, kind in _PLAIN.items()
    for ending, codec in _CODECS.items()
}
KINDS: dict[bytes, Kind] = {
    **_PLAIN,
    **_PACKED,
    **{short: _PACKED[ending] for short, ending in _SHORT.items()},
    b".zip": Kind(form="zip", expansion=COMPRESSED_EXPANSION),
    b".parquet": Kind(form="table", expansion=COMPRESSED_EXPANSION),
}


_UNREAD = Kind(form="unread")
_PACKED_OTHERWISE = re.compile(rb"\.(?:7z|rar|(?:txt|tar|jsonl|warc\.wet)\.(?:br|lz4))\Z")
"""How a path ends that holds pages which are not read: it is not left out without a word."""
_ENDING = re.compile(rb"(?<=[^/])\.[A-Za-z0-9]{1,8}\Z")


def kind_of(path: bytes) -> Kind | None:
    """The kind that the ending of `path` says, whatever the case of its letters; null if it says none."""
    if path.endswith(b".txt"):
        return PAGE
    lower = path.lower()
    for ending, kind in KINDS.items():
        if lower.endswith(ending):
            return kind
    return _UNREAD if _PACKED_OTHERWISE.search(lower) else None


def ending_of(path: bytes) -> str:
    """The ending of `path` in lower case, from its dot; empty where it has none of at most eight letters and digits."""
    found = _ENDING.search(path)
    return found[0].decode("ascii").lower() if found else ""


def kind_of_input(path: bytes) -> Kind:
    """The kind of a file that is read: what its ending says, else a page."""
    return kind_of(path) or PAGE


def expansion(path: bytes) -> int:
    """How many bytes of page text to expect for each byte of the file at `path`."""
    return kind_of_input(path).expansion
