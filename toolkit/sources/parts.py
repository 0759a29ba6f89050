"""Where a large container is cut: from places in it to the borders between its members or records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.sources.files import state_of
from toolkit.sources.findings import SourceError
from toolkit.sources.names import is_url
from toolkit.sources.opening import open_source
from toolkit.sources.records import line_starts
from toolkit.sources.tars import tar_starts
from toolkit.sources.tasks import Part
from toolkit.sources.zips import zip_starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.sources.kinds import Kind
    from toolkit.sources.listing import Listing

_STARTS = {"lines": line_starts, "tar": tar_starts, "zip": zip_starts}


def find_parts(listing: Listing, path: bytes, kind: Kind, places: Sequence[int]) -> list[Part | None]:
    """A part for each of the ascending `places` of a container, the first of which is 0: what begins there or later.

    One null, for all of it, where it cannot be cut: what is wrong with it is told by who reads it. A part may be
    empty (`start == stop`).
    """
    if kind.form not in _STARTS or kind.codec:
        starts, state = [(place, 1) for place in places], _state(listing, path)
    elif is_url(listing.root):
        return [None]  # it would be fetched twice
    else:
        try:
            with open_source(listing.root, path, follow=listing.follow) as raw:
                starts, state = _STARTS[kind.form](raw, places), state_of(raw)
        except SourceError:
            return [None]
    stops = [*(start for start, _ in starts[1:]), None]
    return [
        Part(start=start, stop=stop, number=number, state=state)
        for (start, number), stop in zip(starts, stops, strict=True)
    ]


def _state(listing: Listing, path: bytes) -> tuple[int, int] | None:
    """What `state_of` says of a file; null of one on another machine, or that nobody can read."""
    if is_url(listing.root):
        return None
    try:
        with open_source(listing.root, path, follow=listing.follow) as raw:
            return state_of(raw)
    except SourceError:
        return None
