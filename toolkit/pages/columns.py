"""Articles as columns: what many pages at once are read into, without a Python value for each cell."""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from toolkit.arrays import Mask, Places
    from toolkit.pages.articles import Article

RELATED: Final = pa.list_(
    pa.struct(
        {
            "headline": pa.string(),
            "body": pa.string(),
            "kind": pa.string(),
            "age": pa.string(),
            "paragraph": pa.int32(),
        }
    )
)

ARTICLES: Final = pa.schema(
    {
        "headline": pa.string(),
        "date": pa.date32(),
        "body": pa.string(),
        "source": pa.string(),
        "related": RELATED,
        "date_text": pa.string(),
        "tags_text": pa.string(),
        "warnings": pa.list_(pa.string()),
    }
)
"""The fields of `Article`, and the codes of the warnings of its page, sorted."""


class Spans(NamedTuple):
    """Parts of some bytes: the places where each starts and ends. A part that ends before it starts is missing."""

    starts: Places
    ends: Places

    def span(self, index: int) -> tuple[int, int]:
        """Start and end of one of them."""
        return int(self.starts[index]), int(self.ends[index])

    def pick(self, which: Mask) -> Spans:
        """Some of them."""
        return Spans(self.starts[which], self.ends[which])


def to_columns(articles: Sequence[tuple[Article, Sequence[str]]]) -> pa.RecordBatch:
    """Articles with the warnings of their pages, with the schema `ARTICLES`."""
    item_of = attrgetter(*(field.name for field in RELATED.value_type))
    values: dict[str, list[object]] = {
        "related": [list(map(item_of, article.related)) for article, _ in articles],
        "warnings": [warnings for _, warnings in articles],
    }
    for name in ARTICLES.names:
        if name not in values:
            values[name] = [getattr(article, name) for article, _ in articles]
    return pa.RecordBatch.from_pydict(values, ARTICLES)


def slices(data: bytes | memoryview, spans: Spans) -> list[memoryview]:
    """Views of the parts of `data`, not copied; an empty one for a missing part."""
    view = memoryview(data)
    ends = np.maximum(spans.starts, spans.ends)
    return [view[start:end] for start, end in zip(spans.starts.tolist(), ends.tolist(), strict=True)]


def gather(data: bytes, spans: Spans) -> pa.StringArray:
    """The parts of `data`, which are known to be UTF-8, as strings; null for a missing part."""
    is_missing = spans.ends < spans.starts
    return to_texts(slices(data, spans), is_missing if is_missing.any() else None)


def to_texts(parts: Sequence[bytes | memoryview], is_null: Mask | None = None) -> pa.StringArray:
    """Texts that are known to be UTF-8 as strings, without another check; null where `is_null`."""
    nulls = None if is_null is None else pa.array(~is_null).buffers()[1]
    borders = list_offsets(map(len, parts), len(parts)).buffers()[1]
    return pa.Array.from_buffers(pa.string(), len(parts), [nulls, borders, pa.py_buffer(b"".join(parts))])


def list_offsets(lengths: Iterable[int], count: int) -> pa.Int32Array:
    """The offsets (`count` + 1) of lists or texts of these lengths, one after another."""
    offsets = np.zeros(count + 1, np.int32)
    np.cumsum(np.fromiter(lengths, np.int64, count), out=offsets[1:])
    return pa.array(offsets)


def views(texts: pa.StringArray) -> list[memoryview]:
    """The UTF-8 of each text, not copied; a null is empty."""
    filled = texts.fill_null("")
    _, borders, content = filled.buffers()
    offsets = np.frombuffer(borders, np.int32, len(filled) + 1, 4 * filled.offset).tolist() if len(filled) else []
    view = memoryview(content or b"")
    return [view[start:end] for start, end in pairwise(offsets)]
