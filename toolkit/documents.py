"""`Document`: the value that sources give and pages take."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple, Self

MAX_PAGE_BYTES = 16 * 1024 * 1024
"""A page with more bytes is a reject (D104); its bytes are not kept."""


class Document(NamedTuple):
    """One raw page and where it came from. A tuple: one is made of every page, faster than a frozen dataclass.

    `file` is `page.file` of the row: relative, always with `/`. `raw` is null only where the page has more than
    `MAX_PAGE_BYTES`; `size` (bytes) and `sha256` (hex, of the page's bytes) are always those of the whole page.
    `text_sha256` is that of the page without the LF at its end, as most pages are rendered; null if it is not known.
    `fault` is the code (S4xx) of what makes the page a reject before it is looked at.
    """

    file: str
    raw: bytes | None
    size: int
    sha256: str
    text_sha256: str | None = None
    url: str | None = None
    fault: str | None = None

    @classmethod
    def of(cls, raw: bytes, *, file: str, url: str | None = None, fault: str | None = None) -> Self:
        """The document of a page's bytes; they are left out if there are more than `MAX_PAGE_BYTES`."""
        text_sha256 = None
        if raw.endswith(b"\n"):
            digest = sha256(memoryview(raw)[:-1])
            text_sha256 = digest.hexdigest()
            digest.update(b"\n")
        else:
            digest = sha256(raw)
        kept = raw if len(raw) <= MAX_PAGE_BYTES else None
        return cls(file, kept, len(raw), digest.hexdigest(), text_sha256, url, fault)
