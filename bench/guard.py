"""Fails where a build is 15 % beyond its committed ratio to the floor's CPU: `python -m bench.guard`, by hand."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench.contest import Case, hold_contest
from bench.table import find_ratio

BASELINE = Path(__file__).with_name("baseline.json")
TOLERANCE = 0.15
RUNNERS = ("toolkit-1", "toolkit-2")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.guard", description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--update", action="store_true", help="make the figures of this run the committed ones")
    parser.add_argument("--pages", type=int, default=30_000, help="with --update; else those of the committed figures")
    options = parser.parse_args()
    if not options.update and not BASELINE.exists():
        print(f"{BASELINE.name} is missing: run with --update first")
        return 2
    baseline = {"pages": options.pages} if options.update else json.loads(BASELINE.read_text("utf-8"))
    ratios = measure_ratios(baseline["pages"], repeat=options.repeat)
    if options.update:
        BASELINE.write_text(json.dumps({"pages": options.pages, "cpu_ratios": ratios}, indent=1) + "\n", "utf-8")
        return 0
    slower = find_slower(ratios, baseline["cpu_ratios"])
    for name, ratio in ratios.items():
        verdict = "too slow" if name in slower else "fine"
        print(f"{name}: {ratio:.2f} times the floor's CPU, committed {baseline['cpu_ratios'][name]:.2f}: {verdict}")
    return 1 if slower else 0


def measure_ratios(pages: int, *, repeat: int) -> dict[str, float]:
    """CPU seconds of each guarded runner in those of the floor."""
    results = hold_contest([Case(runner=name, pages=pages) for name in ("floor", *RUNNERS)], repeat=repeat)
    found = {result.case.runner: find_ratio(result, results) for result in results}
    return {name: round(ratio, 3) for name, ratio in found.items() if ratio is not None and name != "floor"}


def find_slower(ratios: dict[str, float], committed: dict[str, float]) -> list[str]:
    """The runners beyond 15 % of their committed ratio, and those that have none any more."""
    return [name for name, limit in committed.items() if ratios.get(name, float("inf")) > limit * (1 + TOLERANCE)]


if __name__ == "__main__":
    raise SystemExit(main())
