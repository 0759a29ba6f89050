"""What one input holds: the files of a local folder, in the byte order of their paths, or the one file it is."""

from __future__ import annotations

import os
import stat
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import UsageError
from toolkit.sources.findings import not_regular, told, unreadable
from toolkit.sources.kinds import ending_of, expansion, kind_of
from toolkit.sources.names import file_name, input_name
from toolkit.storage.dataset_files import MANIFEST_NAME
from toolkit.storage.enclosure import holds_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.diagnostics import Diagnostic

_MANIFEST = MANIFEST_NAME.encode()


class Paths:
    """A list of paths that needs eight bytes for each beside its own: a million of them are in memory at once."""

    def __init__(self) -> None:
        self._joined = bytearray()
        self._ends = array("q")

    def append(self, path: bytes) -> None:
        """Add `path`, which holds no NUL, at the end."""
        self._joined += path
        self._joined += b"\0"
        self._ends.append(len(self._joined))

    def join(self, first: int, stop: int) -> bytes:
        """The paths from `first` up to before `stop`, joined by NUL."""
        start = self._ends[first - 1] if first else 0
        return bytes(self._joined[start : self._ends[stop - 1] - 1])

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> bytes:
        return self.join(index, index + 1)

    def __iter__(self) -> Iterator[bytes]:
        return (self.join(index, index + 1) for index in range(len(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The files of one input: their paths relative to `root` and the bytes of page text to expect, side by side.

    `prefix` and `follow` are those of the `Run`s that will read them; `unreadable` are the entries that no run reads,
    `datasets` the folders below that a build wrote, which are left out, and so are the files with endings of no page or
    container, counted in `others` by their endings.
    """

    given: str
    root: str
    prefix: str
    follow: bool = False
    paths: Paths = field(default_factory=Paths)
    weights: array[int] = field(default_factory=lambda: array("q"))
    unreadable: list[Diagnostic] = field(default_factory=list)
    datasets: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def list_local(given: str, *, prefixed: bool) -> Listing:
    """What a local input holds; `UsageError` if there is nothing of its name, or a dataset of ours.

    Of a folder: every regular file with the ending of a page or container, at any depth; hidden files and folders
    are left out, and so are datasets of ours. A file is what its user says: it counts whatever its ending, through a
    link too.
    """
    if not given:
        raise UsageError("no input is named: a path is empty", mend="Name a file or folder; `.` is the current folder.")
    try:
        found = Path(given).stat()
    except FileNotFoundError as failure:
        raise UsageError(f"{given}: no such file or folder") from failure
    except OSError as failure:
        listing = _of_file(given)
        listing.unreadable.append(told(unreadable(failure), input_name(given)))
        return listing
    if stat.S_ISDIR(found.st_mode):
        return _of_folder(given, prefixed=prefixed)
    listing = _of_file(given)
    path = os.fsencode(Path(given).name)
    listing.paths.append(path)
    listing.weights.append(found.st_size * expansion(path))
    return listing


def _of_file(given: str) -> Listing:
    root, slash, _ = given.rpartition("/")
    return Listing(given=given, root=root or slash, prefix="", follow=True)


def _of_folder(given: str, *, prefixed: bool) -> Listing:
    root = given.rstrip("/") or "/"
    listing = Listing(given=given, root=root, prefix=f"{input_name(given)}/" if prefixed else "")
    above = os.fsencode(root).rstrip(b"/") + b"/"
    for path in _walk(above, listing):
        try:
            found = os.lstat(above + path)
        except OSError as failure:
            listing.unreadable.append(told(unreadable(failure), listing.prefix + file_name(path)))
            continue
        if stat.S_ISREG(found.st_mode):
            listing.paths.append(path)
            listing.weights.append(found.st_size * expansion(path))
        else:
            listing.unreadable.append(told(not_regular(found.st_mode), listing.prefix + file_name(path)))
    return listing


def _walk(above: bytes, listing: Listing) -> Iterator[bytes]:
    """Relative paths of what may hold pages, in byte order; a folder sorts as if its name ended with `/`."""
    waiting = [iter(_sorted_names(above, b"", listing))]
    while waiting:
        for path in waiting[-1]:
            if path.endswith(b"/"):
                waiting.append(iter(_sorted_names(above, path, listing)))
                break
            yield path
        else:
            waiting.pop()


def _sorted_names(above: bytes, folder: bytes, listing: Listing) -> list[bytes]:
    paths: list[bytes] = []
    others: Counter[str] = Counter()
    try:
        with os.scandir(above + folder) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith(b"."):
                    continue
                if name == _MANIFEST and holds_dataset(Path(os.fsdecode(above + folder))):
                    _leave_out(above, folder, listing)
                    return []
                if entry.is_dir(follow_symlinks=False):
                    paths.append(folder + name + b"/")
                elif kind_of(name) is not None or (entry.is_symlink() and entry.is_dir()):
                    paths.append(folder + name)
                else:
                    others[ending_of(name)] += 1
    except OSError as failure:
        listing.unreadable.append(told(unreadable(failure), listing.prefix + file_name(folder)))
    listing.others.update(others)
    return sorted(paths)


def _leave_out(above: bytes, folder: bytes, listing: Listing) -> None:
    """Note a dataset below the input; `UsageError` if it is the input."""
    if not folder:
        raise no_pages_but_dataset(listing.given)
    listing.datasets.append(os.fsdecode((above + folder).rstrip(b"/")))


def no_pages_but_dataset(shown: str) -> UsageError:
    """What an input that a build wrote is told; `shown` is the input as it may be shown."""
    mend = "Name the pages that it was built from. What a build wrote is no input."
    return UsageError(f"{shown}: a dataset, not pages", mend=mend)
