"""Pages made canonical, most of them many at once, for the reader of ordinary pages."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.pages.findings import Finding
from toolkit.pages.ordinary import (
    compose,
    find_composed,
    find_known,
    find_tidy,
    join,
    remove_invisible,
    tidy_up,
    to_texts,
)
from toolkit.pages.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Tidied(NamedTuple):
    """The canonical UTF-8 of page `number`, and whether the raw page had invisible characters."""

    number: int
    page: bytes
    had_invisible: bool


def make_tidy(pages: Mapping[int, bytes], encoding: str | None) -> list[Tidied]:
    """Those of `pages` (raw, by their index) that turn out to be of known characters only; nothing is guessed."""
    tidied = list(_tidy_together(pages)) if encoding is None else []
    done = {page.number for page in tidied}
    rest = {index: page for index, page in pages.items() if index not in done}
    return [*tidied, *_tidy_alone(rest, encoding)]


def _tidy_together(pages: Mapping[int, bytes]) -> Iterator[Tidied]:
    """What can be done by expressions over all pages: it is most of what the web does to text."""
    composed = _compose(pages)
    visible = remove_invisible(to_texts([*composed.values()]))
    tidied = _to_pages(tidy_up(visible))
    sizes = pc.binary_length(visible).to_pylist()
    for (number, page), size, tidy, is_tidy in zip(
        composed.items(), sizes, tidied, find_tidy(join(tidied)), strict=True
    ):
        if is_tidy:
            yield Tidied(number, tidy, size < len(page))


def _compose(pages: Mapping[int, bytes]) -> dict[int, bytes]:
    """Pages in NFC, as far as they are easily brought there, without their byte order mark."""
    bare = {index: page.removeprefix(codecs.BOM_UTF8) for index, page in pages.items()}
    composed = _pick(bare, find_composed)
    others = {index: compose(page) for index, page in bare.items() if index not in composed}
    return composed | _pick(others, find_composed)


def _pick(pages: Mapping[int, bytes], find: Callable[[pa.StringArray], Sequence[bool]]) -> dict[int, bytes]:
    found = find(to_texts([*pages.values()]))
    return {index: page for (index, page), is_it in zip(pages.items(), found, strict=True) if is_it}


def _to_pages(texts: pa.StringArray) -> list[bytes]:
    pages: list[bytes] = texts.cast(pa.binary()).to_pylist()
    return pages


def _tidy_alone(pages: Mapping[int, bytes], encoding: str | None) -> Iterator[Tidied]:
    texts = {index: decode(page, encoding) for index, page in pages.items()}
    readable = {index: text for index, text in texts.items() if not isinstance(text, Finding)}
    canonical = ["\n".join(text.lines).encode() for text in readable.values()]
    known = find_known(to_texts(canonical))
    for (index, text), page, is_known in zip(readable.items(), canonical, known, strict=True):
        if is_known:
            yield Tidied(index, page, text.invisible is not None)
