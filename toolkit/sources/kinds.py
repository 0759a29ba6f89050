"""`KINDS`: what a file is, by its ending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["page", "tar", "zip", "lines", "table", "wet"]
Codec = Literal["gzip", "zstd"]

COMPRESSED_EXPANSION = 4
"""Bytes of Arabic text to expect for a byte of it compressed."""
UNBOUNDED = 1_000_000
STREAM_PARTS = 4
"""Every part of a compressed stream decodes all that is before it: more parts would cost more than they save."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a file is read. `expansion` is how many bytes of page text are expected for each byte of the file.

    `max_parts` bounds into how many tasks a large one may be cut: every part of a stream must pass all before it.
    """

    form: Form
    codec: Codec | None = None
    expansion: int = 1
    max_parts: int = 1


def _compressed(form: Form, codec: Codec | None = None, max_parts: int = 1) -> Kind:
    return Kind(form=form, codec=codec, expansion=COMPRESSED_EXPANSION, max_parts=max_parts)


PAGE = Kind(form="page")
KINDS: dict[bytes, Kind] = {
    b".txt": PAGE,
    b".txt.gz": _compressed("page", "gzip"),
    b".txt.zst": _compressed("page", "zstd"),
    b".tar": Kind(form="tar", max_parts=UNBOUNDED),
    b".tar.gz": _compressed("tar", "gzip", STREAM_PARTS),
    b".tgz": _compressed("tar", "gzip", STREAM_PARTS),
    b".tar.zst": _compressed("tar", "zstd", STREAM_PARTS),
    b".zip": _compressed("zip", max_parts=UNBOUNDED),
    b".jsonl": Kind(form="lines", max_parts=UNBOUNDED),
    b".jsonl.gz": _compressed("lines", "gzip", STREAM_PARTS),
    b".jsonl.zst": _compressed("lines", "zstd", STREAM_PARTS),
    b".parquet": _compressed("table", max_parts=UNBOUNDED),
    b".warc.wet": Kind(form="wet"),
    b".warc.wet.gz": _compressed("wet", "gzip"),
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
    return (kind_of(path) or PAGE).expansion
