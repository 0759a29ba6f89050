"""A full disk: builds into a tmpfs of every size between too small and large enough, by bytes and by inodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.faults.mounts import mount_memory, unmount, widen_memory
from bench.faults.stand import Build, Stand

if TYPE_CHECKING:
    from bench.faults.tally import Tally

PAGE_BYTES = 4096
BYTES, INODES = "size", "nr_inodes"


def run_sizes(stand: Stand, tally: Tally, *, number: int, over_old: bool) -> None:
    """`number` sizes, from one that hardly holds the old output to the first that is enough."""
    least = _pages_of_old(stand) if over_old else 2
    most = _first_enough(stand, BYTES, least, over_old=over_old)
    for turn in range(number):
        pages = least + (most - least) * turn // max(1, number - 1)
        _try_limit(stand, tally, BYTES, pages, over_old=over_old)


def run_inodes(stand: Stand, tally: Tally, *, every: int, over_old: bool) -> None:
    """Every number of inodes up to the first that is enough."""
    least = len(stand.old_sizes(PAGE_BYTES)) + 2 if over_old else 2
    most = _first_enough(stand, INODES, least, over_old=over_old)
    for inodes in range(least, most + 1, every):
        _try_limit(stand, tally, INODES, inodes, over_old=over_old)


def _first_enough(stand: Stand, limit: str, least: int, *, over_old: bool) -> int:
    """The least limit with which a build ends with 0, by halving."""
    low, high = least, 2 * least
    while not _fits(stand, limit, high, over_old=over_old):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _fits(stand, limit, middle, over_old=over_old):
            high = middle
        else:
            low = middle
    return high


def _fits(stand: Stand, limit: str, number: int, *, over_old: bool) -> bool:
    _mount(stand, limit, number)
    try:
        stand.reset(over_old=over_old)
        return stand.build(Build()).code == 0
    finally:
        unmount(stand.place)


def _try_limit(stand: Stand, tally: Tally, limit: str, number: int, *, over_old: bool) -> None:
    _mount(stand, limit, number)
    try:
        stand.reset(over_old=over_old)
        before = stand.look()
        code = stand.build(Build()).code
        wrong = _judge(stand, code, is_old=stand.look() == before)
        if code == 0:
            tally.note(f"{limit}, enough", code, wrong)
            return
        widen_memory(stand.place)
        tally.note(f"{limit}, too small", code, wrong or stand.judge_next(), about=f"{limit} {number}")
    finally:
        unmount(stand.place)


def _judge(stand: Stand, code: int, *, is_old: bool) -> str:
    if code == 4 and is_old:
        return ""
    if code == 0 and stand.look() == stand.new_tree:
        return ""
    return f"exit {code}, output {'old' if is_old else 'changed'}: {stand.words()}"


def _mount(stand: Stand, limit: str, number: int) -> None:
    amount = number * PAGE_BYTES if limit == BYTES else number
    mount_memory(stand.place, limit=f"{limit}={amount}")


def _pages_of_old(stand: Stand) -> int:
    return 2 + sum(stand.old_sizes(PAGE_BYTES))
