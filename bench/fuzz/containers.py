"""Containers of pages: whatever they hold, each page is whole or its absence is told, and all names stay names."""

from __future__ import annotations

import atexit
import hashlib
import re
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.fuzz import container_seeds as seeds
from bench.fuzz.container_changes import (
    mutate_compressed,
    mutate_lines,
    mutate_table,
    mutate_tar,
    mutate_wet,
    mutate_zip,
)
from bench.fuzz.target import Target
from toolkit.documents import MAX_PAGE_BYTES, Document
from toolkit.errors import InputError
from toolkit.sources import SourceOptions, plan, read
from toolkit.sources.kinds import kind_of
from toolkit.sources.listing import list_local
from toolkit.sources.parts import find_parts
from toolkit.sources.tasks import Run, SourceTask

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from bench.fuzz.target import MutateBytes
    from toolkit.diagnostics import Diagnostic

_FOLDER: Final = Path(tempfile.mkdtemp(prefix="containers-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
_STRICT: Final = SourceOptions()
_SKIPPING: Final = SourceOptions(skip_unreadable=True)
_CONTROLS: Final = re.compile("[\0-\x1f\x7f-\x9f]")


def check(data: bytes, ending: str) -> int:
    """Read a container in one piece, in three, and strictly: nothing is lost without a word."""
    path = _FOLDER / f"a.{ending}"
    path.write_bytes(data)
    (task,) = plan([str(path)], _SKIPPING, shard_bytes=10**9).tasks
    found = list(read(task, _SKIPPING))
    faults = [one for one in found if not isinstance(one, Document)]
    for one in found:
        _check_found(one, path.name)
    _check_strict(task, found, failed=bool(faults))
    if not faults:
        assert found == [one for part in _thirds(path) for one in read(part, _SKIPPING)], "the parts hold other pages"
    elif any(fault.file == path.name for fault in faults):
        told = [one for part in _thirds(path) for one in read(part, _SKIPPING) if not isinstance(one, Document)]
        assert told, "no part tells the fault of the whole"
    return 1


def _check_found(one: Document | Diagnostic, name: str) -> None:
    assert one.file is not None
    assert one.file == name or one.file.startswith(f"{name}!"), "a page of another name"
    assert not _CONTROLS.search(one.file), "a control character in a name"
    assert ".." not in one.file.partition("!")[2].split("/"), "a name that leads out of its folder"
    one.file.encode()
    if not isinstance(one, Document):
        assert re.fullmatch("S40[1-9]", one.code)
    elif one.raw is None:
        assert one.size > MAX_PAGE_BYTES
    else:
        assert (one.size, one.sha256) == (len(one.raw), hashlib.sha256(one.raw).hexdigest())


def _check_strict(task: SourceTask, found: Sequence[Document | Diagnostic], *, failed: bool) -> None:
    try:
        strictly = list(read(task, _STRICT))
    except InputError:
        assert failed, "read strictly it fails, with a skip it has no fault"
    else:
        assert strictly == found
        assert not failed, "read strictly, a fault is not told"


def _thirds(path: Path) -> list[SourceTask]:
    """Tasks that read a third each; the whole where it cannot be cut."""
    listing = list_local(str(path), prefixed=False)
    kind, size = kind_of(path.name.encode()), path.stat().st_size
    assert kind is not None
    places = [size * third // 3 for third in range(3)] if kind.has_parts else [0]
    parts = find_parts(listing, path.name.encode(), kind, places) if len(places) > 1 else [None]
    runs = [
        Run(root=listing.root, prefix="", paths=path.name.encode(), follow=True, part=part)
        for part in parts
        if part is None or part.start != part.stop
    ]
    return [SourceTask(runs=(run,), weight=0) for run in runs]


def _mutate_page(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    return mutate_bytes(data) if rng.random() < 0.8 else data * 2


def _compressed(raws: Sequence[bytes], codec: str) -> Sequence[bytes]:
    return [seeds.compress(raw, codec) for raw in raws]


_PAGES: Final = (b"", b"a\n", "نص\n".encode() * 300)
_MADE: Final = {
    "txt.gz": (lambda: _compressed(_PAGES, "gz"), mutate_compressed(_mutate_page, "gz")),
    "txt.zst": (lambda: _compressed(_PAGES, "zst"), mutate_compressed(_mutate_page, "zst")),
    "tar": (seeds.tars, mutate_tar),
    "tar.gz": (lambda: _compressed(seeds.tars(), "gz"), mutate_compressed(mutate_tar, "gz")),
    "tar.zst": (lambda: _compressed(seeds.tars(), "zst"), mutate_compressed(mutate_tar, "zst")),
    "zip": (seeds.zips, mutate_zip),
    "jsonl": (seeds.lines, mutate_lines),
    "jsonl.zst": (lambda: _compressed(seeds.lines(), "zst"), mutate_compressed(mutate_lines, "zst")),
    "parquet": (seeds.tables, mutate_table),
    "warc.wet": (seeds.wets, mutate_wet),
    "warc.wet.gz": (lambda: _compressed(seeds.wets(), "gz"), mutate_compressed(mutate_wet, "gz")),
}
TARGETS: Final = {
    ending: Target(check=partial(check, ending=ending), mutate=mutate, seeds=make, max_bytes=32_768)
    for ending, (make, mutate) in _MADE.items()
}
