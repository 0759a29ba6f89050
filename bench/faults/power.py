"""Power cuts: ext4 on a loop device stops at one call of a build, or as soon as the build has ended with 0."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from bench.faults.mounts import DROP_LOG, FLUSH_LOG
from bench.faults.points import count_calls
from bench.faults.stand import Build, Stand

if TYPE_CHECKING:
    import random

    from bench.faults.mounts import LoopDisk
    from bench.faults.tally import Tally

KINDS = {"cut": DROP_LOG, "cut-after-log": FLUSH_LOG}
"""Cut at once, or after the journal was written, which then names files whose bytes are lost."""


def run_cuts(stand: Stand, disk: LoopDisk, tally: Tally, *, number: int, chance: random.Random, over_old: bool) -> None:
    """Cut the power `number` times: three times in four at a random call, else just after the end of the build."""
    calls = len(count_calls(stand, tally, over_old=over_old))
    for turn in range(number):
        stand.reset(over_old=over_old)
        disk.flush()
        kind = chance.choice(sorted(KINDS))
        at = chance.randint(1, calls) if turn % 4 else 0
        wrong, code = _cut(stand, disk, kind, at)
        tally.note(
            f"{kind} {'during' if at else 'after'} the build", code, wrong or stand.judge_next(), about=f"at {at}"
        )


def _cut(stand: Stand, disk: LoopDisk, kind: str, at: int) -> tuple[str, int]:
    """What is wrong after a power cut, and the exit code of the build."""
    before = stand.look()
    ended = stand.build(Build(at=at, kind=kind))
    if ended.code != -signal.SIGKILL:
        disk.cut(KINDS[kind])
    disk.unmount()
    disk.mount()
    found = stand.look()
    if found not in (before, stand.new_tree):
        return f"torn output, exit {ended.code}: {sorted(found or {})}", ended.code
    if ended.code == 0 and found != stand.new_tree:
        return "exit 0, but the output did not survive", ended.code
    if ended.code not in {0, -signal.SIGKILL}:
        return f"exit {ended.code}: {stand.words()}", ended.code
    return "", ended.code
