"""`hold_contest`: the runs of a table, interleaved, with corpora that are made once and kept under bench/work/."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench.corpus import Corpus, write_corpus
from bench.measure import Usage, measure
from bench.runners import ROOT, RUNNERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WORK = ROOT / "bench" / "work"
GENERATOR = ("words.py", "words.toml", "pages.py", "containers.py", "corpus.py")
"""A corpus is made again when one of these changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of a table: a runner's name on a corpus of so many pages, in files or a container."""

    runner: str
    pages: int
    container: str = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A case and its runs, in order."""

    case: Case
    runs: tuple[Usage, ...]

    @property
    def wall_s(self) -> float:
        """Median of the runs, as is `cpu_s`."""
        return median(run.wall_s for run in self.runs)

    @property
    def cpu_s(self) -> float:
        """Median of the CPU seconds of the whole tree of processes."""
        return median(run.cpu_s for run in self.runs)

    @property
    def largest_bytes(self) -> int:
        """Highest RSS of one process in any run."""
        return max(run.largest_bytes for run in self.runs)

    @property
    def tree_bytes(self) -> int:
        """Highest sum of the PSS of all processes in any run."""
        return max(run.tree_bytes for run in self.runs)


def hold_contest(cases: Sequence[Case], *, repeat: int, cold: bool = False, work: Path = WORK) -> list[Result]:
    """The results in the order of the cases, without those that cannot run here, whose reasons go to stderr.

    Every round runs each case once, so that a slow minute of the machine touches all of them alike. With `cold` the
    input has to come from the disk in every run.
    """
    able = [case for case in cases if _is_able(case)]
    sources = {case: provide_corpus(case.pages, case.container, work=work) for case in able}
    runs: dict[Case, list[Usage]] = {case: [] for case in able}
    for round_ in range(1, repeat + 1):
        for case in able:
            if cold:
                _forget(sources[case])
            usage = _run(case, sources[case], work)
            runs[case].append(usage)
            figures = f"{usage.wall_s:.2f} s wall, {usage.cpu_s:.2f} s CPU"
            print(f"round {round_}: {case.runner} {case.pages} {case.container}: {figures}", file=sys.stderr)
    return [Result(case=case, runs=tuple(runs[case])) for case in able]


def provide_corpus(pages: int, container: str, *, work: Path = WORK) -> Path:
    """What to give to a build; made on the first call, under a name that says what made it."""
    code = hashlib.sha256(b"".join((ROOT / "bench" / name).read_bytes() for name in GENERATOR)).hexdigest()[:12]
    folder = work / f"corpus-{pages}-{container}-{code}"
    if not folder.exists():
        partial = folder.with_name(f"partial-{folder.name}")
        shutil.rmtree(partial, ignore_errors=True)
        write_corpus(Corpus(pages=pages), partial, container=container)
        partial.rename(folder)
    return folder if container == "files" else folder / f"pages.{container}"


def _is_able(case: Case) -> bool:
    reason = RUNNERS[case.runner].missing()
    if reason:
        print(f"skipped {case.runner}: {reason}", file=sys.stderr)
    return reason is None


def _forget(source: Path) -> None:
    """Have the system drop the files of a corpus from its page cache."""
    for path in source.rglob("*") if source.is_dir() else [source]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _run(case: Case, source: Path, work: Path) -> Usage:
    """One run into a fresh folder, which is removed after it."""
    outputs = work / "out"
    shutil.rmtree(outputs, ignore_errors=True)
    outputs.mkdir()
    command = RUNNERS[case.runner].command(source, outputs / "result")
    usage = measure(command, log=work / f"{case.runner}.log", cwd=ROOT)
    shutil.rmtree(outputs)
    return usage
