"""The commands of `python -m bench.faults`, and their options."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.campaign import MEMORY, SKIPPED, end_in_order
from bench.faults.flushes import check_flushes
from bench.faults.full import run_inodes, run_sizes
from bench.faults.kills import BUILD_VICTIMS, WORKER_VICTIMS, run_kills
from bench.faults.mounts import CannotMountError, LoopDisk, try_memory, why_no_mounts
from bench.faults.points import KINDS, Part, compound_faults, count_calls, run_compound, run_points, single_faults
from bench.faults.power import run_cuts
from bench.faults.reads import Readers
from bench.faults.releases import ReleaseStand
from bench.faults.rivals import Rivals
from bench.faults.shim import why_no_shim
from bench.faults.stand import Stand, Subject
from bench.faults.subjects import SUBJECTS
from bench.faults.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTHING_RUN = 2
PUBLISH = "publish"

DATASETS = (False, True)
"""Without an old output, and over one."""


NUMBERS = {
    "every": "only each N-th of all",
    "first": "… from this one on, from 0",
    "compound": "pairs of a fault and one in the recovery from it",
    "number": "kills, or cuts, at random moments: half of them over an old output",
    "pages": "generated pages beside the few of each build",
    "sizes": "sizes between too small and large enough",
    "rounds": "starts of all builders",
    "builders": "builds at a time",
}
"""The options that are numbers."""


def main() -> int:
    """0: every output was old or new, with the right exit code, and the next build clean; 1: not; 77: cannot run.

    2: nothing was run, so that nothing is known.
    """
    end_in_order()
    options = _options()
    command, reason_of = COMMANDS[options.what]
    reason = reason_of()
    if reason:
        print(f"skipped: {options.what}: {reason}")
        return SKIPPED
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="faults-", dir=options.folder) as folder:
        try:
            command(Path(folder).resolve(), options, tally)
        except CannotMountError as refusal:
            print(f"skipped: {options.what}: {refusal}")
            return SKIPPED
    tally.show()
    if not tally.runs.total():
        print("nothing was run: ask for more, or for kinds that can happen to its calls", file=sys.stderr)
        return NOTHING_RUN
    return 1 if tally.torn else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description="Builds under faults.")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--folder", type=Path, default=MEMORY, help="where the outputs stand (default: in memory)")
    shared.add_argument("--seed", type=int, default=0)
    shared.add_argument("--workers", type=int, default=1, help="worker processes of `toolkit build`")
    verbs = parser.add_subparsers(dest="what", required=True)

    def add(name: str, text: str, **numbers: int) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, parents=[shared], help=text, description=text)
        for option, default in numbers.items():
            verb.add_argument(f"--{option}", type=int, default=default, help=f"{NUMBERS[option]} (default: {default})")
        return verb

    points = add("points", "every file operation of a build fails in turn", every=1, first=0, compound=0)
    flushes = add("flushes", "what is committed was flushed before, and its name before anything is removed")
    for verb in (points, flushes):
        verb.add_argument("--subject", choices=[*SUBJECTS, PUBLISH], default="toolkit", help="what is run")
    points.add_argument("--kinds", type=_kinds, default=KINDS[:5], metavar="KIND,…", help=f"of {', '.join(KINDS)}")
    add("reads", "every call that reads an input or a dataset fails in turn", every=1)
    add("kills", "SIGKILL at random moments of a build", number=1000, pages=0)
    add("workers", "SIGKILL of a worker, or of the workers' server, at random moments", number=300, pages=40)
    add("power", "power cuts of a loop-mounted ext4", number=300)
    add("full", "builds into a tmpfs of too few bytes, or inodes", sizes=100, every=1)
    add("rivals", "builders that start at one moment at one output", rounds=50, builders=8)
    return parser.parse_args()


def _kinds(text: str) -> list[str]:
    kinds = text.split(",")
    if unknown := set(kinds) - set(KINDS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    return kinds


def _halves(number: int) -> list[tuple[bool, int]]:
    """Of so many runs those without an old output, and those over one."""
    return list(zip(DATASETS, (number - number // 2, number // 2), strict=True))


def _points(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    part = Part(every=options.every, first=options.first)
    with _stand(folder, options) as stand:
        for over_old, compound in _halves(options.compound):
            calls = count_calls(stand, tally, over_old=over_old)
            faults = single_faults(calls, options.kinds, part)
            place = "over an old output" if over_old else "a new output"
            print(f"{place}: {len(calls)} calls, {len(faults)} faults", flush=True)
            run_points(stand, tally, faults, over_old=over_old)
            pairs = compound_faults(calls, options.kinds, number=compound, seed=options.seed)
            run_compound(stand, tally, pairs, over_old=over_old)


def _stand(folder: Path, options: argparse.Namespace) -> Stand:
    subject = Subject(name="toolkit" if options.subject == PUBLISH else options.subject, workers=options.workers)
    return (ReleaseStand if options.subject == PUBLISH else Stand)(folder, subject)


def _flushes(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    with _stand(folder, options) as stand:
        for over_old in DATASETS:
            check_flushes(stand, tally, over_old=over_old)


def _reads(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    with Stand(folder, Subject(name="toolkit")) as stand:
        readers = Readers(stand, folder)
        for verb in readers.verbs:
            readers.fail(tally, verb, every=options.every)


def _kills(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    chance = random.Random(options.seed)
    victims = WORKER_VICTIMS if options.what == "workers" else BUILD_VICTIMS
    workers = max(2, options.workers) if options.what == "workers" else options.workers
    with Stand(folder, Subject(name="toolkit", workers=workers, pages=options.pages)) as stand:
        for over_old, number in _halves(options.number):
            run_kills(stand, tally, number=number, victims=victims, chance=chance, over_old=over_old)


def _power(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    chance = random.Random(options.seed)
    with Stand(folder, Subject(name="toolkit", workers=options.workers)) as stand, _loop_disk(folder, stand) as disk:
        for over_old, number in _halves(options.number):
            run_cuts(stand, disk, tally, number=number, chance=chance, over_old=over_old)


@contextmanager
def _loop_disk(folder: Path, stand: Stand) -> Iterator[LoopDisk]:
    disk = LoopDisk(folder / "image", stand.place)
    try:
        yield disk
    finally:
        disk.close()


def _full(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    with Stand(folder, Subject(name="toolkit", workers=options.workers)) as stand:
        try_memory(stand.place)
        for over_old, number in _halves(options.sizes):
            run_sizes(stand, tally, number=number, over_old=over_old)
            run_inodes(stand, tally, every=options.every, over_old=over_old)


def _rivals(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    with Stand(folder, Subject(name="toolkit", workers=options.workers)) as stand:
        Rivals(stand, folder, builders=options.builders).compete(
            tally, rounds=options.rounds, chance=random.Random(options.seed)
        )


def _why_no_cuts() -> str:
    return why_no_shim() or why_no_mounts("losetup", "mkfs.ext4")


def _why_not_full() -> str:
    return why_no_shim() or why_no_mounts()


Command = tuple["Callable[[Path, argparse.Namespace, Tally], None]", "Callable[[], str]"]
COMMANDS: dict[str, Command] = {
    "points": (_points, why_no_shim),
    "flushes": (_flushes, why_no_shim),
    "reads": (_reads, why_no_shim),
    "kills": (_kills, why_no_shim),
    "workers": (_kills, why_no_shim),
    "power": (_power, _why_no_cuts),
    "full": (_full, _why_not_full),
    "rivals": (_rivals, why_no_shim),
}
"""What is run, and what says why it cannot be."""
