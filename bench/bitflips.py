"""Flips single bits of a dataset, one at a time, and lists those that `validate` does not find.

    python -m bench.bitflips [DATASET] [--flips 2000] [--seed 1]

Without DATASET the sample dataset is built from raw/. DATASET itself is never touched: a copy of it is.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path

from toolkit.converter import build
from toolkit.errors import ToolkitError
from toolkit.inspector import validate

RAW = Path(__file__).resolve().parent.parent / "raw"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.bitflips", description=__doc__)
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("--flips", type=int, default=2_000, help="at least one in every file")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "dist")
        if options.dataset:
            shutil.copytree(options.dataset, copy)
        else:
            build([RAW], copy)
        if _is_found(copy):
            parser.error("the dataset is not valid as it stands, so that no flip would tell anything")
        flips = max(options.flips, sum(path.is_file() for path in copy.rglob("*")))
        missed = find_missed(copy, flips=flips, seed=options.seed)
    for file, bit in missed:
        print(f"missed: bit {bit} of {file}")
    print(f"{flips - len(missed)} of {flips} flips found, {time.perf_counter() - started:.0f} s")
    return 1 if missed else 0


def find_missed(dataset: Path, *, flips: int, seed: int) -> list[tuple[str, int]]:
    """Flips that leave `dataset` valid, as (file, bit): one in every file, and for the rest each bit is as likely.

    The bits are flipped back: the dataset stays as it is.
    """
    chance = random.Random(seed)
    files = sorted(path for path in dataset.rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in files]
    missed = []
    for path in [*files, *chance.choices(files, sizes, k=max(0, flips - len(files)))]:
        bit = chance.randrange(8 * path.stat().st_size)
        _flip(path, bit)
        if not _is_found(dataset):
            missed.append((str(path.relative_to(dataset)), bit))
        _flip(path, bit)
    return missed


def _flip(path: Path, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))


def _is_found(dataset: Path) -> bool:
    try:
        return not validate([dataset], workers=1).ok
    except ToolkitError:
        return True


if __name__ == "__main__":
    raise SystemExit(main())
