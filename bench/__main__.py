"""The tables of bench/README.md. `python -m bench` makes the corpora it needs, measures and prints."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.containers import CONTAINERS
from bench.contest import Case, hold_contest
from bench.measure import CommandFailedError
from bench.runners import RUNNERS
from bench.table import describe, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT = "floor,plain,toolkit-1,toolkit-2,generator,text-map,datatrove"
ENGINES = "floor,toolkit"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--pages", type=int, default=30_000)
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the table gives the medians")
    parser.add_argument("--only", help=f"names or their beginnings, of {', '.join(RUNNERS)}")
    parser.add_argument("--container", choices=CONTAINERS, default="files", help="input of the toolkit's runs")
    parser.add_argument("--cold", action="store_true", help="drop the input from the page cache before each run")
    parser.add_argument("--scaling", metavar="N,N,…", help="table over numbers of pages instead")
    parser.add_argument("--containers", action="store_true", help="table over the kinds of input instead")
    parser.add_argument("--engines", action="store_true", help="table over engines and workers instead")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every run too")
    options = parser.parse_args()
    title, cases = _choose(options)
    try:
        results = hold_contest(cases, repeat=options.repeat, cold=options.cold)
    except CommandFailedError as failed:
        print(failed, file=sys.stderr)
        return 1
    print(print_table(results))
    if options.json:
        options.json.write_text(json.dumps(describe({title: results}), indent=1) + "\n", "utf-8")
    return 0


def _choose(options: argparse.Namespace) -> tuple[str, list[Case]]:
    """The name and the cases of the table that the options ask for."""
    if options.scaling:
        runners = _select(options.only or "floor,toolkit-2")
        sizes = [int(number) for number in options.scaling.split(",")]
        return "scaling", [case for pages in sizes for case in _cases(runners, pages, (options.container,))]
    if options.containers:
        return "containers", _cases(_select(options.only or "floor,toolkit-2"), options.pages, CONTAINERS)
    if options.engines:
        return "engines", _cases(_select(options.only or ENGINES), options.pages, (options.container,))
    return "ratios", _cases(_select(options.only or DEFAULT), options.pages, (options.container,))


def _cases(runners: Sequence[str], pages: int, containers: Sequence[str]) -> list[Case]:
    """The floor and the peers read files only; the floor once, for the ratio."""
    plain = [Case(runner=name, pages=pages) for name in runners if not name.startswith("toolkit")]
    ours = [
        Case(runner=name, pages=pages, container=container)
        for container in containers
        for name in runners
        if name.startswith("toolkit")
    ]
    return [*plain[:1], *ours, *plain[1:]]


def _select(names: str) -> list[str]:
    return list(dict.fromkeys(_expand(names)))


def _expand(names: str) -> Iterator[str]:
    for name in names.split(","):
        found = [runner for runner in RUNNERS if runner == name or runner.startswith(f"{name}-")]
        if not found:
            raise SystemExit(f"no runner is called {name}: {', '.join(RUNNERS)}")
        yield from found


if __name__ == "__main__":
    raise SystemExit(main())
