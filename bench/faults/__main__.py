"""`python -m bench.faults`: every file operation of a build fails in turn."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from bench.faults.campaign import Campaign, Tally, compound_faults, single_faults
from bench.faults.subjects import SUBJECTS

SKIPPED = 77


def main() -> int:
    """0: every output was old or new, with the right exit code, and the next build clean; 1: not; 77: cannot run."""
    options = _options()
    if not sys.platform.startswith("linux") or shutil.which("cc") is None:
        print("skipped: the shim needs Linux and a C compiler (cc)")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="faults-", dir=options.folder) as folder:
        campaign = Campaign(Path(folder).resolve(), options.subject, workers=options.workers)
        try:
            _run(campaign, options)
        finally:
            campaign.close()
    _show(campaign.tally)
    return 1 if campaign.tally.torn else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--subject", choices=list(SUBJECTS), default="toolkit", help="what is built")
    parser.add_argument("--workers", type=int, default=1, help="worker processes of `toolkit build`")
    parser.add_argument("--every", type=int, default=1, help="only each N-th call")
    parser.add_argument(
        "--kinds", default="kill,enospc,eio,late,short", help="of kill, kill-one, enospc, eio, late, short"
    )
    parser.add_argument("--compound", type=int, default=0, help="also N faults in the recovery from a kill")
    parser.add_argument("--random-kills", type=int, default=0, help="also N kills at random moments")
    parser.add_argument("--within-s", type=float, default=1.0, help="the moments are within so many seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=None, help="where the outputs stand (default: the system's)")
    return parser.parse_args()


def _run(campaign: Campaign, options: argparse.Namespace) -> None:
    kinds = options.kinds.split(",")
    for over_old in (False, True):
        calls = campaign.count_calls(over_old=over_old)
        print(f"{'over an old output' if over_old else 'a new output'}: {calls} calls", flush=True)
        campaign.run(single_faults(calls, kinds, every=options.every), over_old=over_old)
        compound = compound_faults(calls, kinds, number=options.compound // 2, seed=options.seed)
        campaign.run(compound, over_old=over_old)
        campaign.run_kills(options.random_kills // 2, within_s=options.within_s, over_old=over_old)


def _show(tally: Tally) -> None:
    print("calls:", ", ".join(f"{name} {count}" for name, count in sorted(tally.calls.items())))
    print("runs:", ", ".join(f"{name} {count}" for name, count in sorted(tally.runs.items())))
    print("exit codes:", ", ".join(f"{code}: {count}" for code, count in sorted(tally.codes.items())))
    for line in tally.torn:
        print("TORN", line)
    print(f"{sum(tally.runs.values())} runs, {len(tally.torn)} torn outputs, wrong exit codes or unclean next runs")


if __name__ == "__main__":
    sys.exit(main())
