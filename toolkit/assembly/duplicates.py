"""Duplicates of a build, in the order of the input."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.dataset.tables import DUPLICATES, duplicate_batch, write_shard
from toolkit.pipeline import read_ledger
from toolkit.storage.dataset_files import DUPLICATES_NAME
from toolkit.storage.output import create

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.assembly.values import Passed
    from toolkit.dataset.tables import ShardFile
    from toolkit.pipeline import Repeats
    from toolkit.storage.output import Staging


def write_duplicates(staging: Staging, passed: Passed) -> list[ShardFile]:
    """Every page whose bytes came before, with the page that came first."""
    repeats = passed.reduced.repeats
    if not repeats.first:
        return []
    ledgers = [read_ledger(staging, part.ledger, "file", "sha256") for part in passed.collected]
    batches = (duplicate_batch(entries) for entries in _duplicates(ledgers, repeats) if entries)
    return [write_shard(batches, partial(create, staging), DUPLICATES_NAME, DUPLICATES)]


def _duplicates(ledgers: Sequence[pa.Table], repeats: Repeats) -> Iterator[list[tuple[str, str, str]]]:
    first = iter(repeats.first)
    for ledger, mask in zip(ledgers, repeats.masks, strict=True):
        repeated = ledger.select(["file", "sha256"]).filter(pa.array(mask)).to_pylist()
        places = [next(first) for _ in repeated]
        yield [
            (entry["file"], entry["sha256"].hex(), ledgers[where].column("file")[row].as_py())
            for entry, (where, row) in zip(repeated, places, strict=True)
        ]
