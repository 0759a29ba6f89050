"""`python -m bench.sinks`: 300 hostile texts through every output, each read back; 1 if one of them escapes."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.campaign import SKIPPED, end_in_order
from bench.sinks.browser import AVAILABLE
from bench.sinks.campaign import SINKS, Tally, run_campaign
from bench.sinks.payloads import NUMBER, make_payloads


def main() -> int:
    """0: no escape; 1: some; 77: cannot run here."""
    end_in_order()
    options = _options()
    names: list[str] = options.only
    if not AVAILABLE:
        names = [name for name in names if name != "report_page"]
        print("skipped: the report in a browser, for there is no Chromium or no playwright")
    if not names:
        return SKIPPED
    payloads = make_payloads()[options.start :: options.every]
    started = time.process_time()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="sinks-") as folder:
        for tally in run_campaign(payloads, names, Path(folder)):
            print(f"{tally.pairs} pairs, {len(tally.escapes)} escapes", flush=True)
    for escape in tally.escapes:
        print("ESCAPE", escape)
    spent = time.process_time() - started
    print(f"{len(payloads)} payloads x {len(names)} sinks: {len(tally.escapes)} escapes, {spent:.0f} s of CPU")
    return 1 if tally.escapes else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.sinks", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each N-th payload")
    parser.add_argument("--start", type=int, default=0, help="the first payload")
    parser.add_argument("--only", metavar="NAME,…", type=_sinks, default=list(SINKS), help=f"of {', '.join(SINKS)}")
    options = parser.parse_args()
    if not 0 <= options.start < NUMBER or options.every < 1:
        parser.error(f"no payload is left: there are {NUMBER}")
    return options


def _sinks(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(SINKS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SINKS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
