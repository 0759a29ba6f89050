"""The corpus of tests/fuzz: the smallest inputs that together reach what a campaign's inputs reach."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.fuzz.registry import load_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Trace = Callable[[FrameType, str, Any], Any]  # Any: as sys.settrace has it

CORPORA: Final = Path(__file__).resolve().parents[2] / "tests" / "fuzz"
MAX_TARGET_BYTES: Final = 16_000
"""So much of the repository may the inputs of one target take."""
MAX_LOOKED_AT: Final = 200
"""So many of the smallest inputs are looked at."""
FOUND: Final = "found-"
"""What the names of inputs begin with that once raised something; they are kept whatever they reach."""


def read_corpus(name: str) -> dict[str, bytes]:
    """The kept inputs of a target by their names."""
    return {path.name: path.read_bytes() for path in sorted((CORPORA / name).glob("*"))}


def keep_corpus(name: str, found: Path) -> int:
    """Put the smallest of the inputs in `found` that reach most into the corpus of a target; how many these are.

    Inputs are taken by what they reach that none before them does, for each byte of theirs.
    """
    target = load_target(name)
    inputs = {path.read_bytes() for path in found.iterdir()} | set(read_corpus(name).values())
    inputs = set(sorted(inputs, key=lambda raw: (len(raw), raw))[:MAX_LOOKED_AT])
    reached = {raw: _steps(lambda raw=raw: target.check(raw)) for raw in inputs}  # type: ignore[misc]  # bound now
    kept: list[bytes] = []
    seen: set[tuple[str, int, int]] = set()
    while reached and sum(map(len, kept)) < MAX_TARGET_BYTES:
        best = max(reached, key=lambda raw: (len(reached[raw] - seen) / (len(raw) + 64), raw))
        new = reached.pop(best) - seen
        if not new:
            break
        if sum(map(len, kept)) + len(best) <= MAX_TARGET_BYTES:
            kept.append(best)
            seen |= new
    _write(CORPORA / name, kept)
    return len(kept)


def _steps(call: Callable[[], object]) -> set[tuple[str, int, int]]:
    """The steps from line to line that a call takes in the toolkit."""
    steps: set[tuple[str, int, int]] = set()

    def enter(frame: FrameType, event: str, _: Any) -> Trace | None:
        return follow() if "/toolkit/" in frame.f_code.co_filename and event == "call" else None

    def follow() -> Trace:
        before = 0

        def step(frame: FrameType, event: str, _: Any) -> Trace:
            nonlocal before
            if event == "line":
                steps.add((frame.f_code.co_filename, before, frame.f_lineno))
                before = frame.f_lineno
            return step

        return step

    sys.settrace(enter)
    try:
        call()
    finally:
        sys.settrace(None)
    return steps


def _write(folder: Path, kept: list[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if not path.name.startswith(FOUND):
            path.unlink()
    for raw in kept:
        (folder / hashlib.sha256(raw).hexdigest()[:16]).write_bytes(raw)
