"""`python -m bench.fuzz TARGET --runs N`: executions, seconds and exceptions of a fuzzing campaign (needs atheris).

TARGET is one of `bench/fuzz/registry.py`, or `all`. Faults are kept, with the inputs that made them, in --faults.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bench.fuzz.corpus import keep_corpus, read_corpus
from bench.fuzz.registry import TARGETS, load_target

SKIPPED = 77
_GRACE_S = 120


def main() -> int:
    """0: no exception but the project's own; 1: some, or the process died; 77: atheris is not installed."""
    options = _options()
    if find_spec("atheris") is None:
        print("skipped: atheris is not installed (pip install --group fuzz)")
        return SKIPPED
    names = list(TARGETS) if options.target == "all" else [options.target]
    faults = sum([_fuzz(name, options) for name in names])
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--runs", type=int, default=10_000, help="inputs to read (of `pages`: pages)")
    parser.add_argument("--seconds", type=float, default=86_400, help="… unless so much time has passed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="a folder of inputs to begin with and add to, kept between runs")
    parser.add_argument("--faults", type=Path, default=Path("build/fuzz"), help="where faults are written")
    parser.add_argument("--keep", action="store_true", help="put the smallest inputs that reach most into tests/fuzz")
    return parser.parse_args()


def _fuzz(name: str, options: argparse.Namespace) -> int:
    """Run one campaign and print what it did; the number of its faults."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        out = Path(scratch, "out")
        out.mkdir()
        corpus = options.corpus / name if options.corpus else Path(scratch, "corpus")
        _write_corpus(name, corpus)
        code = _run(name, options, corpus=corpus, out=out)
        found = json.loads((out / "tally.json").read_text("utf-8")) if (out / "tally.json").is_file() else {}
        faults = dict(found.get("faults", {}))
        if code:
            faults[f"the process ended with {code}"] = 1
        if faults:
            shutil.copytree(out, options.faults / name, dirs_exist_ok=True)
        _show(name, found, faults)
        if options.keep:
            print(f"{name}: {keep_corpus(name, corpus)} inputs in tests/fuzz")
    return len(faults)


def _write_corpus(name: str, corpus: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate([*load_target(name).seeds(), *read_corpus(name).values()]):
        (corpus / f"seed-{number:04}").write_bytes(raw)


def _run(name: str, options: argparse.Namespace, *, corpus: Path, out: Path) -> int:
    target, words = load_target(name), out / "words.txt"
    lines = ["".join(f"\\x{byte:02x}" for byte in word) for word in dict.fromkeys(target.words) if word]
    words.write_text("".join(f'"{line}"\n' for line in lines), "ascii")
    command = [
        sys.executable,
        "-m",
        "bench.fuzz.driver",
        name,
        f"--runs={options.runs}",
        f"--seconds={options.seconds}",
    ]
    flags = [f"-seed={options.seed}", f"-max_len={target.max_bytes}", f"-dict={words}", f"-artifact_prefix={out}/"]
    limits = ["-timeout=30", "-rss_limit_mb=2048", "-detect_leaks=0"]
    log = out / "log.txt"
    with log.open("wb") as stream:
        done = subprocess.run(
            [*command, f"--seconds={options.seconds}", f"--out={out}", *flags, *limits, str(corpus)],
            stdout=stream,
            stderr=stream,
            timeout=options.seconds + _GRACE_S,
            check=False,
        )
    if done.returncode:
        print(log.read_text("utf-8", "replace")[-3000:])
    return done.returncode


def _show(name: str, found: dict[str, float], faults: dict[str, int]) -> None:
    executions, counted, seconds = (found.get(key, 0) for key in ("executions", "counted", "seconds"))
    counts = f"{executions:,} executions" + (f" of {counted:,} pages" if counted != executions else "")
    print(
        f"{name}: {counts} in {seconds:,.0f} s, {sum(faults.values())} exceptions at {len(faults)} places", flush=True
    )
    for place, count in faults.items():
        print(f"  {count} x {place}")


if __name__ == "__main__":
    sys.exit(main())
