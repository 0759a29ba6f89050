"""What is put under faults: a build in small over `storage` alone, a careless one, the command `toolkit build`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import OutputError, ToolkitError
from toolkit.storage.filesystem import read_text
from toolkit.storage.output import (
    Staging,
    adopt,
    commit_staging,
    create_bytes,
    create_work,
    is_intact,
    lock,
    open_staging,
    recall,
    refuse_foreign,
    remember,
)
from toolkit.storage.sink import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = 3


def build_small(argv: list[str]) -> int:
    """A build over `storage` alone; `argv`: the target, and a word that stands in every file."""
    target, word = Path(argv[0]), argv[1]
    try:
        _build_small(target, word)
    except ToolkitError as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    return 0


def _build_small(target: Path, word: str) -> None:
    known = _known(target)
    refuse_foreign(target, known)
    with lock(target):
        staging = open_staging(target, key=word)
        shards = [_shard(staging, part, word) for part in range(PARTS)]
        files = [adopt(staging, shard, f"data/{word}-{part}-of-{PARTS}.bin") for part, shard in enumerate(shards)]
        names = [file.path for file in files]
        files.append(create_bytes(staging, "README.md", f"{word}\n".encode()))
        files.append(create_bytes(staging, "manifest.json", "\n".join(["README.md", *names]).encode()))
        files.append(create_bytes(staging, "SHA256SUMS", b"".join(f.sha256.encode() for f in files)))
        commit_staging(staging, files, replaced=known)


def _known(target: Path) -> list[str] | None:
    if not (target / "manifest.json").is_file():
        return None
    return read_text(target / "manifest.json", max_bytes=10**6, error=OutputError).splitlines()


def _shard(staging: Staging, part: int, word: str) -> WrittenFile:
    record = recall(staging, f"results/{part}")
    if record is not None:
        size, sha256 = record.decode().split()
        shard = WrittenFile.durable(path=f"shards/{part}", bytes=int(size), sha256=sha256)
        if is_intact(staging, shard):
            return shard
    with create_work(staging, f"columns/{part}") as sink:
        sink.write(word.encode())
    with create_work(staging, f"shards/{part}", durable=True) as sink:
        sink.write(f"{word} {part}\n".encode() * 1000)
    shard = sink.written
    remember(staging, f"results/{part}", f"{shard.bytes} {shard.sha256}".encode())
    return shard


def build_carelessly(argv: list[str]) -> int:
    """Writes into the target as it stands: what the campaign must find at fault."""
    target, word = Path(argv[0]), argv[1]
    try:
        target.mkdir(exist_ok=True)
        for part in range(PARTS):
            (target / str(part)).write_text(word)
    except OSError as failure:
        print(failure, file=sys.stderr)
        return OutputError.exit_code
    return 0


def run_toolkit(argv: list[str]) -> int:
    """The command `toolkit` with the arguments `argv`."""
    main = importlib.import_module("toolkit.__main__").main
    sys.argv = ["toolkit", *argv]
    try:
        return int(main() or 0)
    except SystemExit as end:
        return int(end.code or 0)


SUBJECTS: dict[str, Callable[[list[str]], int]] = {
    "storage": build_small,
    "careless": build_carelessly,
    "toolkit": run_toolkit,
}
