"""The processes of a build, as /proc shows them."""

from __future__ import annotations

import random
import time
from pathlib import Path

_DEPTHS = {"server": 1, "worker": 2, "forked": 1}
"""A worker is a child of the build's server process, which is a child of the build, as are workers forked ahead."""


def pick_victim(build: int, kind: str) -> int:
    """The id of one process of a build that runs: itself (`build`) or one of a kind below it; 0 if it ended.

    Waits until there is one.
    """
    while _is_running(build):
        found = [build] if kind == "build" else _below(build, _DEPTHS[kind])
        if found:
            return random.choice(found)
        time.sleep(0.001)
    return 0


def _is_running(process: int) -> bool:
    return _stat(process)[:1] not in ([], ["Z"])


def _below(process: int, depth: int) -> list[int]:
    parents = {int(path.name): _stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
    level = {process}
    for _ in range(depth):
        level = {child for child, stat in parents.items() if stat and stat[0] != "Z" and int(stat[1]) in level}
    return sorted(level)


def _stat(process: int) -> list[str]:
    """State, parent, …; empty if there is no such process."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return []
