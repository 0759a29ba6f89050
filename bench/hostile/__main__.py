"""`python -m bench.hostile WHAT`: bombs, or containers cut short, and what the toolkit made of each."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.campaign import SKIPPED, end_in_order, runnable
from bench.hostile.bombs import BOMBS, MAX_BYTES, MAX_SECONDS, run_bomb
from bench.hostile.truncation import CONTAINERS, cut_short


def main() -> int:
    """0: everything held; 1: something did not; 77: cannot run here."""
    end_in_order()
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    verbs = parser.add_subparsers(dest="what", required=True)
    bombs = verbs.add_parser("bombs", help="each through the command line: exit code, memory, seconds")
    bombs.add_argument("--only", default="", help="those with this in their name")
    cuts = verbs.add_parser("truncation", help="each kind of container, cut short at many places")
    cuts.add_argument("--offsets", type=int, default=500)
    options = parser.parse_args()
    is_bombs = options.what == "bombs"
    named = [name for name in BOMBS if options.only in name] if is_bombs else list(CONTAINERS)
    if not named:
        parser.error(f"no bomb has {options.only!r} in its name")
    if not sys.platform.startswith("linux"):
        print("skipped: memory is read from /proc")
        return SKIPPED
    names = runnable(named)
    if not names:
        return SKIPPED
    return _let_off(names) if is_bombs else _cut(names, options.offsets)


def _let_off(names: list[str]) -> int:
    print("| bomb | exit | CPU s | wall s | MiB | |\n|---|---:|---:|---:|---:|---|")
    wrong = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="bomb-") as folder:
            outcome = run_bomb(BOMBS[name], Path(folder))
        usage, wrong = outcome.usage, wrong + bool(outcome.wrong)
        figures = f"{usage.cpu_s:.1f} | {usage.wall_s:.1f} | {usage.tree_bytes >> 20}"
        print(f"| {name} | {outcome.exit_code} | {figures} | {outcome.wrong} |", flush=True)
    print(f"{len(names)} bombs, {wrong} beyond {MAX_BYTES >> 20} MiB or {MAX_SECONDS} s or ended otherwise")
    return 1 if wrong else 0


def _cut(names: list[str], offsets: int) -> int:
    lost = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="cut-") as folder:
            cuts = cut_short(name, Path(folder), offsets=offsets)
        lost += len(cuts.silent)
        print(f"{name}: {cuts.tried} cuts, {cuts.whole} between records, {len(cuts.silent)} silent losses", flush=True)
        for at in cuts.silent:
            print(f"  silent at byte {at}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
