"""Results as a Markdown table and as JSON."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.contest import Result

HEADS = (
    "runner",
    "pages",
    "input",
    "wall s",
    "CPU s",
    "CPU / floor",
    "pages/s",
    "largest process MB",
    "all processes MB",
)
MEGABYTE = 1_000_000


def print_table(results: Sequence[Result]) -> str:
    """A Markdown table, one line a result. The ratio is to the floor on as many pages in files."""
    lines = [f"| {' | '.join(HEADS)} |", f"|---|{'---:|---|' + '---:|' * 6}"]
    lines += [f"| {' | '.join(_cells(result, find_ratio(result, results)))} |" for result in results]
    return "\n".join(lines)


def find_ratio(result: Result, results: Sequence[Result]) -> float | None:
    """CPU seconds in those of the floor on as many pages in files, the median over rounds; null without the floor.

    Each round is a pair of neighbours in time, so what slows the machine for a while does not change their ratio.
    """
    for other in results:
        if (other.case.runner, other.case.container, other.case.pages) == ("floor", "files", result.case.pages):
            return median(run.cpu_s / floor.cpu_s for run, floor in zip(result.runs, other.runs, strict=True))
    return None


def describe(tables: Mapping[str, Sequence[Result]]) -> dict[str, object]:
    """The tables as JSON: each case with its medians, peaks and runs; cores and versions, for figures need them."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "pyarrow": version("pyarrow"),
        "tables": {name: [_describe(result, results) for result in results] for name, results in tables.items()},
    }


def _cells(result: Result, ratio: float | None) -> tuple[str, ...]:
    return (
        result.case.runner,
        f"{result.case.pages:,}",
        result.case.container,
        f"{result.wall_s:.2f}",
        f"{result.cpu_s:.2f}",
        "" if ratio is None else f"{ratio:.2f}",
        f"{result.case.pages / result.wall_s:,.0f}",
        f"{result.largest_bytes / MEGABYTE:.0f}",
        f"{result.tree_bytes / MEGABYTE:.0f}",
    )


def _describe(result: Result, results: Sequence[Result]) -> dict[str, object]:
    return {
        **asdict(result.case),
        "wall_s": result.wall_s,
        "cpu_s": result.cpu_s,
        "cpu_ratio": find_ratio(result, results),
        "pages_per_s": result.case.pages / result.wall_s,
        "largest_bytes": result.largest_bytes,
        "tree_bytes": result.tree_bytes,
        "runs": [asdict(run) for run in result.runs],
    }
