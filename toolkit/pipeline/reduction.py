"""Between the passes: all ledgers together -> repeats, and all tags lines together -> the lexicon of tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.pages import Lexicon, learn_tags
from toolkit.pipeline.collecting import TAG_FACTS
from toolkit.pipeline.ledger import Repeats, find_repeats, read_ledger, rows_to_keep
from toolkit.pipeline.outcomes import Outcome
from toolkit.pipeline.staged import staged_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.arrays import Mask
    from toolkit.pipeline.collecting import Collected
    from toolkit.storage.output import Staging


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """What the second pass needs of all pages: repeats, which rows of each shard to keep (a bit each), and the tags."""

    repeats: Repeats
    keep: tuple[bytes, ...]
    lexicon: Lexicon


def reduce(staging: Staging, collected: Sequence[Collected], given: Lexicon | None) -> Reduced:
    """Look at every page's ledger entry and tags line once; `given` are the tags of an earlier build."""
    ledgers = [read_ledger(staging, part.ledger, "sha256", "outcome") for part in collected]
    repeats = find_repeats(ledgers)
    masks = [rows_to_keep(ledger, mask, Outcome.ROW) for ledger, mask in zip(ledgers, repeats.masks, strict=True)]
    del ledgers  # of a crawl they are large
    keep = tuple(np.packbits(mask).tobytes() for mask in masks)
    lexicon = learn_tags(_tags_lines(staging, collected, masks), given)
    pa.default_memory_pool().release_unused()  # of a crawl, learning took a lot; now this process waits for workers
    return Reduced(repeats=repeats, keep=keep, lexicon=lexicon)


def _tags_lines(
    staging: Staging, collected: Sequence[Collected], masks: Sequence[Mask]
) -> Iterator[tuple[pa.StringArray, pa.UInt64Array]]:
    for part, mask in zip(collected, masks, strict=True):
        for batch in staged_batches(staging, part.tags, mask):
            yield batch.column("line"), batch.column(TAG_FACTS)
