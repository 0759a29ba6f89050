"""`match_rows`: which rows of two datasets are the same ones, and what differs in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from toolkit.dataset.comparison.fingerprints import PARTITIONS, Partitions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.dataset.comparison.fingerprints import Records
    from toolkit.storage.scratch import Scratch

TAG_FIELDS: Final = ("tags", "page.warnings")
"""What another split of the same line of tags changes: the tags, and at most whether they are uncertain."""


FOLLOWING: Final = ("id", "page.sha256", "page.rendering")
"""Fields that differ whenever any other field does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChanges:
    """Numbers of rows. A row in both datasets is in `changed`, in `tags_only` (nothing but its tags), or in neither.

    `moved` rows have the same page under another `page.file`; they are among `changed`. `fields` are (field, changed
    rows in which it differs), most frequent first: those of `FOLLOWING` only by rows in which no other differs; fields
    that only one dataset has are not compared.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    tags_only: int = 0
    moved: int = 0
    fields: tuple[tuple[str, int], ...] = ()


def match_rows(old: Partitions, new: Partitions, fields: Sequence[str], scratch: Scratch) -> RowChanges:
    """Match rows by `page.file`, those that are left by `id`, and count; both are parted by `file`."""
    counts: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    left = [Partitions(scratch, len(fields), "id") for _ in range(2)]
    for before, after, alone in _pairs(old, new, "file"):
        _compare(before, after, fields, counts, differing)
        for partitions, records in zip(left, alone, strict=True):
            partitions.add(records)
    for before, after, alone in _pairs(left[0], left[1], "id"):
        _compare(before, after, fields, counts, differing)
        counts["moved"] += len(before)
        counts["removed"] += len(alone[0])
        counts["added"] += len(alone[1])
    return RowChanges(**counts, fields=tuple(sorted(differing.items(), key=lambda pair: (-pair[1], pair[0]))))


def _pairs(old: Partitions, new: Partitions, key: str) -> Iterator[tuple[Records, Records, tuple[Records, Records]]]:
    """Part by part: records that have one key, side by side, and those of each side that are left alone."""
    for number in range(PARTITIONS):
        before, after = old.part(number), new.part(number)
        _, mine, yours = np.intersect1d(before[key], after[key], return_indices=True)
        yield before[mine], after[yours], (np.delete(before, mine), np.delete(after, yours))


def _compare(
    before: Records, after: Records, fields: Sequence[str], counts: Counter[str], differing: Counter[str]
) -> None:
    """Count the rows that changed, and of those in `changed` the fields that differ."""
    differs = before["fields"] != after["fields"]
    has_other_tags = differs[:, [name == "tags" for name in fields]].any(axis=1)
    tags_only = has_other_tags & ~differs[:, [name not in TAG_FIELDS for name in fields]].any(axis=1)
    changed = differs.any(axis=1) & ~tags_only
    counts["changed"] += int(changed.sum())
    counts["tags_only"] += int(tags_only.sum())
    follows = np.array([name in FOLLOWING for name in fields])
    telling = differs & ~(follows & differs[:, ~follows].any(axis=1, keepdims=True))
    totals = telling[changed].sum(axis=0).tolist()
    differing.update({name: total for name, total in zip(fields, totals, strict=True) if total})
