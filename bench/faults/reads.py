"""Every call that reads an input or a dataset fails in turn: no verb may take what it could not read for nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bench.faults.stand import Stand
    from bench.faults.tally import Tally

TOLD = {3, 5}
"""Exit codes that say that something could not be read, or is not whole; of pages `validate` says so with 1, too."""
PAGES = "validate pages"


class Readers:
    """The verbs that read, each with what it reads below the place of a stand, and what it writes elsewhere."""

    def __init__(self, stand: Stand, folder: Path) -> None:
        self._stand, self._elsewhere = stand, folder / "elsewhere"
        stand.reset(over_old=False)
        if stand.plain_build([*stand.argv(), "--version", "1.0.0"]):
            raise RuntimeError(stand.words())
        shutil.copytree(folder / "pages", stand.place / "pages")
        (stand.place / "pages" / "rejected.txt").unlink()
        pages, dataset, to = str(stand.place / "pages"), str(stand.target), str(self._elsewhere / "written")
        page = str(min((stand.place / "pages").iterdir()))
        self.verbs = {
            "build": ["build", pages, "--out", to, "--workers", "1", "--max-rejected", "9"],
            "diff": ["diff", dataset, dataset],
            "explain": ["explain", page],
            "publish": ["publish", dataset, to],
            "rejects": ["rejects", dataset, "--to", to],
            "report": ["report", dataset, "--output", to],
            "validate": ["validate", dataset],
            PAGES: ["validate", pages],
        }

    def fail(self, tally: Tally, verb: str, *, every: int) -> None:
        """Let every `every`-th call of a verb fail, once and from then on."""
        if self._run(verb, at=0, sticky=False):
            raise RuntimeError(f"{verb}: {self._stand.words()}")
        calls = [line.split()[0] for line in self._stand.shim.log.read_text("utf-8").splitlines()]
        if not calls:
            raise RuntimeError(f"{verb}: no call was seen")
        tally.calls.update(calls)
        for at in range(1, len(calls) + 1, every):
            for sticky in (False, True):
                code = self._run(verb, at=at, sticky=sticky)
                is_told = code in TOLD or (verb == PAGES and code == 1)
                wrong = "" if is_told else f"exit {code}: {self._stand.words()}"
                tally.note(verb, code, wrong, about=f"at {at} ({self._stand.shim.first_failed()})")

    def _run(self, verb: str, *, at: int, sticky: bool) -> int:
        shutil.rmtree(self._elsewhere, ignore_errors=True)
        self._elsewhere.mkdir()
        self._stand.shim.log.write_bytes(b"")
        self._stand.shim.arm(at=at, kind="eio" if at else "none", sticky=sticky, logging=not at)
        return self._stand.plain_build(["toolkit", *self.verbs[verb]])
