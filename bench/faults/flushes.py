"""What must be on the medium when an output is committed, by the calls of a build in their order.

A power cut of ext4 cannot show all of it: its journal takes more to the medium than it is asked for.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.faults.stand import Stand
    from bench.faults.tally import Tally

CHANGES = ("write", "pwrite", "sendfile", "copy_file_range", "ftruncate", "truncate", "fallocate")
"""How the calls begin that change what a file holds."""
REMOVALS = {"unlink", "unlinkat", "rmdir"}


def check_flushes(stand: Stand, tally: Tally, *, over_old: bool) -> None:
    """Build once without a fault, and judge the order of its calls."""
    stand.reset(over_old=over_old)
    lines = stand.record_calls()
    tally.calls.update(line.split()[0] for line in lines)
    commit, before = str(stand.commit), [str(path) for path in stand.flushed_before]
    wrong = "; ".join(find_unflushed(lines, commit=commit, before=before))
    tally.note("flushes", "", wrong, about="over an old output" if over_old else "a new output")


def find_unflushed(lines: Sequence[str], *, commit: str, before: Sequence[str]) -> Iterator[str]:
    """What is not on the medium in time, for calls as the shim logs them.

    A rename to `commit` commits: then what is renamed, and all that is or stands below one of `before`, must have been
    flushed, the name of each file and folder, and of those above `commit`, by a flush of its folder; and the new names
    must be before anything is removed.
    """
    medium, waiting, is_committed = _Medium(), set[str](), False
    for line in lines:
        call, _, paths = line.partition(" ")
        path, _, other = paths.partition("\t")
        if call.startswith("rename") and other == commit:
            yield from (f"{flaw} when it is committed" for flaw in medium.unflushed(path, commit, before))
            is_committed, waiting = True, {path, other} if call == "renameat2" else {other}
        if call in REMOVALS:
            yield from (
                f"the name of {name} is not flushed before {path} is removed" for name in medium.names & waiting
            )
            waiting = set()
        medium.see(call, path, other)
    yield from (f"the name of {name} is not flushed at the end" for name in medium.names & waiting)
    if not is_committed:
        yield f"nothing was renamed to {commit}"


class _Medium:
    """Files whose content, and paths whose names, were not flushed since they changed last."""

    def __init__(self) -> None:
        self.contents: set[str] = set()
        self.names: set[str] = set()
        self._known: set[str] = set()

    def see(self, call: str, path: str, other: str) -> None:
        if call in {"fsync", "fdatasync"}:
            self.contents.discard(path)
            self.names = {name for name in self.names if _folder(name) != path}
        elif call.startswith("rename"):
            for paths in (self.contents, self.names, self._known):
                _swap(paths, path, other)
            self.names |= {path, other} if call == "renameat2" else {other}
        elif call.startswith("link"):
            self.names.add(path)
            self.contents |= {path} if other in self.contents else set()
        elif call.startswith("mkdir"):
            self._name(path)
        elif call in REMOVALS:
            for paths in (self.contents, self.names, self._known):
                paths.discard(path)
        elif call.startswith(CHANGES):
            self._name(path)
            self.contents.add(path)

    def _name(self, path: str) -> None:
        """Folders that are there may be made again, and files written on."""
        if path not in self._known:
            self._known.add(path)
            self.names.add(path)

    def unflushed(self, renamed: str, commit: str, roots: Sequence[str]) -> Iterator[str]:
        """What is not on the medium of `renamed`, of what is or stands below `roots`, and of the way to `commit`."""
        contents = [path for path in self.contents if _is_below(path, [renamed, *roots])]
        names = [path for path in self.names if _is_below(path, roots) or _is_below(_folder(commit), [path])]
        yield from (f"{path} is not flushed" for path in sorted(contents))
        yield from (f"the name of {path} is not flushed" for path in sorted(names))


def _swap(paths: set[str], left: str, right: str) -> None:
    """What is below one of two paths is now below the other."""
    moved = {path: right + path[len(left) :] for path in paths if _is_below(path, [left])}
    moved |= {path: left + path[len(right) :] for path in paths if _is_below(path, [right])}
    paths.difference_update(moved)
    paths.update(moved.values())


def _is_below(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)
