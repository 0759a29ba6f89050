"""Files to shard tasks: the sequence of all files is cut at equal distances, measured in bytes of page text."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from toolkit.errors import UsageError
from toolkit.sources.kinds import kind_of_input
from toolkit.sources.names import is_url
from toolkit.sources.parts import find_parts
from toolkit.sources.tasks import Run, SourceTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.sources.listing import Listing
    from toolkit.sources.tasks import Part

MAX_SHARDS = 1_000_000
"""More of them would need more memory than their pages."""
MIN_SHARDS = 8
"""A small input is cut into up to this many shards, so that several workers have work …"""
SMALL_SHARD_BYTES = 32_000_000
"""… each of about this many bytes of page text. No smaller container is cut."""
STREAM_PART_BYTES = 64_000_000
"""No part of a compressed stream has fewer bytes of page text: each worker decodes all of it."""
REMOTE_STREAM_PARTS = 4
"""Each worker fetches all of one on another machine: not more of them than this."""


class _Piece(NamedTuple):
    """Files of one listing that fall into one shard; one only where it is a part of a container."""

    shard: int
    weight: int
    run: Run


def cut(listings: Sequence[Listing], *, shard_bytes: int) -> tuple[SourceTask, ...]:
    """The tasks that read `listings`, in order, each of about `shard_bytes` bytes of page text; none is empty.

    A file belongs to the shard that its first byte falls into. Large containers are cut where their kind allows it.
    `UsageError` where they would be more than `MAX_SHARDS`.
    """
    total = sum(sum(listing.weights) for listing in listings)
    if total > MAX_SHARDS * shard_bytes:
        raise UsageError(
            f"{total} bytes of pages are too many for shards of {shard_bytes}: there may be {MAX_SHARDS} shards",
            mend=f"Name a --shard-size of {_ceil(total, MAX_SHARDS)} bytes at least.",
        )
    count = max(_ceil(total, shard_bytes), min(MIN_SHARDS, _ceil(total, SMALL_SHARD_BYTES)), 1)
    pieces = _pieces(listings, total=max(total, 1), count=count)
    return tuple(_task(list(shard)) for _, shard in groupby(pieces, key=lambda piece: piece.shard))


def _pieces(listings: Sequence[Listing], *, total: int, count: int) -> Iterator[_Piece]:
    at, ends = 0, np.array([_ceil(shard * total, count) for shard in range(1, count)], dtype=np.int64)
    for listing in listings:
        weights = np.asarray(listing.weights, dtype=np.int64)
        starts = at + np.cumsum(weights) - weights
        shards = np.searchsorted(ends, starts, side="right")
        spanning = np.flatnonzero(np.searchsorted(ends, starts + weights) > shards).tolist()
        divided = {index for index in spanning if may_be_cut(listing.paths[index], listing.weights[index])}
        changes = (np.flatnonzero(np.diff(shards)) + 1).tolist()
        borders = sorted({0, len(weights), *changes, *divided, *(index + 1 for index in divided)})
        for first, stop in pairwise(borders):
            if first in divided:
                yield from _parts(listing, first, at=int(starts[first]), total=total, count=count)
            else:
                run = _run(listing, listing.paths.join(first, stop))
                yield _Piece(int(shards[first]), int(weights[first:stop].sum()), run)
        at += int(weights.sum())


def may_be_cut(path: bytes, weight: int) -> bool:
    """Whether several tasks may read the file at `path`, for which `weight` bytes of page text are expected."""
    return kind_of_input(path).has_parts and weight > SMALL_SHARD_BYTES


def _parts(listing: Listing, index: int, *, at: int, total: int, count: int) -> Iterator[_Piece]:
    """The parts of a container that begins `at` bytes into the whole: cut where the shards end, or evenly."""
    kind, weight = kind_of_input(listing.paths[index]), listing.weights[index]
    stored = weight // kind.expansion
    borders = range(at * count // total + 1, (at + weight - 1) * count // total + 1)
    places = [0, *(_ceil(_ceil(border * total, count) - at, kind.expansion) for border in borders)]
    if kind.codec and len(places) > (most := _most_stream_parts(listing, weight)):
        places = [stored * number // most for number in range(most)]
    parts = find_parts(listing, listing.paths[index], kind, places) if len(places) > 1 else [None]
    if len(parts) == 1:
        places = [0]
    for place, end, part in zip(places, [*places[1:], stored], parts, strict=True):
        if part is None or part.start != part.stop:
            shard = (at + place * kind.expansion) * count // total
            yield _Piece(shard, (end - place) * kind.expansion, _run(listing, listing.paths[index], part))


def _most_stream_parts(listing: Listing, weight: int) -> int:
    most = _ceil(weight, STREAM_PART_BYTES)
    return min(most, REMOTE_STREAM_PARTS) if is_url(listing.root) else most


def _run(listing: Listing, paths: bytes, part: Part | None = None) -> Run:
    return Run(root=listing.root, prefix=listing.prefix, paths=paths, follow=listing.follow, part=part)


def _task(pieces: list[_Piece]) -> SourceTask:
    """The pieces as one task; neighbours that differ in their files alone are one run."""
    neighbours = groupby((piece.run for piece in pieces), key=lambda run: replace(run, paths=b""))
    runs = [replace(shared, paths=b"\0".join(run.paths for run in runs)) for shared, runs in neighbours]
    return SourceTask(runs=tuple(runs), weight=sum(piece.weight for piece in pieces))


def _ceil(total: int, step: int) -> int:
    return -(-total // step)
