"""`Stand`: an output under faults, the process that builds into it, and the judge of what is left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.faults.pages import RAW, write_pages
from bench.faults.shim import Shim
from toolkit import ToolkitError, validate
from toolkit.preloads import BUILD_RUNS

Tree = dict[str, str]
"""Path -> SHA-256 of every file below a folder; a folder has an empty one."""

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is put under faults: a name of `subjects.SUBJECTS`; for `toolkit` its workers and generated pages."""

    name: str
    workers: int = 1
    pages: int = 0

    def __str__(self) -> str:
        return f"{self.name}, {self.workers} workers" if self.name == "toolkit" else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One build: which call fails (from 1; 0: none), and how; or who is killed after how long.

    `ahead`: its workers are forked from it before it begins.
    """

    at: int = 0
    kind: str = "none"
    sticky: bool = False
    victim: str = ""
    after_s: float = 0
    ahead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a build ended. `failed` is the first call that was made to fail, with its path; empty if none was."""

    code: int
    killed: bool
    failed: str


class Stand:
    """A folder with an output, and builds into it of the same pages again and again.

    `old` and `new` are two datasets: the tests begin with `old` or nothing, and every build would make `new`.
    `exit_old` and `exit_new` are the exit codes of a build that failed, by the output that stands there. A rename to
    `commit` commits; what is then at `flushed_before` must have been flushed.
    """

    exit_old, exit_new = 4, 9

    def __init__(self, folder: Path, subject: Subject) -> None:
        self.place = folder / "place"
        self.target = self.place / "out"
        staging = self.place / ".out.staging"
        self.commit, self.flushed_before = self.target, [staging / "dataset", staging / "commit"]
        self.subject, self.folder, self._log = subject, folder, folder / "build.log"
        self.old, new = folder / "old", folder / "new"
        self.place.mkdir()
        self.shim = Shim(folder, self.place)
        write_pages(folder / "pages", subject.pages)
        self._zygote = self._start()
        self.make(self.old, "old", sorted(RAW.iterdir())[0])
        self.make(new, "new", folder / "pages")
        self.new_tree = self.see(new)

    def __enter__(self) -> Stand:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zygote.stdin:
            self._zygote.stdin.close()
        self._zygote.wait()

    def reset(self, *, over_old: bool) -> None:
        """Leave nothing at the place but, if wanted, the old output."""
        self.shim.disarm()
        for entry in self.place.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        if over_old:
            shutil.copytree(self.old, self.target)

    def look(self) -> Tree | None:
        """What a reader finds at the target."""
        return self.see(self.target)

    def see(self, folder: Path) -> Tree | None:
        """What a reader finds in an output."""
        return tree(folder)

    def old_sizes(self, block_bytes: int) -> list[int]:
        """Blocks of so many bytes that each file and folder of the old output takes."""
        sizes = [path.stat().st_size if path.is_file() else 0 for path in self.old.rglob("*")]
        return [-(-size // block_bytes) for size in sizes]

    def count_calls(self) -> list[str]:
        """The names of all calls of a build without a fault, in order."""
        return [line.split()[0] for line in self.record_calls()]

    def record_calls(self) -> list[str]:
        """All calls of a build without a fault with their paths, in order, as the shim logs them."""
        self.shim.log.write_bytes(b"")
        self.shim.arm(at=0, kind="none", sticky=False, logging=True)
        self.plain_build(self.argv())
        self.shim.disarm()
        return self.shim.log.read_text("utf-8").splitlines()

    def build(self, how: Build) -> Ended:
        """Build the new dataset, with a fault."""
        self.shim.arm(at=how.at, kind=how.kind, sticky=how.sticky)
        request = {"victim": how.victim, "after_s": how.after_s, "orphans": how.kind == "kill-one" or bool(how.victim)}
        ahead = BUILD_RUNS * self.subject.workers if how.ahead else 0
        answer = self._ask(argvs=[self.argv()], logs=[str(self._log)], delays_s=[0], ahead=ahead, **request)
        return Ended(code=int(answer["codes"][0]), killed=bool(answer["killed"]), failed=self.shim.first_failed())

    def judge_next(self) -> str:
        """What is wrong with a build without a fault after a fault, or with what it leaves; empty if nothing is."""
        self.shim.disarm()
        code = self.plain_build(self.argv())
        if code:
            return f"the next build exits {code}: {self.words()}"
        if self.look() != self.new_tree:
            return "the next build gives other bytes"
        return (
            "" if self.is_clean() else f"the next build leaves {sorted(path.name for path in self.place.rglob('.*'))}"
        )

    def is_clean(self) -> bool:
        """Whether nothing but an output and its lock is at the place, and no half-written file in it."""
        names = {path.name for path in self.place.iterdir()} - {"lost+found", ".out.lock"}
        return names == {"out"} and not list(self.target.rglob(".*.partial"))

    def words(self) -> str:
        """The end of what the last build said."""
        return self._log.read_text("utf-8", "replace")[-600:]

    def argv(self, word: str = "new", pages: Path | None = None) -> list[str]:
        """The subject and its arguments."""
        if self.subject.name != "toolkit":
            return [self.subject.name, str(self.target), word]
        shard_size = "1MB" if self.subject.workers == 1 else "20KB" if self.subject.pages else "6KB"
        return [
            *("toolkit", "build", str(pages or self.folder / "pages"), "--out", str(self.target)),
            *("--workers", str(self.subject.workers), "--shard-size", shard_size, "--max-rejected", "9"),
        ]

    def build_all(self, argvs: list[list[str]], logs: list[Path], delays_s: list[float]) -> list[int]:
        """The exit codes of builds that run at once, each begun after its delay."""
        answer = self._ask(argvs=argvs, logs=[str(log) for log in logs], delays_s=delays_s)
        return [int(code) for code in answer["codes"]]

    def _ask(self, **request: Any) -> dict[str, Any]:  # Any: JSON
        if self._zygote.stdin is None:
            raise RuntimeError("the zygote has no input")
        self._zygote.stdin.write(json.dumps(request) + "\n")
        self._zygote.stdin.flush()
        answer: dict[str, Any] = self._hear()
        return answer

    def _start(self) -> subprocess.Popen[str]:
        (self.folder / "temporary").mkdir()
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "bench.faults.zygote", self.subject.name],
            env={**os.environ, **self.shim.environment(), "TMPDIR": str(self.folder / "temporary")},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear()
        return self._zygote

    def _hear(self) -> Any:  # Any: JSON
        if self._zygote.stdout is None:
            raise RuntimeError("the zygote has no output")
        return json.loads(self._zygote.stdout.readline())

    def make(self, folder: Path, word: str, pages: Path) -> None:
        """Leave in `folder` what a build without a fault makes."""
        code = self.plain_build(self.argv(word, pages))
        if code:
            raise RuntimeError(f"the build without a fault exits {code}: {self.words()}")
        shutil.copytree(self.target, folder)
        if self.subject.name == "toolkit":
            refuse_invalid(folder)
        self.reset(over_old=False)

    def plain_build(self, argv: list[str]) -> int:
        """The exit code of a build without a fault."""
        return self.build_all([argv], [self._log], [0])[0]


def refuse_invalid(dataset: Path) -> None:
    """Outputs are compared with this one byte by byte, so that none of them needs to be validated again."""
    if not validate([dataset], workers=1).ok:
        raise ToolkitError(f"{dataset}: is not valid")


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
