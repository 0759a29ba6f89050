"""The loop: count the calls of a build, fail each in turn, judge what is left."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.faults.shim import Shim

if TYPE_CHECKING:
    from collections.abc import Iterator

Tree = dict[str, str]
"""Path -> SHA-256 of every file below a folder; a folder has an empty one."""

ROOT = Path(__file__).parents[2]
ERRORS = ("enospc", "eio", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One run: which call fails, and how; `recovery`: after the build was killed at that call."""

    at: int
    kind: str
    sticky: bool
    recovery: int = 0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a campaign saw: runs by kind, calls by name, the faults that were not survived."""

    runs: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    torn: list[str] = field(default_factory=list)


class Campaign:
    """A folder with an output under faults, and the process that builds into it."""

    def __init__(self, folder: Path, subject: str, *, workers: int = 1) -> None:
        self.place = folder / "place"
        self.target = self.place / "out"
        self.tally = Tally()
        self._subject, self._workers = subject, workers
        self._folder = folder
        self._old, self._new = folder / "old", folder / "new"
        self.place.mkdir()
        self._shim = Shim(folder, self.place)
        self._log = folder / "build.log"
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "bench.faults.zygote", subject],
            env=self._shim.environment(),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()
        self._make_references()

    def close(self) -> None:
        if self._zygote.stdin:
            self._zygote.stdin.close()
        self._zygote.wait()

    def run(self, faults: Iterator[Fault], *, over_old: bool) -> None:
        """Run each fault on its own, with or without an old output, and judge it."""
        for fault in faults:
            self._prepare(over_old=over_old)
            if fault.recovery:
                self._build(Fault(at=fault.recovery, kind="kill", sticky=False))
            before = tree(self.target)
            code = self._build(fault)
            self.tally.runs[fault.kind] += 1
            self.tally.codes[f"{fault.kind} {code}"] += 1
            wrong = self._judge(fault, code, before) or self._judge_next()
            if wrong:
                self.tally.torn.append(f"{'old' if over_old else 'none'} {fault}: {self._shim.first_failed()}: {wrong}")

    def run_kills(self, number: int, *, within_s: float, over_old: bool) -> None:
        """Kill the build at `number` random moments."""
        for _ in range(number):
            self._prepare(over_old=over_old)
            before = tree(self.target)
            code = self._build(Fault(at=0, kind="none", sticky=False), kill_within_s=within_s)
            self.tally.runs["random kill"] += 1
            self.tally.codes[f"random kill {code}"] += 1
            wrong = self._judge(Fault(at=0, kind="kill", sticky=False), code, before) or self._judge_next()
            if wrong:
                self.tally.torn.append(f"random kill: {wrong}")

    def count_calls(self, *, over_old: bool) -> int:
        """Number of calls in a build without a fault; their names go to the tally."""
        self._prepare(over_old=over_old)
        self._shim.log.write_bytes(b"")
        self._shim.arm(at=0, kind="none", sticky=False, logging=True)
        self._request(self._new_argv())
        calls = self._shim.calls()
        self.tally.calls.update(line.split()[0] for line in self._shim.log.read_text("utf-8").splitlines())
        return calls

    def _judge(self, fault: Fault, code: int, before: Tree | None) -> str:
        found = tree(self.target)
        if found not in (before, self._new_tree):
            return f"torn output, exit {code}: {sorted(found or {})}"
        is_new = found == self._new_tree
        if fault.kind == "kill":
            allowed = {-signal.SIGKILL, 0} if is_new else {-signal.SIGKILL}
        elif fault.kind == "kill-one":
            allowed = {-signal.SIGKILL, 0} if is_new else {-signal.SIGKILL, 7}
        elif fault.kind == "short":
            allowed = {0}
        else:
            allowed = {0, 9} if is_new else {4}
            if found == before:
                allowed |= {4}
        if code in allowed:
            return ""
        return f"exit {code} with the {'new' if is_new else 'old'} output: {self._log.read_text('utf-8')[-600:]}"

    def _judge_next(self) -> str:
        self._shim.disarm()
        code = self._request(self._new_argv())
        if code:
            return f"the next build exits {code}: {self._log.read_text('utf-8')[-600:]}"
        if tree(self.target) != self._new_tree:
            return "the next build gives other bytes"
        left = sorted(path.name for path in self.place.iterdir())
        return "" if left == [".out.lock", "out"] else f"the next build leaves {left}"

    def _prepare(self, *, over_old: bool) -> None:
        self._shim.disarm()
        shutil.rmtree(self.place)
        self.place.mkdir()
        if over_old:
            shutil.copytree(self._old, self.target)

    def _build(self, fault: Fault, *, kill_within_s: float = 0) -> int:
        self._shim.arm(at=fault.at, kind=fault.kind, sticky=fault.sticky)
        return self._request(self._new_argv(), kill_within_s=kill_within_s)

    def _make_references(self) -> None:
        for folder, argv in ((self._old, self._old_argv()), (self._new, self._new_argv())):
            code = self._request(argv)
            if code:
                raise RuntimeError(f"the build without a fault exits {code}: {self._log.read_text('utf-8')}")
            shutil.copytree(self.target, folder)
            shutil.rmtree(self.place)
            self.place.mkdir()
        self._new_tree = tree(self._new)

    def _old_argv(self) -> list[str]:
        return self._argv("old", sorted((ROOT / "raw").iterdir())[0])

    def _new_argv(self) -> list[str]:
        return self._argv("new", ROOT / "raw")

    def _argv(self, word: str, pages: Path) -> list[str]:
        if self._subject != "toolkit":
            return [self._subject, str(self.target), word]
        return ["toolkit", "build", str(pages), "--out", str(self.target), "--workers", str(self._workers)]

    def _request(self, argv: list[str], *, kill_within_s: float = 0) -> int:
        request = {"argv": argv, "log": str(self._log), "kill_within_s": kill_within_s}
        if self._zygote.stdin is None:
            raise RuntimeError("the zygote has no input")
        self._zygote.stdin.write(json.dumps(request) + "\n")
        self._zygote.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        if self._zygote.stdout is None:
            raise RuntimeError("the zygote has no output")
        return str(json.loads(self._zygote.stdout.readline()))


def tree(folder: Path) -> Tree | None:
    """What stands below a folder; null if it is absent."""
    if not folder.exists():
        return None
    found = {}
    for parent, folders, files in os.walk(folder):
        base = Path(parent)
        for name in folders:
            found[str((base / name).relative_to(folder))] = ""
        for name in files:
            found[str((base / name).relative_to(folder))] = hashlib.sha256((base / name).read_bytes()).hexdigest()
    return found


def single_faults(calls: int, kinds: list[str], *, every: int) -> Iterator[Fault]:
    """Each `every`-th call fails in each way, once and from then on."""
    for at in range(1, calls + 1, every):
        for kind in kinds:
            yield Fault(at=at, kind=kind, sticky=False)
            if kind in ERRORS or kind == "kill-one":
                yield Fault(at=at, kind=kind, sticky=True)


def compound_faults(calls: int, kinds: list[str], *, number: int, seed: int) -> Iterator[Fault]:
    """A kill at a random call, then a fault at a random call of the build that recovers from it."""
    chance = random.Random(seed)
    for _ in range(number):
        yield Fault(
            at=chance.randint(1, calls),
            kind=chance.choice(kinds),
            sticky=chance.random() < 0.5,
            recovery=chance.randint(1, calls),
        )
