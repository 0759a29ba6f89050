"""Builders at one output, each with another dataset, that start at one moment or while others commit."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from bench.faults.pages import RAW

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from bench.faults.stand import Stand, Tree
    from bench.faults.tally import Tally

LOST = 6


class Rivals:
    """So many builders; half of them have a rejected page, so that their datasets differ in files too."""

    def __init__(self, stand: Stand, folder: Path, *, builders: int) -> None:
        self._stand = stand
        self._logs = [folder / f"rival-{number}.log" for number in range(builders)]
        self._argvs = [self._argv(folder / f"rival-{number}", number) for number in range(builders)]
        started = time.monotonic()
        self._trees = [self._build_alone(number) for number in range(builders)]
        self._build_s = (time.monotonic() - started) / builders

    def compete(self, tally: Tally, *, rounds: int, chance: random.Random) -> None:
        """Build with all, again and again, in every other round from one moment on; the output of one stays there."""
        self._stand.reset(over_old=False)
        for number in range(rounds):
            at_once = number % 2 == 0
            within_s = 0 if at_once else 2 * self._build_s
            codes = self._stand.build_all(self._argvs, self._logs, [chance.uniform(0, within_s) for _ in self._argvs])
            for code in codes:
                tally.codes[f"builder {code}"] += 1
            tally.note("rivals", "", self.judge(codes, at_once=at_once), about=f"round {number}")

    def judge(self, codes: list[int], *, at_once: bool) -> str:
        """What is wrong with how builders ended, and with the output; empty if nothing is. None waits for another."""
        others = [number for number, code in enumerate(codes) if code not in {0, LOST}]
        if others:
            return f"exit {codes[others[0]]}: {self._words(others[0])}"
        winners = [self._trees[number] for number, code in enumerate(codes) if code == 0]
        if not winners:
            return "all have lost"
        if at_once and LOST not in codes:
            return "nobody has lost"
        if self._stand.look() not in winners:
            return "the output is no winner's"
        return "" if self._stand.is_clean() else "something is left beside the output"

    def _words(self, number: int) -> str:
        return self._logs[number].read_text("utf-8", "replace")[-600:]

    def _argv(self, pages: Path, number: int) -> list[str]:
        pages.mkdir()
        for page in RAW.iterdir():
            shutil.copyfile(page, pages / page.name)
        if number % 2:
            (pages / "rejected.txt").write_text("A page without a date.\n", "utf-8")
        return [*self._stand.argv("new", pages), "--version", f"1.0.{number}"]

    def _build_alone(self, number: int) -> Tree | None:
        self._stand.reset(over_old=False)
        self._stand.build_all([self._argvs[number]], [self._logs[number]], [0])
        return self._stand.look()
