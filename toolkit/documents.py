"""`Document`: the value that sources give and pages take."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PAGE_BYTES = 16 * 1024 * 1024
"""A page with more bytes is a reject (D104); its bytes are not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One raw page and where it came from.

    `file` is `page.file` of the row: relative, always with `/`. `raw` is null only where the page has more than
    `MAX_PAGE_BYTES`; `size` (bytes) and `sha256` (hex, of the page's bytes) are always those of the whole page.
    `fault` is the code (S4xx) of what makes the page a reject before it is looked at.
    """

    file: str
    raw: bytes | None
    size: int
    sha256: str
    url: str | None = None
    fault: str | None = None
