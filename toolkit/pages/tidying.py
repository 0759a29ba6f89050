"""Pages made canonical, many at once, for the reader of ordinary pages; nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from toolkit.pages.brushing import brush
from toolkit.pages.findings import Finding
from toolkit.pages.ordinary import Batch, find_known, find_tidy, join, to_texts
from toolkit.pages.text import decode

if TYPE_CHECKING:
    from collections.abc import Sequence


class Tidied(NamedTuple):
    """Pages of which those that `is_tidy` names are canonical and of known characters.

    `had_invisible` says of each page whether characters were removed that nobody sees.
    """

    batch: Batch
    is_tidy: Sequence[bool]
    had_invisible: Sequence[bool]


def take_as_they_are(pages: Sequence[bytes]) -> Tidied:
    """Raw pages in UTF-8, most of which are canonical but for the LF at their end."""
    batch = join([page.removesuffix(b"\n") for page in pages])
    return Tidied(batch, find_tidy(batch), [False] * len(pages))


def brush_together(pages: Sequence[bytes]) -> Tidied:
    """Raw pages in UTF-8 after what can be done to all at once: it is most of what the web does to text."""
    brushed = brush(pages)
    found = [tidy and not broken for tidy, broken in zip(find_tidy(brushed.batch), brushed.broken, strict=True)]
    return Tidied(brushed.batch, found, brushed.had_invisible)


def decode_each(pages: Sequence[bytes], encoding: str | None) -> Tidied:
    """Raw pages in any encoding, each on its own."""
    texts = [decode(page, encoding) for page in pages]
    canonical = [b"" if isinstance(text, Finding) else "\n".join(text.lines).encode() for text in texts]
    found = [bool(page) and known for page, known in zip(canonical, find_known(to_texts(canonical)), strict=True)]
    had_invisible = [not isinstance(text, Finding) and text.invisible is not None for text in texts]
    return Tidied(join(canonical), found, had_invisible)
