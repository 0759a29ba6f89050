"""Parts of a compressed container: each is read whole whoever reads it, and goes on where the one before it ended."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import random
import tarfile
from dataclasses import replace
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from toolkit.errors import InputError
from toolkit.sources import SourceOptions, SourceTask, plan, read
from toolkit.sources.tasks import Part

STRICT = SourceOptions()
SKIPPING = SourceOptions(skip_unreadable=True)
PARTS = 4


def texts(seed: int) -> list[str]:
    dice = random.Random(seed)
    return [dice.randbytes(4000).hex() for _ in range(200)]


@cache
def packed(kind: str, seed: int) -> bytes:
    """The texts as members or lines of a compressed container of that kind."""
    if ".tar" in kind:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for number, text in enumerate(texts(seed)):
                member = tarfile.TarInfo(f"{number:03}.txt")
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
        raw = buffer.getvalue()
    else:
        raw = b"".join(b'{"text": "%s"}\n' % text.encode() for text in texts(seed))
    if kind.endswith(".zst"):
        made = pa.BufferOutputStream()
        with pa.CompressedOutputStream(made, "zstd") as stream:
            stream.write(raw)
        return made.getvalue().to_pybytes()
    return gzip.compress(raw) if kind.endswith(".gz") else lzma.compress(raw)


def pack(path: Path, seed: int) -> Path:
    """The texts in a container whose kind the ending of `path` says."""
    path.write_bytes(packed("".join(path.suffixes), seed))
    return path


def parts_of(path: Path) -> list[SourceTask]:
    """Tasks that read one part each."""
    (whole,) = plan([str(path)], SKIPPING, shard_bytes=256_000_000).tasks
    size = path.stat().st_size
    borders = [size * number // PARTS for number in range(PARTS)]
    parts = [Part(start=start, stop=stop) for start, stop in pairwise([*borders, None])]
    return [replace(whole, runs=(replace(whole.runs[0], part=part),)) for part in parts]


def pages_in(task: SourceTask) -> list[str]:
    return [found.raw.decode() for found in read(task, STRICT)]


def open_files() -> list[Path]:
    return sorted(Path("/dev/fd").iterdir())


@pytest.fixture(params=["a.tar.zst", "a.tar.gz", "a.tar.xz", "a.jsonl.zst", "a.jsonl.gz", "a.jsonl.xz"])
def container(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return pack(tmp_path / request.param, 1)


def test_the_parts_in_their_order_hold_every_page_once(container):
    found = [pages_in(task) for task in parts_of(container)]
    assert all(found)
    assert list(chain.from_iterable(found)) == texts(1)


def test_a_part_is_the_same_whatever_was_read_before_it(container):
    tasks = parts_of(container)
    alone = [pages_in(task) for task in tasks]
    for order in ([3, 2, 1, 0], [0, 2, 3, 1], [1, 3, 0, 0, 2], [2, 2, 3, 3]):
        assert [pages_in(tasks[number]) for number in order] == [alone[number] for number in order]


def test_what_was_decoded_for_the_part_before_is_not_decoded_again(container):
    first, second, *_ = parts_of(container)
    alone = pages_in(second)
    pages_in(first)
    state = container.stat()
    with container.open("r+b") as file:
        file.write(bytes(1000))
    os.utime(container, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert pages_in(second) == alone


def test_a_container_that_was_replaced_between_two_parts_is_read_from_its_beginning(container):
    first, second, *_ = parts_of(container)
    pages_in(first)
    container.rename(container.with_name("old"))
    pack(container, 2)
    found = pages_in(second)
    assert found
    assert set(found) <= set(texts(2))


def test_containers_in_turn_do_not_mix(container):
    other = pack(container.with_name(f"b{''.join(container.suffixes)}"), 2)
    found = [(pages_in(task), pages_in(twin)) for task, twin in zip(parts_of(container), parts_of(other), strict=True)]
    assert list(chain.from_iterable(mine for mine, _ in found)) == texts(1)
    assert list(chain.from_iterable(theirs for _, theirs in found)) == texts(2)


def test_no_file_stays_open_after_the_last_part_nor_after_a_part_that_is_given_up(container):
    tasks = parts_of(container)
    pages_in(tasks[-1])
    before = open_files()
    for task in tasks:
        pages_in(task)
    assert open_files() == before
    given_up = read(tasks[0], STRICT)
    next(given_up)
    given_up.close()
    assert open_files() == before


def test_damage_is_told_by_the_part_it_is_in_also_by_who_goes_on(container):
    tasks = parts_of(container)
    whole = [pages_in(task) for task in tasks]
    raw = container.read_bytes()
    middle = 5 * len(raw) // 8
    container.write_bytes(raw[:middle] + bytes(2000) + raw[middle + 2000 :])
    assert [pages_in(task) for task in tasks[:2]] == whole[:2]
    with pytest.raises(InputError, match=r"S40[45]"):
        pages_in(tasks[2])
    assert [pages_in(task) for task in tasks[:2]] == whole[:2]
    assert [getattr(found, "code", "page") for found in read(tasks[2], SKIPPING)][-1] in {"S404", "S405"}
    assert {found.code for found in read(tasks[3], SKIPPING)} <= {"S404", "S405"}
