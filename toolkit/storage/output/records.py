"""Small records that tell by themselves whether they are whole: their SHA-256, a line feed, their bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from toolkit.errors import OutputError
from toolkit.storage.filesystem import read_if_file
from toolkit.storage.sink import Sink

if TYPE_CHECKING:
    from pathlib import Path

MAX_RECORD_BYTES = 256 * 1024 * 1024


def write_record(path: Path, payload: bytes, *, durable: bool) -> None:
    """Leave a record at `path`, where nothing may be. OutputError if it cannot be written."""
    with Sink(path, path.name, durable=durable) as sink:
        sink.write(hashlib.sha256(payload).hexdigest().encode() + b"\n")
        sink.write(payload)


def read_record(path: Path) -> bytes | None:
    """The bytes of a record; null if there is none, or a torn one. OutputError if it cannot be read."""
    raw = read_if_file(path, max_bytes=MAX_RECORD_BYTES, follow_links=False, error=OutputError)
    if raw is None:
        return None
    sha256, _, payload = raw.partition(b"\n")
    return payload if sha256 == hashlib.sha256(payload).hexdigest().encode() else None
