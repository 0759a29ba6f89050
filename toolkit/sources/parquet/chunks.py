"""Pages of a Parquet column chunk: how large they say they are, before anything decodes them.

A footer binds nothing: a file of a few kilobytes can hold a page of gigabytes. Only the page's own header says how much
memory its decoder takes (apache/parquet-format: parquet.thrift, `PageHeader`).
"""

from __future__ import annotations

from typing import BinaryIO

from toolkit.sources.findings import BEYOND_BOUND, SourceError
from toolkit.sources.parquet.thrift import Compact
from toolkit.sources.streams import check_ratio

MAX_CHUNK_PAGE_BYTES = 128 * 1024 * 1024
_WINDOWS = (1024, 1024 * 1024)
"""A header is looked for in so many bytes, and if it does not fit, in so many."""


def largest_page(raw: BinaryIO, start: int, stop: int) -> int:
    """Bytes of the largest decoded page in a column chunk; `SourceError` (S406) if one goes beyond the bounds."""
    largest, at = 0, start
    while at < stop:
        decoded, stored, header = _page_header(raw, at)
        if decoded > MAX_CHUNK_PAGE_BYTES:
            raise SourceError(f"holds a page of {decoded} bytes, beyond {MAX_CHUNK_PAGE_BYTES}", code=BEYOND_BOUND)
        check_ratio(decoded, stored + header)
        largest, at = max(largest, decoded), at + header + stored
    return largest


def _page_header(raw: BinaryIO, at: int) -> tuple[int, int, int]:
    """Decoded and stored bytes of the page at `at`, and bytes of its header."""
    for window in _WINDOWS:
        raw.seek(at)
        header = Compact(raw.read(window))
        try:
            sizes = header.numbers()
        except IndexError:
            continue
        decoded, stored = sizes.get(2, -1), sizes.get(3, -1)
        if decoded < 0 or stored < 0:
            break
        return decoded, stored, header.at
    raise SourceError(f"damaged: no page header at byte {at}")
