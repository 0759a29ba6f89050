"""SIGKILL at random moments of a build: all its processes, itself, one of its workers, or their server."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from bench.faults.stand import Build, Stand
from bench.faults.zygote import HANG

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from bench.faults.stand import Ended, Tree
    from bench.faults.tally import Tally

BUILD_VICTIMS = ("all", "build")
WORKER_VICTIMS = ("worker", "worker", "worker", "server", "forked", "forked")
WORKERS_PART = 0.6
"""Of a small build, the part after which its workers have ended."""


def run_kills(
    stand: Stand, tally: Tally, *, number: int, victims: Sequence[str], chance: random.Random, over_old: bool
) -> None:
    """Kill one of the `victims` at each of `number` random moments; the next build must give the same bytes.

    A build that ended before it could be killed is counted apart.
    """
    longest_s = _measure(stand, over_old=over_old) * (WORKERS_PART if victims is WORKER_VICTIMS else 1)
    hits = 0
    while hits < number:
        stand.reset(over_old=over_old)
        before = stand.look()
        victim = chance.choice(victims)
        ahead = victim == "forked" or (victim in BUILD_VICTIMS and stand.subject.workers > 1 and chance.random() < 0.5)
        ended = stand.build(Build(victim=victim, after_s=chance.uniform(0, longest_s), ahead=ahead))
        hit = ended.killed if victims is WORKER_VICTIMS else ended.code == -signal.SIGKILL
        hits += hit
        wrong = _judge(stand, ended, before, victims) or stand.judge_next()
        tally.note(f"{'killed' if hit else 'too late for'} {victim}", ended.code, wrong)


def _judge(stand: Stand, ended: Ended, before: Tree | None, victims: Sequence[str]) -> str:
    found = stand.look()
    if found not in (before, stand.new_tree):
        return f"torn output: {sorted(found or {})}"
    if ended.code in _allowed(victims, is_new=found == stand.new_tree):
        return ""
    return f"exit {'hang' if ended.code == HANG else ended.code}: {stand.words()}"


def _measure(stand: Stand, *, over_old: bool) -> float:
    """How long a build takes."""
    stand.reset(over_old=over_old)
    started = time.monotonic()
    stand.build(Build())
    return time.monotonic() - started


def _allowed(victims: Sequence[str], *, is_new: bool) -> set[int]:
    """The exit codes that are right: one dead worker or server is no reason to fail."""
    codes = {0} if is_new else set()
    return codes if victims is WORKER_VICTIMS else codes | {-signal.SIGKILL}
