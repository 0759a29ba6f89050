"""Where a large container is cut: from places in it to the borders between its members or records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.sources.containers import line_starts, tar_starts, zip_starts
from toolkit.sources.findings import SourceError
from toolkit.sources.names import is_url
from toolkit.sources.opening import open_source, state_of
from toolkit.sources.tasks import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.sources.kinds import Kind
    from toolkit.sources.listing import Listing

_STARTS = {"lines": line_starts, "tar": tar_starts, "zip": zip_starts}


def find_parts(listing: Listing, path: bytes, kind: Kind, places: Sequence[int]) -> list[Part | None]:
    """A part for each of the ascending `places` of a container, the first of which is 0: what begins there or later.

    Plain archives and lines are looked through for where that is; compressed ones and tables are cut at the places
    themselves, and their readers find what begins there. One null, for all of it, where it cannot be cut: what is wrong
    with it is told by who reads it. A part may be empty (`start == stop`).
    """
    find_starts = None if kind.codec else _STARTS.get(kind.form)
    if find_starts and is_url(listing.root):
        return [None]  # it would be fetched twice
    starts, state = [(place, 1) for place in places], None
    try:
        with open_source(listing.root, path, follow=listing.follow) as raw:
            state = state_of(raw)
            if find_starts:
                starts = find_starts(raw, places)
    except SourceError:
        if find_starts:
            return [None]
    stops = [*(start for start, _ in starts[1:]), None]
    return [
        Part(start=start, stop=stop, number=number, state=state)
        for (start, number), stop in zip(starts, stops, strict=True)
    ]
