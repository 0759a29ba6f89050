"""The blocks of ordinary pages -> articles as columns; each cell is a slice of the batch that the blocks stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.pages.columns import ARTICLES, RELATED, Spans, gather, list_offsets, slices, to_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from toolkit.arrays import Mask
    from toolkit.pages.batches.blocks import Blocks, Items
    from toolkit.pages.batches.bodies import SplitBody


def block_columns(
    data: bytes,
    blocks: Blocks,
    splits: Mapping[int, SplitBody],
    had_invisible: Mask,
    read_day: Callable[[str], int | None],
) -> pa.RecordBatch:
    """The articles of pages, with the schema `ARTICLES`.

    `splits` has the bodies with inline items, by their row and in its order. `read_day` gives the day that the text of
    a date line names, in days since 1970-01-01.
    """
    date_text, tags = gather(data, blocks.date), gather(data, blocks.tags)
    columns = {
        "headline": gather(data, blocks.headline),
        "date": pa.array(map(read_day, date_text.to_pylist()), pa.int32(), size=len(date_text)).cast(pa.date32()),
        "body": _bodies(data, blocks.body, splits),
        "source": gather(data, blocks.source),
        "related": _related(data, blocks.items, splits, len(blocks.numbers)),
        "date_text": date_text,
        "tags_text": tags,
        "warnings": _warnings(had_invisible, tags, blocks),
    }
    return pa.RecordBatch.from_arrays([*columns.values()], schema=ARTICLES)


def _bodies(data: bytes, spans: Spans, splits: Mapping[int, SplitBody]) -> pa.StringArray:
    """The bodies as they stand, or what is left of those that were split."""
    parts: list[bytes | memoryview] = [*slices(data, spans)]
    for row, split in splits.items():
        parts[row] = split.paragraphs
    return to_texts(parts)


def _related(data: bytes, block: Items, splits: Mapping[int, SplitBody], rows: int) -> pa.ListArray:
    """The items of each row: inline ones first."""
    inline = [item for split in splits.values() for item in split.items]
    inline_rows = np.repeat(np.array([*splits], np.int64), [len(split.items) for split in splits.values()])
    row = np.concatenate([inline_rows, block.rows])
    order = pa.array(np.argsort(row, kind="stable"))
    no_inline, no_block = pa.nulls(len(inline), pa.string()), pa.nulls(len(block.rows), pa.string())
    body = Spans(block.body.starts, np.where(block.body.ends > block.body.starts, block.body.ends, -1))
    members = {
        "headline": (to_texts([item.headline for item in inline]), gather(data, block.headline)),
        "body": (no_inline, gather(data, body)),
        "kind": (no_inline.fill_null("inline"), no_block.fill_null("block")),
        "age": (pa.array([item.age for item in inline], pa.binary()).cast(pa.string()), no_block),
        "paragraph": (pa.array([item.paragraph for item in inline], pa.int32()), no_block.cast(pa.int32())),
    }
    columns = [pa.concat_arrays(members[field.name]).take(order) for field in RELATED.value_type]
    items = pa.StructArray.from_arrays(columns, fields=list(RELATED.value_type))
    return pa.ListArray.from_arrays(list_offsets(np.bincount(row, minlength=rows), rows), items)


_CODES: Final = np.array(["D105", "P222", "P223"])
"""Of an ordinary page's warnings: it had invisible characters, it has no tags, it has no related block."""


def _warnings(had_invisible: Mask, tags: pa.StringArray, blocks: Blocks) -> pa.ListArray:
    has_tags = to_mask(pc.greater(pc.binary_length(tags), 0))
    has_block = np.bincount(blocks.items.rows, minlength=len(tags)) > 0
    found = np.stack([had_invisible, ~has_tags, ~has_block], axis=1)
    codes = pa.array(np.tile(_CODES, len(tags))[found.ravel()].tolist(), pa.string())
    return pa.ListArray.from_arrays(list_offsets(found.sum(axis=1), len(tags)), codes)
