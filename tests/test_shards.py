"""Shards as readers find them: bytes, row groups, encodings, and what `datasets` makes of them."""

import datetime
import functools
import hashlib
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Features, load_dataset

from toolkit.dataset.tables import (
    DUPLICATES,
    REJECTS,
    duplicate_batch,
    reject_batch,
    shards,
    write_numbered,
    write_shard,
)
from toolkit.dataset.tables.sizes import runs
from toolkit.diagnostics import Diagnostic, Location, diagnose
from toolkit.documents import Document
from toolkit.errors import OutputError
from toolkit.storage.dataset_files import rejects_name
from toolkit.storage.output import create, open_staging

RELATED = pa.struct(
    [("headline", pa.string()), ("body", pa.string()), ("kind", pa.string()), ("paragraph", pa.int32())]
)
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("date", pa.date32()),
        ("body", pa.string()),
        ("source", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("related", pa.list_(RELATED)),
        ("page", pa.struct([("file", pa.string()), ("url", pa.string()), ("warnings", pa.list_(pa.string()))])),
    ]
)


def article(number, words=20):
    items = [
        {"headline": "عنوان آخر", "body": None, "kind": "inline", "paragraph": number % 5},
        {"headline": "عنوان", "body": "نص\nنص", "kind": "block", "paragraph": None},
    ]
    return {
        "id": hashlib.sha256(b"%d" % number).hexdigest()[:16],
        "date": datetime.date(2023, 9, 1 + number % 28) if number % 13 else None,
        "body": " ".join(hashlib.sha256(b"%d %d" % (number, word)).hexdigest()[:7] for word in range(words)),
        "source": "الراي",
        "tags": ["قره باغ", "روسيا"][: number % 3],
        "related": items[: number % 3],
        "page": {"file": f"{number}.txt", "url": None, "warnings": ["P222"] if number % 3 == 0 else []},
    }


def table(*numbers, words=20, schema=SCHEMA):
    return pa.Table.from_pylist([article(number, words) for number in numbers], schema=schema)


@pytest.fixture
def staging(tmp_path):
    return open_staging(tmp_path / "out", key="test")


@pytest.fixture
def new_file(staging):
    return functools.partial(create, staging)


def written(staging, path):
    return (staging.dataset / path).read_bytes()


@pytest.fixture
def small_groups(monkeypatch):
    monkeypatch.setattr(shards, "GROUP_BYTES", 2_000)


def test_what_is_written_is_read_back(staging, new_file):
    rows = table(*range(50))
    shard = write_shard(rows.to_batches(), new_file, "data/train.parquet", SCHEMA)
    assert pq.read_table(staging.dataset / "data/train.parquet").equals(rows)
    assert (shard.path, shard.rows) == ("data/train.parquet", 50)


def test_bytes_and_hash_are_those_of_the_file(staging, new_file):
    shard = write_shard(table(1, 2).to_batches(), new_file, "a.parquet", SCHEMA)
    content = written(staging, "a.parquet")
    assert (shard.bytes, shard.sha256) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.usefixtures("small_groups")
def test_batches_leave_no_trace(staging, new_file):
    rows = table(*range(40))
    cuts = [rows.slice(0, 3), rows.slice(3, 0), rows.slice(3, 30), rows.slice(33)]
    write_shard(rows.to_batches(), new_file, "whole.parquet", SCHEMA)
    write_shard([batch for cut in cuts for batch in cut.to_batches()], new_file, "cut.parquet", SCHEMA)
    write_shard(rows.to_batches(max_chunksize=1), new_file, "single.parquet", SCHEMA)
    assert written(staging, "cut.parquet") == written(staging, "whole.parquet")
    assert written(staging, "single.parquet") == written(staging, "whole.parquet")


def test_bitmaps_that_say_nothing_leave_no_trace(staging, new_file):
    schema = pa.schema([("id", pa.string()), ("n", pa.int32())])
    plain = pa.table({"id": ["a", "b"], "n": pa.array([1, 2], pa.int32())}).to_batches()[0]
    full = pa.py_buffer(b"\x03")
    masked = [pa.Array.from_buffers(column.type, 2, [full, *column.buffers()[1:]]) for column in plain.columns]
    write_shard([plain], new_file, "plain.parquet", schema)
    write_shard([pa.record_batch(masked, schema=schema)], new_file, "masked.parquet", schema)
    assert written(staging, "masked.parquet") == written(staging, "plain.parquet")


PROGRAM = """
import functools, pathlib, sys
import pyarrow as pa
sys.path.insert(0, sys.argv[1])
from test_shards import SCHEMA, table
from toolkit.dataset.tables import write_shard
from toolkit.storage.output import create, open_staging
pa.set_cpu_count(int(sys.argv[3]))
staging = open_staging(pathlib.Path(sys.argv[2]), key="test")
print(write_shard(table(*range(300)).to_batches(), functools.partial(create, staging), "a", SCHEMA).sha256)
"""


def test_other_processes_hash_seeds_and_thread_counts_give_the_same_bytes(tmp_path, request, new_file):
    here = write_shard(table(*range(300)).to_batches(), new_file, "a", SCHEMA).sha256
    there = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(request.path.parent), str(tmp_path / seed), threads],
            env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Riyadh"},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed, threads in (("1", "1"), ("2", "4"))
    }
    assert there == {here}


@pytest.mark.usefixtures("small_groups")
def test_row_groups_end_before_they_are_too_large(staging, new_file):
    write_shard(table(*range(40)).to_batches(), new_file, "a.parquet", SCHEMA)
    footer = pq.read_metadata(staging.dataset / "a.parquet")
    counts = [footer.row_group(number).num_rows for number in range(footer.num_row_groups)]
    assert counts == [7, 7, 6, 6, 6, 6, 2]


def test_a_row_that_is_too_large_stands_alone():
    batches = [batch for words in (1, 900, 1, 1) for batch in table(1, words=words).to_batches()]
    assert [[len(batch) for batch in run] for run in runs(batches, 2_000)] == [[1], [1], [1, 1]]


def test_no_rows_give_no_row_group(staging, new_file):
    shard = write_shard([], new_file, "a.parquet", SCHEMA)
    assert pq.read_metadata(staging.dataset / "a.parquet").num_row_groups == 0
    assert (shard.rows, shard.decoded_bytes) == (0, 0)


def columns(path):
    group = pq.read_metadata(path).row_group(0)
    return {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}


def test_every_column_is_zstd_with_a_page_index(staging, new_file):
    write_shard(table(*range(50)).to_batches(), new_file, "a.parquet", SCHEMA)
    found = columns(staging.dataset / "a.parquet").values()
    assert {(column.compression, column.has_offset_index) for column in found} == {("ZSTD", True)}


def test_only_columns_that_repeat_have_a_dictionary(staging, new_file):
    write_shard(table(*range(50)).to_batches(), new_file, "a.parquet", SCHEMA)
    found = columns(staging.dataset / "a.parquet")
    assert [path for path, column in found.items() if column.has_dictionary_page] == [
        "date",
        "source",
        "related.list.element.kind",
        "page.warnings.list.element",
    ]


def test_long_texts_have_no_statistics(staging, new_file):
    write_shard(table(*range(50)).to_batches(), new_file, "a.parquet", SCHEMA)
    found = columns(staging.dataset / "a.parquet")
    assert [path for path, column in found.items() if not column.is_stats_set] == [
        "body",
        "related.list.element.headline",
        "related.list.element.body",
    ]


def test_a_flipped_bit_in_a_page_is_found_by_its_checksum(staging, new_file):
    write_shard(table(*range(300)).to_batches(), new_file, "a.parquet", SCHEMA)
    damaged = bytearray(written(staging, "a.parquet"))
    damaged[columns(staging.dataset / "a.parquet")["body"].data_page_offset + 1_000] ^= 1
    with pytest.raises(OSError, match="CRC checksum"):
        pq.read_table(pa.BufferReader(bytes(damaged)), page_checksum_verification=True)


def test_an_inserted_row_leaves_most_pages_as_they_were(staging, new_file):
    rows = [article(number, 150) for number in range(3_000)]
    write_shard(pa.Table.from_pylist(rows, schema=SCHEMA).to_batches(), new_file, "old.parquet", SCHEMA)
    rows.insert(1_500, article(9_999, 150))
    write_shard(pa.Table.from_pylist(rows, schema=SCHEMA).to_batches(), new_file, "new.parquet", SCHEMA)
    old, new = written(staging, "old.parquet"), written(staging, "new.parquet")
    pieces = [new[start : start + 4_096] for start in range(0, len(new), 4_096)]
    assert sum(piece in old for piece in pieces) / len(pieces) > 0.5


def test_features_of_the_schema_are_read_by_datasets(staging, new_file):
    features = Features.from_arrow_schema(SCHEMA)
    schema = SCHEMA.with_metadata(features.arrow_schema.metadata)
    write_shard(table(1).to_batches(), new_file, "a.parquet", schema)
    assert Features.from_arrow_schema(pq.read_schema(staging.dataset / "a.parquet")) == features


@pytest.mark.parametrize("counts", [(1,), (2,), (60,), (30, 31), (5, 40, 3)], ids=str)
@pytest.mark.usefixtures("small_groups")
def test_decoded_bytes_are_what_datasets_counts(staging, new_file, tmp_path, counts):
    start, found = 0, []
    for number, count in enumerate(counts):
        batches = table(*range(start, start + count)).to_batches()
        found.append(write_shard(batches, new_file, f"data/train-{number}.parquet", SCHEMA))
        start += count
    loaded = load_dataset(str(staging.dataset), cache_dir=str(tmp_path / "cache"), split="train")
    assert loaded.info.dataset_size == sum(shard.decoded_bytes for shard in found)
    assert loaded.info.download_size == sum(shard.bytes for shard in found)


def test_a_shard_that_cannot_be_written_is_removed(staging, new_file):
    def broken():
        yield from table(1).to_batches()
        raise OutputError("no space")

    with pytest.raises(OutputError, match="no space"):
        write_shard(broken(), new_file, "a.parquet", SCHEMA)
    assert not (staging.dataset / "a.parquet").exists()


@pytest.mark.usefixtures("small_groups")
def test_many_rows_go_to_numbered_files(staging, new_file):
    rows = table(*range(40))
    files = write_numbered(rows.to_batches(), new_file, rejects_name, SCHEMA, full_bytes=5_000)
    assert [(file.path, file.rows) for file in files] == [
        ("rejects/rejects-00000.parquet", 20),
        ("rejects/rejects-00001.parquet", 18),
        ("rejects/rejects-00002.parquet", 2),
    ]
    parts = [pq.read_table(staging.dataset / file.path) for file in files]
    assert pa.concat_tables(parts).equals(rows)


def test_no_rows_give_no_numbered_file(new_file):
    assert write_numbered([], new_file, rejects_name, REJECTS, full_bytes=1) == []


def test_a_reject_is_its_bytes_its_codes_and_its_diagnostics(staging, new_file):
    page = Document(file="a/b.txt", raw=b"\xff\x00", size=2, sha256="ab" * 32)
    found = [
        diagnose("P221", "2 lines", Location(file="a/b.txt", line=2, column=1)),
        diagnose("P203", "'x' is no date", Location(file="a/b.txt", line=3, column=14), found="x"),
        diagnose("P203", "'y' is no date", Location(file="a/b.txt"), path="date"),
    ]
    batch = reject_batch([(page, found)])
    (file,) = write_numbered([batch], new_file, rejects_name, REJECTS, full_bytes=1)
    (row,) = pq.read_table(staging.dataset / file.path).to_pylist()
    assert (row["file"], row["sha256"], row["bytes"], row["raw"]) == ("a/b.txt", "ab" * 32, 2, b"\xff\x00")
    assert row["codes"] == ["P203"]
    assert [Diagnostic(**diagnostic) for diagnostic in row["diagnostics"]] == found


def test_a_page_beyond_the_bound_is_a_reject_without_bytes():
    page = Document(file="big.txt", raw=None, size=17_000_000, sha256="ab" * 32)
    batch = reject_batch([(page, [diagnose("D104", "17,000,000 bytes", Location(file="big.txt"))])])
    assert batch["raw"].to_pylist() == [None]
    assert batch["bytes"].to_pylist() == [17_000_000]


def test_a_duplicate_names_the_page_that_came_first(staging, new_file):
    batch = duplicate_batch([("b.txt", "ab" * 32, "a.txt")])
    write_shard([batch], new_file, "duplicates.parquet", DUPLICATES)
    assert pq.read_table(staging.dataset / "duplicates.parquet").to_pylist() == [
        {"file": "b.txt", "sha256": "ab" * 32, "first": "a.txt"}
    ]
