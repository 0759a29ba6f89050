"""`usable_cores`: the cores this process may use, which in a container are not all that the machine has."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS: Final = "sys/fs/cgroup"


def usable_cores(root: Path = Path("/")) -> int:
    """Those the process may run on, or fewer where its control groups get less time than those have; at least 1.

    Half a core counts as one. Sources, below `root`: `cpu.max` of control groups (kernel.org, cgroup-v2), and
    `cpu.cfs_quota_us` of their first version (sched-bwc).
    """
    return max(1, min([_allowed_cores(), *(math.ceil(quota) for quota in _quotas(root))]))


def _allowed_cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(root: Path) -> Iterator[float]:
    """The cores' worth of time of each group that has a limit."""
    for group in _groups(root):
        words = _limit(group).split()
        if len(words) == 2 and all(word.isdecimal() for word in words):  # no limit is `max`, or -1
            yield int(words[0]) / max(1, int(words[1]))


def _groups(root: Path) -> Iterator[Path]:
    """The folders of the groups of this process, and of those above; a container may see only the upper ones."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        if not controllers or "cpu" in controllers.split(","):  # the second version names none
            base = root / GROUPS / ("cpu" if controllers else "")
            group = base / path.lstrip("/")
            yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(base))


def _limit(group: Path) -> str:
    """Microseconds of time, and of the period for which they are, as both versions have them."""
    return _text(group / "cpu.max") or f"{_text(group / 'cpu.cfs_quota_us')} {_text(group / 'cpu.cfs_period_us')}"


def _text(path: Path) -> str:
    """What a small file says; empty where it is not there or not ours to read."""
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
