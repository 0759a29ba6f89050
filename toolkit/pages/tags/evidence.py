"""Evidence: the tag lines of many pages and their facts, in bounded memory; the order of the pages does not matter.

Pages of the same line and the same facts are one entry. Where there are too many lines, those with the lowest hashes
are kept: a random sample, but the same one for any order of the pages and any number of workers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.pages.tags.numbering import number_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from toolkit.arrays import Hashes, Ints, Mask

    Pages = tuple[pa.StringArray, pa.UInt64Array]

MAX_LEARNT_CHARACTERS = 1_000
"""A longer line is split like any other, but nothing is learnt from it."""

MAX_EVIDENCE_CHARACTERS = 5_000_000
"""Characters of distinct lines that evidence keeps; beyond it those lines with the lowest hashes stand for all."""

UNHASHED = 1 << 48
"""Greater than every hash of a line: the ceiling of evidence that has dropped nothing."""

_MAX_PENDING_BYTES = 4 * 1024 * 1024
_HASH_BYTES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What tag lines of some pages say together.

    - Of each line and facts: `lines`, `facts`, the `hashes` of the lines, and how many `pages` have them.
    - `seen` are the hashes of all lines, kept ones or not, sorted; lines with a hash of `ceiling` or more were dropped.
    - `total` counts the pages that have tags.
    """

    lines: pa.StringArray
    facts: Hashes
    hashes: Hashes
    pages: Ints
    seen: Hashes
    ceiling: int
    total: int

    def choose(self, chosen: Mask | Ints) -> Evidence:
        """The evidence with these entries only."""
        numbers = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return replace(
            self,
            lines=self.lines.take(pa.array(numbers)),
            facts=self.facts[numbers],
            hashes=self.hashes[numbers],
            pages=self.pages[numbers],
        )


def gather(pages: Iterable[Pages]) -> Evidence:
    """The evidence of pages, some of them at a time, sorted by line and facts.

    Of each page come the tags line (its canonical text; null or "" where there is none) and what `find_facts` gives.
    """
    nothing = np.empty(0, np.uint64)
    evidence = Evidence(
        lines=pa.array([], pa.string()),
        facts=nothing,
        hashes=nothing,
        pages=np.empty(0, np.int64),
        seen=nothing,
        ceiling=UNHASHED,
        total=0,
    )
    pending: list[Pages] = []
    size = 0
    for some in pages:
        pending.append(some)
        size += some[0].nbytes
        if size > _MAX_PENDING_BYTES:
            evidence, size = _add(evidence, pending), 0
            pending.clear()
    evidence = _add(evidence, pending) if pending else evidence
    order = pc.sort_indices(
        pa.table({"line": evidence.lines, "facts": evidence.facts}), [("line", "ascending"), ("facts", "ascending")]
    )
    return evidence.choose(order.to_numpy())


def _add(evidence: Evidence, pending: Sequence[Pages]) -> Evidence:
    """The evidence together with that of more pages."""
    lines = pa.concat_arrays([lines for lines, _ in pending])
    facts = pa.concat_arrays([facts for _, facts in pending])
    has_tags = pc.fill_null(pc.not_equal(lines, ""), fill_value=False)
    lines, facts = lines.filter(has_tags), facts.filter(has_tags)
    distinct = lines.dictionary_encode()
    hashes, number = hash_lines(distinct.dictionary), distinct.indices.to_numpy()
    is_short = to_mask(pc.less_equal(pc.utf8_length(distinct.dictionary), MAX_LEARNT_CHARACTERS))
    kept = (is_short & (hashes < evidence.ceiling))[number]
    with_repeats = replace(
        evidence,
        lines=pa.concat_arrays([evidence.lines, lines.filter(pa.array(kept))]),
        facts=np.append(evidence.facts, facts.to_numpy()[kept]),
        hashes=np.append(evidence.hashes, hashes[number[kept]]),
        pages=np.append(evidence.pages, np.ones(np.count_nonzero(kept), np.int64)),
        seen=np.union1d(evidence.seen, hashes),
        total=evidence.total + len(lines),
    )
    return _drop_beyond_bound(_sum_repeats(with_repeats))


def _sum_repeats(evidence: Evidence) -> Evidence:
    """The evidence with the pages of entries of the same line and facts in one entry."""
    fact, different = number_values(evidence.facts)
    line = evidence.lines.dictionary_encode().indices.to_numpy().astype(np.int64)
    entry, first = number_values(line * len(different) + fact)
    return replace(evidence.choose(first), pages=np.bincount(entry, evidence.pages).astype(np.int64))


def _drop_beyond_bound(evidence: Evidence) -> Evidence:
    """The entries that fit, by the hashes of their lines: the order of the pages makes no difference."""
    order = np.argsort(evidence.hashes)
    sizes = np.cumsum(pc.utf8_length(evidence.lines).to_numpy()[order], dtype=np.int64)
    fitting = int(np.searchsorted(sizes, MAX_EVIDENCE_CHARACTERS, side="right"))
    if fitting == len(order):
        return evidence
    ceiling = int(evidence.hashes[order[fitting]])
    return replace(evidence.choose(evidence.hashes < ceiling), ceiling=ceiling)


def hash_lines(lines: pa.StringArray) -> Hashes:
    """48 bits of the BLAKE2b of each line in UTF-8."""
    return unpack_hashes(
        b"".join([blake2b(line, digest_size=_HASH_BYTES).digest() for line in lines.cast(pa.binary()).to_pylist()])
    )


def unpack_hashes(packed: bytes) -> Hashes:
    """Hashes of six bytes each, the highest one first. ValueError if a part of one is left over."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, _HASH_BYTES)
    padded = np.zeros((len(rows), 8), np.uint8)
    padded[:, 8 - _HASH_BYTES :] = rows
    return padded.view(">u8").ravel().astype(np.uint64)


def pack_hashes(hashes: Hashes) -> bytes:
    """The bytes that `unpack_hashes` takes."""
    return hashes.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - _HASH_BYTES :].tobytes()
