"""`Advance`: how far a step of long work is, to be shown to a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """`done` of `total` parts of a step; while pages are read, `pages` and `rejected` so far, else null."""

    step: str
    done: int
    total: int
    pages: int | None = None
    rejected: int | None = None


Progress: TypeAlias = Callable[[Advance], None]
"""Called when a step begins, and whenever a part of it is done."""


@runtime_checkable
class _Counted(Protocol):
    """The result of a part in which pages were read."""

    pages: int
    rejected: int


class StepCount:
    """Counts the parts of a step as an engine gives their results, and tells `progress`, if there is one."""

    def __init__(self, *, step: str, total: int, progress: Progress | None) -> None:
        self._now = Advance(step=step, done=0, total=total)
        self._progress = progress
        self._tell()

    def __call__(self, _index: int, result: object) -> None:
        """One more part is done."""
        now = replace(self._now, done=self._now.done + 1)
        if isinstance(result, _Counted):
            now = replace(now, pages=(now.pages or 0) + result.pages, rejected=(now.rejected or 0) + result.rejected)
        self._now = now
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._now)
