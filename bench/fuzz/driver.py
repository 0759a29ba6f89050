"""`python -m bench.fuzz.driver`: the process that atheris runs in. `bench.fuzz` starts it and reads what it found."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.fuzz.registry import TARGETS, load_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.fuzz.target import Target

_FLUSH_EVERY = 500


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a campaign has done: `executions` are calls of the target, `counted` what it read in them, or failed to.

    `faults` has the number of inputs for each place where an exception was raised.
    """

    executions: int = 0
    counted: int = 0
    seconds: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)


class Campaign:
    """Calls the target until there were enough calls or seconds; an exception is noted, and the next input tried."""

    def __init__(self, target: Target, options: argparse.Namespace) -> None:
        self._target = target
        self._runs: int = options.runs
        self._seconds: float = options.seconds
        self._out: Path = options.out
        self._tally = Tally()
        self._started = time.monotonic()

    def call(self, data: bytes) -> None:
        """Read one input; ends the process at the end of the campaign."""
        tally = self._tally
        try:
            tally.counted += self._target.check(data)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is what the campaign looks for
            self._note(fault, data)
            tally.counted += 1
        tally.executions += 1
        tally.seconds = time.monotonic() - self._started
        if tally.counted >= self._runs or tally.seconds >= self._seconds:
            self._flush()
            os._exit(0)
        if tally.executions % _FLUSH_EVERY == 0:
            self._flush()

    def mutate(self, data: bytes, max_size: int, seed: int) -> bytes:
        """What libFuzzer asks for: `data`, changed by the target, of at most `max_size` bytes."""
        import atheris  # not everywhere

        def mutate_bytes(part: bytes) -> bytes:
            changed: bytes = atheris.Mutate(part, len(part) + 64)
            return changed

        return self._target.mutate(bytes(data), random.Random(seed), mutate_bytes)[:max_size]

    def _note(self, fault: Exception, data: bytes) -> None:
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{type(fault).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        if place not in self._tally.faults:
            number = len(self._tally.faults)
            (self._out / f"fault-{number}.bin").write_bytes(data)
            (self._out / f"fault-{number}.txt").write_text("".join(traceback.format_exception(fault)), "utf-8")
        self._tally.faults[place] = self._tally.faults.get(place, 0) + 1

    def _flush(self) -> None:
        tally = self._tally
        found = {
            "executions": tally.executions,
            "counted": tally.counted,
            "seconds": tally.seconds,
            "faults": tally.faults,
        }
        waiting = self._out / "tally.tmp"
        waiting.write_text(json.dumps(found), "utf-8")
        waiting.replace(self._out / "tally.json")


def main(argv: Sequence[str]) -> None:
    import atheris  # as above

    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options, flags = parser.parse_known_args(argv)
    with atheris.instrument_imports(include=list(TARGETS[options.target].watched)):
        target = load_target(options.target)
    campaign = Campaign(target, options)
    atheris.Setup([sys.argv[0], *flags], campaign.call, custom_mutator=campaign.mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
