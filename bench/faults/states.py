"""`NextBuilds`: what a fault leaves is judged by the build that follows; the same state is judged once."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bench.faults.stand import Stand
    from bench.faults.tally import Tally

State = tuple[tuple[str, int, str], ...]
"""Path, mode and SHA-256 of everything below a folder, sorted: all that a build finds there."""

NOTE_OF_INODES = "commit"
"""A file of the staging folder that tells an inode, so that the same bytes may mean something else."""
PROCESS = re.compile(r"\.\d+\.partial$")


class NextBuilds:
    """The next build after faults at one stand."""

    def __init__(self, stand: Stand, tally: Tally) -> None:
        self._stand, self._tally = stand, tally
        self._found: dict[State, str] = {}

    def judge(self, *, alone: bool) -> str:
        """What is wrong with the next build, empty if nothing is; where that is known of this state, it is not run.

        `alone`: no process of the build can be left; else there is more to the state than files.
        """
        state = state_of(self._stand.place) if alone else None
        if state is None:
            self._tally.next_builds["run"] += 1
            return self._stand.judge_next()
        if state in self._found:
            self._tally.next_builds["known from the same state"] += 1
        else:
            self._tally.next_builds["run"] += 1
            self._found[state] = self._stand.judge_next()
        return self._found[state]


def state_of(place: Path) -> State | None:
    """What stands below a folder, but for ids of processes in names; null if there is a note of an inode."""
    found = []
    for parent, folders, files in os.walk(place):
        if NOTE_OF_INODES in files:
            return None
        for name in [*folders, *files]:
            path = os.path.join(parent, name)  # noqa: PTH118 - thousands of states
            mode = os.lstat(path).st_mode
            short = PROCESS.sub(".partial", os.path.relpath(path, place))
            found.append((short, mode, _content(path) if stat.S_ISREG(mode) else ""))
    return tuple(sorted(found))


def _content(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        return hashlib.file_digest(file, "sha256").hexdigest()
