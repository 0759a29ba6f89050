"""`python -m bench.fuzz TARGET --runs N`: executions, seconds and exceptions of a fuzzing campaign (needs atheris).

TARGET is one of `bench/fuzz/registry.py`, or `all`. Faults are kept, with the inputs that made them, in --faults.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.campaign import MEMORY, SKIPPED, end_in_order, runnable
from bench.fuzz.corpus import keep_corpus, read_corpus
from bench.fuzz.registry import TARGETS, load_target

_GRACE_S = 120


def main() -> int:
    """0: no exception but the project's own; 1: some, or the process died; 77: atheris is not installed."""
    end_in_order()
    options = _options()
    if find_spec("atheris") is None:
        print("skipped: atheris is not installed (pip install --group fuzz)")
        return SKIPPED
    names = runnable(TARGETS if options.target == "all" else [options.target])
    if not names:
        return SKIPPED
    faults = sum([_fuzz(name, options) for name in names])
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--runs", type=int, default=10_000, help="inputs to read (of `pages`: pages)")
    parser.add_argument("--seconds", type=float, default=86_400, help="… unless so much time has passed")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="a folder of inputs to begin with and add to, kept between runs")
    parser.add_argument("--faults", type=Path, default=Path("build/fuzz"), help="where faults are written")
    parser.add_argument("--keep", action="store_true", help="put the smallest inputs that reach most into tests/fuzz")
    return parser.parse_args()


def _fuzz(name: str, options: argparse.Namespace) -> int:
    """Run one campaign and print what it did; the number of its faults."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=MEMORY) as scratch:
        corpus = options.corpus / name if options.corpus else Path(scratch, "corpus")
        _write_corpus(name, corpus)
        workers = [_Worker(name, options, number, Path(scratch), corpus) for number in range(options.workers)]
        try:
            tallies = [worker.wait(options.seconds + _GRACE_S) for worker in workers]
        finally:
            for worker in workers:
                worker.stop()
        faults = Counter[str]()
        for worker, tally in zip(workers, tallies, strict=True):
            faults.update(tally.get("faults", {}))
            if tally.get("faults"):
                shutil.copytree(worker.out, options.faults / name / worker.out.name, dirs_exist_ok=True)
        _show(name, tallies, faults)
        if options.keep:
            print(f"{name}: {keep_corpus(name, corpus)} inputs in tests/fuzz")
    return len(faults)


def _write_corpus(name: str, corpus: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate([*load_target(name).seeds(), *read_corpus(name).values()]):
        (corpus / f"seed-{number:04}").write_bytes(raw)


class _Worker:
    """One process of a campaign; all of them share a corpus."""

    def __init__(self, name: str, options: argparse.Namespace, number: int, scratch: Path, corpus: Path) -> None:
        self.out = scratch / f"out-{number}"
        self.out.mkdir()
        runs, seed = -(-options.runs // options.workers), options.seed + number
        driver = [sys.executable, "-m", "bench.fuzz.driver", name, f"--runs={runs}", f"--seconds={options.seconds}"]
        limits = ["-timeout=30", "-rss_limit_mb=2048", "-detect_leaks=0", f"-max_len={load_target(name).max_bytes}"]
        files = [*_write_words(name, self.out), f"-artifact_prefix={self.out}/", str(corpus)]
        with (self.out / "log.txt").open("wb") as log:
            command = [*driver, f"--out={self.out}", f"-seed={seed}", "-reload=20", *limits, *files]
            # a process that is killed removes nothing
            environment = {**os.environ, "TMPDIR": str(self.out)}
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def wait(self, seconds: float) -> dict[str, Any]:  # Any: the fields of `Tally`
        """The tally of the process when it has ended; that it ended badly is one fault more."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = self.stop()
        written = self.out / "tally.json"
        tally: dict[str, Any] = json.loads(written.read_text("utf-8")) if written.is_file() else {}
        if code:
            print((self.out / "log.txt").read_text("utf-8", "replace")[-1500:])
        if code or not tally:
            tally["faults"] = {**tally.get("faults", {}), f"the process ended with {code}": 1}
        return tally

    def stop(self) -> int:
        """End the process if it has not ended; its exit code."""
        self._process.kill()
        return self._process.wait()


def _write_words(name: str, out: Path) -> list[str]:
    """The option that names the dictionary of a target; none where it has none."""
    path = out / "words.txt"
    lines = ["".join(f"\\x{byte:02x}" for byte in word) for word in dict.fromkeys(load_target(name).words) if word]
    path.write_text("".join(f'"{line}"\n' for line in lines), "ascii")
    return [f"-dict={path}"] if lines else []


def _show(name: str, tallies: list[dict[str, Any]], faults: dict[str, int]) -> None:  # Any: as above
    executions, counted = (sum(tally.get(key, 0) for tally in tallies) for key in ("executions", "counted"))
    seconds = max(tally.get("seconds", 0) for tally in tallies)
    counts = f"{executions:,} executions"
    if counted != executions:
        counts += f" of {counted:,} {load_target(name).counted}"
    exceptions = f"{sum(faults.values())} exceptions at {len(faults)} places"
    print(f"{name}: {counts} in {seconds:,.0f} s, {exceptions}", flush=True)
    for place, count in faults.items():
        print(f"  {count} x {place}")


if __name__ == "__main__":
    sys.exit(main())
