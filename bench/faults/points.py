"""Every file operation of a build fails in turn; and a second fault meets the build that recovers from a first."""

from __future__ import annotations

import random
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.faults.stand import Build, Ended, Stand
from bench.faults.states import NextBuilds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.faults.tally import Tally

KINDS = ("kill", "enospc", "eio", "late", "short", "kill-one")
"""`late`: the call does its work, and yet reports an error; `short`: it writes half, and says so."""

STICKY = ("enospc", "eio", "late", "kill-one")
ERRORS = ("enospc", "eio", "late")
MUTE = {"read": ("eio",), "open": ("kill", "kill-one", "enospc", "eio")}
"""Calls to which only some kinds of faults can happen; `short` only happens to writes, which are never `late`."""
ESSENTIAL = ("write", "pwrite", "fsync", "fdatasync", "rename", "link")
"""Calls (their beginnings) whose failure must never end in exit code 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Of all faults every `every`-th, from the `first` on (from 0)."""

    every: int = 1
    first: int = 0


def count_calls(stand: Stand, tally: Tally, *, over_old: bool) -> list[str]:
    """The names of the calls of a build without a fault, in order; the tally counts them."""
    stand.reset(over_old=over_old)
    names = stand.count_calls()
    if not names:
        raise RuntimeError("no call was seen: does LD_PRELOAD work here?")
    tally.calls.update(names)
    return names


def run_points(stand: Stand, tally: Tally, faults: Sequence[Build], *, over_old: bool) -> None:
    """Run each fault on its own, and judge it."""
    next_builds = NextBuilds(stand, tally)
    for fault in faults:
        stand.reset(over_old=over_old)
        wrong, ended = try_fault(stand, fault)
        wrong = wrong or ("" if _is_done(stand) else next_builds.judge(alone=_is_alone(stand, ended)))
        tally.note(f"{fault.kind}{' sticky' * fault.sticky}", ended.code, wrong, about=_about(fault, ended, over_old))
        if not ended.failed:
            tally.missed[fault.kind] += 1
        elif fault.kind in ERRORS and ended.code == 0:
            tally.harmless[f"{fault.kind} {ended.failed.split()[0]}"] += 1


def run_compound(stand: Stand, tally: Tally, pairs: Sequence[tuple[Build, Build]], *, over_old: bool) -> None:
    """A fault, and another one in the build that recovers from it; both are judged."""
    for first, second in pairs:
        stand.reset(over_old=over_old)
        wrong, ended = try_fault(stand, first)
        about = _about(first, ended, over_old)
        if not wrong:
            wrong, ended = try_fault(stand, second)
            about += " then " + _about(second, ended, over_old)
        tally.note(f"{first.kind} then {second.kind}", ended.code, wrong or stand.judge_next(), about=about)


def single_faults(calls: Sequence[str], kinds: Sequence[str], part: Part) -> list[Build]:
    """Each call fails in each way that is its own, once and from then on."""
    return [
        Build(at=at, kind=kind, sticky=sticky)
        for at, call in enumerate(calls, 1)
        for kind in kinds
        if _can_fail(call, kind)
        for sticky in ((False, True) if kind in STICKY else (False,))
    ][part.first :: part.every]


def _can_fail(call: str, kind: str) -> bool:
    is_write = call.startswith(("write", "pwrite"))
    return kind in MUTE.get(call, KINDS) and not (is_write and kind == "late") and (is_write or kind != "short")


def compound_faults(calls: Sequence[str], kinds: Sequence[str], *, number: int, seed: int) -> list[tuple[Build, Build]]:
    """Pairs of a fault at a random call, and one at a random call of the recovery, which has more calls."""
    chance = random.Random(seed)

    def draw(kinds: Sequence[str], last: int) -> Build:
        kind = chance.choice(kinds)
        return Build(at=chance.randint(1, last), kind=kind, sticky=kind in STICKY and chance.random() < 0.5)

    firsts = [kind for kind in kinds if kind != "short"]
    return [(draw(firsts, len(calls)), draw(kinds, len(calls) * 5 // 4)) for _ in range(number)]


def try_fault(stand: Stand, fault: Build) -> tuple[str, Ended]:
    """What is wrong with the output or the exit code after a fault, and how the build ended."""
    before = stand.look()
    ended = stand.build(fault)
    found = stand.look()
    if found not in (before, stand.new_tree):
        return f"torn output, exit {ended.code}: {sorted(found or {})}", ended
    is_new = found == stand.new_tree
    if ended.code in set(_allowed(stand, fault, ended, is_new=is_new, is_old=found == before)):
        return "", ended
    return f"exit {ended.code} with the {'new' if is_new else 'old'} output: {stand.words()}", ended


def _allowed(stand: Stand, fault: Build, ended: Ended, *, is_new: bool, is_old: bool) -> Iterator[int]:
    """Exit codes that are right with the output that was found."""
    if not ended.failed:  # processes share the count: this time there were fewer calls
        yield from [0] * is_new
        return
    if fault.kind in {"kill", "kill-one"}:
        yield -signal.SIGKILL
    if fault.kind == "kill-one":
        yield 0 if is_new else 7
    if fault.kind == "short" and is_new:
        yield 0
    if fault.kind in ERRORS:
        yield from [stand.exit_new] * is_new + [stand.exit_old] * is_old
        if is_new and (not ended.failed.startswith(ESSENTIAL) or _is_mute(fault, ended)):
            yield 0


def _is_mute(fault: Build, ended: Ended) -> bool:
    """Whether nothing happened: a write is never late."""
    return fault.kind == "late" and ended.failed.startswith(("write", "pwrite"))


def _is_alone(stand: Stand, ended: Ended) -> bool:
    """Whether a build that has ended left no process that may still write; one that ends by itself waits for them."""
    return ended.code >= 0 or stand.subject.workers == 1


def _is_done(stand: Stand) -> bool:
    """Whether all is as after a build without a fault, so that another one would tell nothing."""
    return stand.is_clean() and stand.look() == stand.new_tree


def _about(fault: Build, ended: Ended, over_old: bool) -> str:  # noqa: FBT001 - a word of the message
    return f"at {fault.at} ({ended.failed or 'none'}), {'over an old output' if over_old else 'a new output'}"
