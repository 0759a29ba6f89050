"""Inputs to shard tasks: how many, how even, and from nothing but the input."""

from __future__ import annotations

import random

import pytest

from toolkit.errors import UsageError
from toolkit.sources import SourceOptions, plan
from toolkit.sources.cutting import cut
from toolkit.sources.listing import Listing

OPTIONS = SourceOptions()


def listing(paths: list[str], size: int, root: str = "raw") -> Listing:
    found = Listing(given=root, root=root, prefix="")
    for path in paths:
        found.paths.append(path.encode())
    found.weights.extend([size] * len(paths))
    return found


@pytest.mark.parametrize(
    ("files", "megabytes", "shard_megabytes", "weights"),
    [
        (10, 1, 256, [10]),
        (180, 1, 256, [30, 30, 30, 30, 30, 30]),
        (1000, 1, 256, [125] * 8),
        (2560, 1, 256, [256] * 10),
        (10, 1, 1, [1] * 10),
        (10, 1, 2, [2] * 5),
        (3, 600, 256, [600] * 3),
    ],
)
def test_shards_are_as_many_and_as_even_as_promised(files, megabytes, shard_megabytes, weights):
    listings = [listing([f"{number:04}.txt" for number in range(files)], megabytes * 1_000_000)]
    tasks = cut(listings, shard_bytes=shard_megabytes * 1_000_000)
    assert [task.weight for task in tasks] == [weight * 1_000_000 for weight in weights]


def test_every_file_is_in_one_task_in_order():
    names = [f"{number:04}.txt" for number in range(1000)]
    tasks = cut([listing(names, 777)], shard_bytes=5000)
    assert b"\0".join(run.paths for task in tasks for run in task.runs) == "\0".join(names).encode()


def test_small_inputs_share_a_shard_and_files_of_one_folder_a_run():
    listings = [listing(["a.txt"], 5), listing(["b.txt"], 5), listing(["c.txt"], 5, root="other")]
    (task,) = cut(listings, shard_bytes=1000)
    assert [(run.root, run.paths) for run in task.runs] == [("raw", b"a.txt\0b.txt"), ("other", b"c.txt")]


@pytest.mark.parametrize("name", ["a.tar.zst", "a.tar.gz", "a.tgz", "a.tbz", "a.jsonl.gz", "a.jsonl.xz"])
@pytest.mark.parametrize(("megabytes", "parts"), [(60, 1), (100, 2), (180, 3), (4_000, 8), (40_000, 80)])
def test_a_compressed_stream_is_cut_into_parts_that_are_not_too_small(name, megabytes, parts):
    tasks = cut([listing([name], megabytes * 1_000_000)], shard_bytes=500_000_000)
    assert len(tasks) == parts
    assert sum(task.weight for task in tasks) == megabytes * 1_000_000
    assert [task.runs[0].part.start for task in tasks if task.runs[0].part] == [
        megabytes * 250_000 * number // parts for number in range(parts) if parts > 1
    ]


@pytest.mark.parametrize(("megabytes", "parts"), [(180, 3), (40_000, 4)])
def test_a_compressed_stream_on_another_machine_is_fetched_by_few(megabytes, parts):
    tasks = cut([listing(["a.tar.zst"], megabytes * 1_000_000, root="s3://news")], shard_bytes=500_000_000)
    assert len(tasks) == parts


@pytest.mark.parametrize("name", ["a.txt.gz", "a.warc.wet.gz", "a.txt"])
def test_what_cannot_be_cut_is_one_task(name):
    (task,) = cut([listing([name], 1_000_000_000)], shard_bytes=10_000_000)
    assert task.runs[0].part is None


def test_more_shards_than_a_million_are_refused_with_the_size_that_will_do():
    pages = [listing(["a.txt", "b.txt"], 1_000_000_000)]
    with pytest.raises(UsageError, match="there may be 1000000 shards") as refused:
        cut(pages, shard_bytes=1999)
    assert refused.value.mend == "Name a --shard-size of 2000 bytes at least."
    assert len(cut(pages, shard_bytes=2000)) == 2


def test_empty_files_are_planned_too():
    (task,) = cut([listing(["a.txt", "b.txt"], 0)], shard_bytes=1000)
    assert task.runs[0].paths == b"a.txt\0b.txt"


def test_the_plan_does_not_depend_on_the_order_in_which_files_were_made(tmp_path, monkeypatch):
    names = [f"{number:03}.txt" for number in range(100)]
    plans = []
    for seed in (1, 2):
        folder = tmp_path / str(seed) / "raw"
        folder.mkdir(parents=True)
        for name in random.Random(seed).sample(names, len(names)):
            (folder / name).write_text("x" * 100)
        monkeypatch.chdir(folder.parent)
        plans.append(plan(["raw"], OPTIONS, shard_bytes=1000))
    assert plans[0] == plans[1]
    assert len(plans[0].tasks) == 10
