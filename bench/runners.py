"""`RUNNERS`: what is measured, each a command that turns a corpus into an output. All read the same pages."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A command with SOURCE and OUT in it; `modules` are what must be installed for it."""

    name: str
    words: tuple[str, ...]
    modules: tuple[str, ...]

    def command(self, source: Path, out: Path) -> list[str]:
        """The command for one corpus, run in the root of the checkout. It writes only `out`."""
        places = {"SOURCE": str(source), "OUT": str(out)}
        return [sys.executable, *(places.get(word, word) for word in self.words)]

    def missing(self) -> str | None:
        """Why it cannot run here, null where it can."""
        absent = [module for module in self.modules if find_spec(module) is None]
        return f"{', '.join(absent)} not installed" if absent else None


def _toolkit(name: str, *options: str, needs: tuple[str, ...] = ()) -> Runner:
    words = ("-m", "toolkit", "build", "SOURCE", "--out", "OUT", *options)
    return Runner(name=name, words=words, modules=("toolkit.__main__", *needs))


def _peer(name: str, module: str) -> Runner:
    return Runner(name=name, words=("-m", "bench.peers", name, "SOURCE", "OUT"), modules=(module,))


RUNNERS: dict[str, Runner] = {
    runner.name: runner
    for runner in (
        Runner(name="floor", words=("-m", "bench.floor", "SOURCE", "OUT"), modules=("pyarrow",)),
        Runner(name="plain", words=("-m", "bench.plain", "SOURCE", "OUT"), modules=("pyarrow",)),
        _toolkit("toolkit-1", "--workers", "1"),
        _toolkit("toolkit-2", "--workers", "2"),
        _toolkit("toolkit-4", "--workers", "4"),
        _toolkit("toolkit-ray", "--engine", "ray", needs=("ray",)),
        _peer("generator-1", "datasets"),
        _peer("generator-2", "datasets"),
        _peer("text-map", "datasets"),
        _peer("datatrove", "datatrove"),
    )
}
