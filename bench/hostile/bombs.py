"""Bombs: files that ask for far more memory or time than they have bytes, each given to the command line."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.hostile import makers
from bench.measure import Usage, measure

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES: Final = 512 * 1024 * 1024
MAX_SECONDS: Final = 5
"""Of work; of waiting, `MAX_WAIT_SECONDS`, for others may work here too."""
MAX_WAIT_SECONDS: Final = 60
RAW: Final = Path(__file__).resolve().parents[2] / "raw"
_TOOLKIT: Final = (sys.executable, "-m", "toolkit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bomb:
    """What `make` writes below a folder is given to a verb, which must end with `exit_code` and tell `code`.

    Words of `command` that begin with `@` are paths in that folder.
    """

    command: tuple[str, ...]
    make: Callable[[Path], object]
    exit_code: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a bomb went off: what it took, and what is wrong with that, empty where nothing is."""

    usage: Usage
    exit_code: int
    wrong: str


def run_bomb(bomb: Bomb, folder: Path) -> Outcome:
    """Make a bomb in `folder`, which is empty, and let it off."""
    bomb.make(folder)
    log, ended = folder / "log", folder / "ended"
    words = [str(folder / word[1:]) if word.startswith("@") else word for word in bomb.command]
    script = '"$@"; echo $? > "$0"'
    usage = measure(["sh", "-c", script, str(ended), *_TOOLKIT, *words], log=log, timeout_s=120)
    exit_code, said = int(ended.read_text("ascii")), log.read_text("utf-8", "replace")
    return Outcome(usage=usage, exit_code=exit_code, wrong=judge(bomb, usage, exit_code=exit_code, said=said))


def judge(bomb: Bomb, usage: Usage, *, exit_code: int, said: str) -> str:
    """What is wrong with how a bomb went off; empty where nothing is."""
    faults = {
        f"exit {exit_code}, not {bomb.exit_code}": exit_code != bomb.exit_code,
        f"{bomb.code} is not told": bomb.code not in said,
        "too much memory": usage.tree_bytes > MAX_BYTES,
        "too slow": min(usage.cpu_s, usage.wall_s) > MAX_SECONDS or usage.wall_s > MAX_WAIT_SECONDS,
    }
    return ", ".join(fault for fault, is_one in faults.items() if is_one)


def _file(name: str, make: Callable[[], bytes], exit_code: int, code: str) -> Bomb:
    """A bomb that is one file, given to `build`."""
    command = ("build", f"@{name}", "--out", "@out")
    return Bomb(command=command, make=_writer(name, make), exit_code=exit_code, code=code)


def _writer(name: str, make: Callable[[], bytes]) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(make())


def _text(option: str, make: Callable[[], bytes], exit_code: int, code: str) -> Bomb:
    """A bomb in a file that a build reads beside its pages."""
    command = ("build", str(RAW), "--out", "@out", option, "@given")
    return Bomb(command=command, make=_writer("given", make), exit_code=exit_code, code=code)


def _table(make: Callable[[], bytes], code: str, exit_code: int = 5) -> Bomb:
    """A bomb that is a table of another tool, given to `validate`."""
    command = ("validate", "@a.parquet")
    return Bomb(command=command, make=_writer("a.parquet", make), exit_code=exit_code, code=code)


def _dataset(damage: Callable[[Path], object], code: str) -> Bomb:
    """A bomb in a file of a dataset, given to `validate`."""

    def make(folder: Path) -> None:
        subprocess.run([*_TOOLKIT, "build", str(RAW), "--out", str(folder / "out")], check=True, capture_output=True)
        damage(folder / "out")

    return Bomb(command=("validate", "@out"), make=make, exit_code=5, code=code)


def _sparse(path: Path, size: int) -> None:
    path.touch()
    os.truncate(path, size)


def _laughs() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines).encode()


def _manifest_of_files(out: Path) -> None:
    path = out / "manifest.json"
    found = json.loads(path.read_text("utf-8"))
    found["files"] = [{**found["files"][0], "path": f"data/{number}"} for number in range(150_000)]
    path.write_text(json.dumps(found), "utf-8")


def _link_loop(folder: Path) -> None:
    (folder / "pages").mkdir()
    (folder / "pages" / "again.txt").symlink_to(".")
    shutil.copy(next(RAW.glob("*.txt")), folder / "pages" / "a.txt")


_WET: Final = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: %d\r\n\r\n"
BOMBS: Final = {
    "gzip of zeros": _file("a.txt.gz", lambda: makers.gzipped(2000), 3, "S406"),
    "zstd of zeros": _file("a.txt.zst", lambda: makers.zstd(2000), 3, "S406"),
    "tar.gz of zeros": _file("a.tar.gz", lambda: makers.gzipped(2000, makers.tar_head("a.txt", 2000 << 20)), 3, "S406"),
    "tar.zst of zeros": _file("a.tar.zst", lambda: makers.zstd(2000, makers.tar_head("a.txt", 2000 << 20)), 3, "S406"),
    "tar.zst, zeros after its end": _file("a.tar.zst", lambda: makers.zstd(2000), 3, "S406"),
    "tar.zst, name of 100 MB": _file(
        "a.tar.zst", lambda: makers.zstd(100, makers.tar_head("a.txt", 100 << 20, type=b"L")), 3, "S406"
    ),
    "tar.zst, pax header of 100 MB": _file(
        "a.tar.zst", lambda: makers.zstd(100, makers.tar_head("a.txt", 100 << 20, type=b"x")), 3, "S406"
    ),
    "tar.zst, 100,000 empty members": _file(
        "a.tar.zst", lambda: makers.zstd_frame(makers.many_empty_members(100_000)), 1, "D103"
    ),
    "tar, a size of 8 EB": _file("a.tar", lambda: makers.tar_head("a.txt", 2**63 - 1) + bytes(2048), 3, "S404"),
    "zip of zeros": _file("a.zip", lambda: makers.zip_of_zeros(2000, says_bytes=2000 << 20), 3, "S406"),
    "zip that lies": _file("a.zip", lambda: makers.zip_of_zeros(2000, says_bytes=10), 3, "S405"),
    "zip of overlaps": _file("a.zip", lambda: makers.zip_of_overlaps(500), 3, "S405"),
    "zip in a zip": _file("a.zip", makers.zip_in_zip, 3, "S406"),
    "zip64 of 2^60 entries": _file("a.zip", lambda: makers.zip64_of(2**60), 3, "S405"),
    "JSON Lines of zeros in zstd": _file("a.jsonl.zst", lambda: makers.zstd(2000, b'{"text": "'), 3, "S406"),
    "JSON Lines of zeros in gzip": _file("a.jsonl.gz", lambda: makers.gzipped(2000, b'{"text": "'), 3, "S406"),
    "JSON, two million deep": _file("a.jsonl", lambda: b'{"text":' + b"[" * 2_000_000, 3, "S408"),
    "JSON, two million lists": _file("a.jsonl", lambda: b'{"text":[' + b"[]," * 2_000_000 + b"[]]}", 3, "S408"),
    "JSON, a number of 10 MB": _file("a.jsonl", lambda: b'{"text": "a", "n": ' + b"9" * 10_000_000 + b"}", 3, "S408"),
    "WET of zeros": _file("a.warc.wet.gz", lambda: makers.gzipped(2000, _WET % 2_000_000_000), 3, "S406"),
    "WET, a header of 5 MB": _file(
        "a.warc.wet.gz", lambda: gzip.compress(b"WARC/1.0\r\nA: " + b"b" * 5_000_000), 3, "S405"
    ),
    "WET, a record of 8 EB": _file("a.warc.wet", lambda: _WET % (2**63 - 1) + b"a", 3, "S404"),
    "Parquet, a value that repeats": _file("a.parquet", makers.repeated_table, 3, "S406"),
    "Parquet, a page of 140 MB": _file("a.parquet", lambda: makers.page_table(140), 3, "S406"),
    "Parquet, a ratio of 8,000": _file("a.parquet", lambda: makers.page_table(40), 3, "S406"),
    "Parquet, a page under another name": _file("a.parquet", makers.misnamed_table, 3, "S406"),
    "page of 16 MB of marks": _file("a.txt", makers.marks_page, 0, "P223"),
    "page of 16 MB of short lines": _file("a.txt", lambda: makers.page_of("ا\n"), 1, "D104"),
    "page of 16 MB of labels": _file("a.txt", lambda: makers.page_of("المصدر:\n"), 1, "D104"),
    "page of 16 MB of related items": _file("a.txt", lambda: makers.page_of("إقرأ أيضاً: ا\n"), 1, "D104"),
    "page of 16 MB of ages": _file("a.txt", lambda: makers.page_of("ا منذ ساعة "), 1, "D104"),
    "page of a sparse GB": Bomb(
        command=("build", "@a.txt", "--out", "@out"),
        make=lambda folder: _sparse(folder / "a.txt", 10**9),
        exit_code=1,
        code="D104",
    ),
    "JSON Lines, a line of a sparse GB": Bomb(
        command=("build", "@a.jsonl", "--out", "@out", "--workers", "1"),
        make=lambda folder: _sparse(folder / "a.jsonl", 10**9),
        exit_code=1,
        code="D104",
    ),
    "page of 100,000 tags": _file("a.txt", makers.tags_page, 0, "P223"),
    "links in a circle": Bomb(command=("build", "@pages", "--out", "@out"), make=_link_loop, exit_code=3, code="S403"),
    "contract of laughs": _text("--schema", _laughs, 2, "anchors and aliases"),
    "layout of laughs": _text("--layout", _laughs, 2, "anchors and aliases"),
    "contract, a million deep": _text("--schema", lambda: b"[" * 1_000_000, 2, "nested deeper"),
    "contract of 100 MB": _text("--schema", lambda: b"a: " + b"x" * 100_000_000, 2, "given"),
    "tags of a million brackets": _text("--tags", lambda: b"[" * 1_000_000, 2, "not JSON"),
    "table of a value that repeats": _table(makers.repeated_table, "C322", 1),
    "table of a list that repeats": _table(makers.list_table, "C323", 1),
    "table of a page of 1 GB": _table(lambda: makers.page_table(1000), "I511"),
    "table, a footer of 60 MB": _table(makers.footer_table, "C322", 1),
    "manifest, a million deep": _dataset(lambda out: (out / "manifest.json").write_bytes(b"[" * 10**6), "I50"),
    "manifest of 150,000 files": _dataset(_manifest_of_files, "I50"),
    "manifest of a sparse GB": _dataset(lambda out: _sparse(out / "manifest.json", 10**9), "I50"),
    "sums of a sparse GB": _dataset(lambda out: _sparse(out / "SHA256SUMS", 10**9), "I50"),
    "card of a sparse GB": _dataset(lambda out: _sparse(out / "README.md", 10**9), "I50"),
}
