"""Inputs to shard tasks. The tasks depend on the inputs alone: never on workers, listing order or locale."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from heapq import merge
from itertools import pairwise
from typing import TYPE_CHECKING

from toolkit.errors import UsageError
from toolkit.sources.cutting import cut
from toolkit.sources.kinds import KINDS
from toolkit.sources.listing import list_local
from toolkit.sources.names import bare_url, file_name, is_url, join, shown_path, user_path
from toolkit.sources.reading import refusal
from toolkit.sources.remote import list_remote
from toolkit.sources.tasks import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.listing import Listing
    from toolkit.sources.tasks import SourceOptions

_MOST_ENDINGS = 6


def plan(inputs: Sequence[str], options: SourceOptions, *, shard_bytes: int) -> Plan:
    """The shard tasks of `inputs`, in their order, each of about `shard_bytes` bytes of page text.

    Raises `UsageError` where an input is missing, no page is found or two pages have one name, and `InputError` where
    something cannot be read, unless `skip_unreadable` is set: then the plan lists it.
    """
    listings = [(list_remote if is_url(given) else list_local)(given, prefixed=len(inputs) > 1) for given in inputs]
    unreadable = tuple(finding for listing in listings for finding in listing.unreadable)
    others = sum((listing.others for listing in listings), Counter[str]())
    if unreadable and not options.skip_unreadable:
        first = unreadable[0]
        raise refusal(first, user_path(inputs, first.file))
    if not unreadable and not any(listing.paths for listing in listings):
        datasets = [dataset for listing in listings for dataset in listing.datasets]
        raise no_page_found(inputs, datasets, others=others)
    _refuse_namesakes(listings)
    return Plan(tasks=cut(listings, shard_bytes=shard_bytes), unreadable=unreadable, others=others)


def others_text(others: Mapping[str, int]) -> str:
    """`Plan.others` as words, the most frequent endings: `1,200 .html, 3 .md, 1 without an ending`."""
    counted = sorted((-number, ending) for ending, number in others.items())
    shown = [f"{-number:,} {ending or 'without an ending'}" for number, ending in counted[:_MOST_ENDINGS]]
    return ", ".join([*shown, *(["…"] if len(counted) > _MOST_ENDINGS else [])])


def no_page_found(
    inputs: Sequence[str],
    datasets: Sequence[str] = (),
    skipped: Sequence[Diagnostic] = (),
    others: Mapping[str, int] | None = None,
) -> UsageError:
    """What `inputs` without any page are told: what was found in them instead, of which `skipped` is unreadable."""
    named = ", ".join(map(bare_url, inputs))
    if skipped:
        first = refusal(skipped[0], user_path(inputs, skipped[0].file))
        return UsageError(f"{named}: no page found but what cannot be read: {first.message}", mend=first.mend)
    if datasets:
        mend = f"What a build wrote is no input. To validate it, name it itself: {max(datasets, key=_by_numbers)}"
        return UsageError(f"{named}: no page found, but a dataset", mend=mend)
    endings = ", ".join(ending.decode() for ending in KINDS)
    return UsageError(
        f"{named}: no page found" + (f", but files with other endings: {others_text(others)}" if others else ""),
        mend=f"Of a folder files are read that end in {endings}; of an archive its .txt files.",
    )


def _by_numbers(path: str) -> str:
    """A key of order in which v1.10.0 comes after v1.9.0."""
    return re.sub("[0-9]+", lambda digits: digits[0].zfill(9), path)


def _refuse_namesakes(listings: list[Listing]) -> None:
    """`UsageError` where files of two inputs would have one `page.file`."""
    rooms = defaultdict(list)
    for listing in listings if len(listings) > 1 else ():
        room = listing.prefix or next((path for path, _ in _places(listing)), b"")  # without a prefix: one file
        rooms[room].append(listing)
    for sharing in rooms.values():
        for (path, root), (next_path, next_root) in pairwise(merge(*map(_places, sharing))):
            if path == next_path:
                name = file_name(path)
                raise UsageError(
                    f"{join(root, name)} and {join(next_root, name)}: two pages of one name",
                    mend="Give the folder above them as the input, or give one of them another name.",
                )


def _places(listing: Listing) -> Iterator[tuple[bytes, str]]:
    """Path and root of each file, in the byte order of the paths."""
    root = bare_url(listing.root)
    return ((shown_path(path, listing), root) for path in listing.paths)
