"""Between the passes: all ledgers together -> repeats, and all tags lines together -> the lexicon of tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.pages import Lexicon, Observer, learn_tags
from toolkit.pipeline.ledger import Repeats, find_repeats, read_ledger, rows_to_keep
from toolkit.pipeline.outcomes import Outcome
from toolkit.storage import Staging, open_work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.pipeline.collecting import Collected
    from toolkit.pipeline.ledger import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """What the second pass needs of all pages: the repeats, which rows of each shard to keep, and the tags."""

    repeats: Repeats
    keep: tuple[bytes, ...]
    lexicon: Lexicon


def reduce(staging: Staging, collected: Sequence[Collected], given: Lexicon | None) -> Reduced:
    """Look at every page's ledger entry and tags line once; `given` are the tags of an earlier build."""
    repeats = find_repeats([read_ledger(staging, part.ledger) for part in collected])
    masks = [
        rows_to_keep(read_ledger(staging, part.ledger), mask, Outcome.ROW)
        for part, mask in zip(collected, repeats.masks, strict=True)
    ]
    observer = Observer()
    for line, facts in _tags_lines(staging, collected, masks):
        observer.note(line, facts)
    keep = tuple(np.packbits(mask).tobytes() for mask in masks)
    return Reduced(repeats=repeats, keep=keep, lexicon=learn_tags(observer.evidence(), given))


def _tags_lines(
    staging: Staging, collected: Sequence[Collected], masks: Sequence[Mask]
) -> Iterator[tuple[str | None, int]]:
    for part, mask in zip(collected, masks, strict=True):
        with open_work(staging, part.tags.path) as file, pa.ipc.open_stream(file) as stream:
            kept = stream.read_all().filter(pa.array(mask))
        yield from zip(*(column.to_pylist() for column in kept.columns), strict=True)
