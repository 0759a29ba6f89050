"""Datasets of strangers in every verb: bounded memory, an error that names the place, and nothing written."""

import hashlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import deque
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import toolkit_run
from made_pages import page, write_pages

import toolkit
from toolkit.dataset.isolation import is_limited, run_isolated
from toolkit.dataset.manifest import manifest_from_json, manifest_to_json, release_sums, sums_to_text
from toolkit.errors import DestinationError, InputError, IntegrityError, ToolkitError, UsageError, WorkerError
from toolkit.inspection.tables.reports import UnpublishedTask
from toolkit.inspection.tables.running import read_tables
from toolkit.sources import SourceOptions, plan, read

SHARD = "data/train-00000-of-00001.parquet"
REJECTS = "rejects/rejects-00000.parquet"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    write_pages(folder / "raw", 3)
    (folder / "raw" / "bad.txt").write_text(page(date="تاريخ النشر: أمس"), "utf-8")
    toolkit.build([folder / "raw"], folder / "dist", version="1.0.0", workers=1)
    return folder / "dist"


def forged(dataset: Path, folder: Path, path: str, table: pa.Table, **options: object) -> Path:
    """A copy of the dataset with another table at `path`; manifest and sums are made right again."""
    shutil.copytree(dataset, folder)
    pq.write_table(table, folder / path, compression="zstd", **options)
    return sealed(folder, path, rows=table.num_rows)


def sealed(folder: Path, path: str, rows: int | None) -> Path:
    manifest, raw = manifest_from_json((folder / "manifest.json").read_text("utf-8")), (folder / path).read_bytes()
    sha256 = hashlib.sha256(raw).hexdigest()
    files = tuple(
        replace(file, bytes=len(raw), sha256=sha256, rows=rows) if file.path == path else file
        for file in manifest.files
    )
    counts = replace(manifest.counts, rows=rows) if path == SHARD and rows is not None else manifest.counts
    contract = replace(manifest.contract, sha256=sha256) if path.endswith(".odcs.yaml") else manifest.contract
    text = manifest_to_json(replace(manifest, files=files, counts=counts, contract=contract))
    (folder / "manifest.json").write_text(text, "utf-8")
    sums = release_sums(manifest_from_json(text), hashlib.sha256(text.encode()).hexdigest())
    (folder / "SHA256SUMS").write_text(sums_to_text(sums), "utf-8")
    return folder


def rows_with(table: pa.Table, **columns: pa.Array) -> pa.Table:
    """The first row of `table` as often as there are values in `columns`, and these in their place."""
    count = len(next(iter(columns.values())))
    same = table.take(pa.array([0] * count))
    for name, values in columns.items():
        index = same.schema.get_field_index(name)
        same = same.set_column(index, same.schema.field(index), values.cast(same.schema.field(index).type))
    return same


def verbs(hostile: Path, good: Path, folder: Path) -> dict[str, list[object]]:
    """What each verb that reads rows is called with."""
    return {
        "diff": ["diff", hostile, good],
        "diff, new": ["diff", good, hostile],
        "report": ["report", hostile, "--output", folder / "made"],
        "report --previous": ["report", good, "--previous", hostile, "--output", folder / "made"],
        "build --previous": ["build", good.parent / "raw", "--out", folder / "made", "--previous", hostile],
        "publish": ["publish", hostile, folder / "made"],
    }


@pytest.fixture(scope="module")
def bomb(dataset, tmp_path_factory):
    """A dataset of some kilobytes whose rows take three gigabytes."""
    rows = rows_with(pq.read_table(dataset / SHARD), body=pa.array([""] * 3_000))
    again = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000, pa.int32()), ["x" * 1_000_000])
    table = rows.set_column(rows.schema.get_field_index("body"), "body", again)
    folder = tmp_path_factory.mktemp("bomb") / "hostile"
    return forged(dataset, folder, SHARD, table, store_schema=False)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
@pytest.mark.parametrize("verb", verbs(Path(), Path(), Path()))
def test_a_table_that_asks_for_gigabytes_is_damage(dataset, bomb, tmp_path, verb):
    done = toolkit_run(*verbs(bomb, dataset, tmp_path)[verb])
    assert (done.returncode, "Traceback" in done.stderr) == (5, False)
    assert "train-00000-of-00001.parquet" in done.stderr
    assert not (tmp_path / "made").exists()


def run_without_proc(*arguments):
    """The command in a room of its own that has no /proc; skipped where no such room can be made."""
    words = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /proc && exec "$@"', "sh"]
    if not shutil.which("unshare") or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("cannot mount")
    command = [sys.executable, "-m", "toolkit", *map(str, arguments)]
    return subprocess.run([*words, *command], capture_output=True, text=True, check=False, timeout=120)


def test_without_proc_memory_is_limited_all_the_same(dataset, bomb):
    assert run_without_proc("validate", dataset).returncode == 0
    done = run_without_proc("diff", dataset, bomb)
    assert (done.returncode, "Traceback" in done.stderr) == (5, False)


def nulls(table: pa.Table) -> pa.Table:
    return pa.Table.from_arrays([pa.nulls(2, field.type) for field in table.schema], schema=table.schema)


IMPOSSIBLE = {
    "nulls": (nulls, "id is null"),
    "a day": (lambda table: rows_with(table, date=pa.array([2_000_000_000], pa.int32())), "no calendar has"),
    "a related item": (
        lambda table: rows_with(table, related=pa.array([[None]], table.schema.field("related").type)),
        "related[] is null",
    ),
    "a tag": (lambda table: rows_with(table, tags=pa.array([["a", None]], pa.list_(pa.string()))), "tags[] is null"),
    "rows": (lambda table: table.take(pa.array([0] * 500_000)), "has rows that repeat"),
}


@pytest.mark.parametrize(("make", "message"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_values_that_no_build_writes_are_damage(dataset, tmp_path, make, message):
    hostile = forged(dataset, tmp_path / "hostile", SHARD, make(pq.read_table(dataset / SHARD)))
    for words in list(verbs(hostile, dataset, tmp_path).values())[:5]:
        verb, first, *rest = words
        with pytest.raises(IntegrityError) as told:
            call(verb, first, rest)
        assert message in told.value.message
        assert SHARD in told.value.message
    found = toolkit.validate([hostile])
    assert not found.ok
    assert not (tmp_path / "made").exists()


def call(verb: str, first: object, rest: list) -> None:
    options = dict(zip(rest[::2], rest[1::2], strict=True)) if verb != "diff" else {}
    if verb == "diff":
        toolkit.diff(first, rest[0])
    elif verb == "report":
        toolkit.report(first, options["--output"], previous=options.get("--previous"))
    else:
        toolkit.build([first], options["--out"], previous=options["--previous"], workers=1)


def test_damage_within_a_shard_is_told_in_one_line_with_its_row_group(dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "hostile")
    path = tmp_path / "hostile" / SHARD
    path.write_bytes(b"PAR1" + b"\xff" * 8 + path.read_bytes()[12:])
    with pytest.raises(IntegrityError) as told:
        toolkit.diff(tmp_path / "hostile", dataset)
    assert told.value.message.startswith(f"{path}: damaged: row group 0: ")
    assert "\n" not in told.value.message


REJECTED = {
    "nulls": (nulls, "file is null"),
    "a finding": (
        lambda table: rows_with(table, diagnostics=pa.array([[None]], table.schema.field("diagnostics").type)),
        "diagnostics[] is null",
    ),
    "a code": (lambda table: rows_with(table, codes=pa.array([["P203\n::error::"]])), "three digits"),
}


@pytest.mark.parametrize(("make", "message"), REJECTED.values(), ids=REJECTED)
def test_rejects_that_no_build_writes_are_damage(dataset, tmp_path, make, message):
    hostile = forged(dataset, tmp_path / "hostile", REJECTS, make(pq.read_table(dataset / REJECTS)))
    with pytest.raises(IntegrityError) as told:
        toolkit.restore_rejects(hostile, tmp_path / "to")
    assert message in told.value.message
    with pytest.raises(IntegrityError, match=r"rejects-00000\.parquet"):
        toolkit.report(hostile, tmp_path / "made", with_rejects=True)
    assert not (tmp_path / "made").exists()


CONTRACTS = {
    "no UTF-8": (lambda raw: raw + b"# \xff\n", r"article\.odcs\.yaml:\d+: byte 0xff is not UTF-8"),
    "no contract": (lambda raw: b"a: 1\n" + raw[:0], r"article\.odcs\.yaml:1: "),
    "another column": (
        lambda raw: raw.replace(b"- name: headline\n", b"- name: title\n", 1),
        r"has no column headline of type string",
    ),
    "no age of related items": (
        lambda raw: re.sub(rb" +- name: age\n.+?(?= +- name: paragraph\n)", b"", raw, flags=re.DOTALL),
        r"has no column related of type list",
    ),
}


@pytest.mark.parametrize(("change", "message"), CONTRACTS.values(), ids=CONTRACTS)
def test_a_contract_that_cannot_be_read_is_damage_of_its_dataset(dataset, tmp_path, change, message):
    shutil.copytree(dataset, tmp_path / "hostile")
    path = tmp_path / "hostile" / "article.odcs.yaml"
    path.write_bytes(change(path.read_bytes()))
    hostile = sealed(tmp_path / "hostile", "article.odcs.yaml", rows=None)
    with pytest.raises(IntegrityError, match=message):
        toolkit.diff(dataset, hostile)


def test_a_damaged_manifest_is_told_with_its_folder(dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "hostile")
    (tmp_path / "hostile" / "manifest.json").write_text("[" * 1_000_000)
    with pytest.raises(IntegrityError, match=r"hostile/manifest\.json: nested too deep"):
        toolkit.diff(dataset, tmp_path / "hostile")


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS"])
def test_a_damaged_release_is_a_fault_of_the_destination(dataset, tmp_path, name):
    toolkit.publish(dataset, tmp_path / "releases")
    (tmp_path / "releases" / "v1.0.0" / name).write_text("{}")
    with pytest.raises(DestinationError, match="a release that is out is damaged"):
        toolkit.rollback(tmp_path / "releases", "v1.0.0")


def test_work_within_work_stays_in_its_process():
    assert run_isolated(os.getpid) != os.getpid()
    assert run_isolated(_nested) == (True, True)
    assert not is_limited()


def _nested() -> tuple[bool, bool]:
    return is_limited(), run_isolated(os.getpid) == os.getpid()


def test_a_process_that_is_ended_by_its_tables_is_an_error():
    with pytest.raises(IntegrityError, match="ended with SIGABRT"):
        run_isolated(_abort)


def _abort() -> None:
    os.kill(os.getpid(), signal.SIGABRT)


def test_work_whose_process_dies_is_not_run_again_over_what_it_wrote(tmp_path):
    with pytest.raises(IntegrityError, match="ended with SIGABRT"):
        run_isolated(_write_and_abort, tmp_path / "written")
    assert (tmp_path / "written").read_text() == "once\n"


def _write_and_abort(path: Path) -> None:
    with path.open("a") as file:
        file.write("once\n")
    _abort()


def test_a_process_that_somebody_kills_tells_nothing_of_the_dataset():
    with pytest.raises(WorkerError, match="was killed"):
        run_isolated(_kill)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly:
    """A value that kills the process which gets it."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number

    def __reduce__(self) -> tuple[object, ...]:
        return signal.raise_signal, (self.number,)


def test_a_reader_that_somebody_kills_tells_nothing_of_its_table(tmp_path):
    task = UnpublishedTask(path=tmp_path / "a", file="a", kind="rejects", selection=Deadly(signal.SIGKILL))
    with pytest.raises(WorkerError, match="a: the process that read it was killed"):
        read_tables([task], workers=1, progress=None)


def test_what_the_work_raises_is_raised(dataset):
    with pytest.raises(ToolkitError, match="no folder of mine"):
        run_isolated(_raise, "no folder of mine")


def _raise(message: str) -> None:
    raise IntegrityError(message)


def test_a_table_of_very_many_columns_is_told_in_time(tmp_path):
    table = pa.table({f"c{number}": pa.array([1]) for number in range(30_000)})
    pq.write_table(table, tmp_path / "a.parquet", store_schema=False)
    found = toolkit.validate([tmp_path / "a.parquet"])
    assert found.codes["C322"] == 30_000


@pytest.mark.timeout(20)
def test_a_manifest_of_thousands_of_missing_shards_is_told_in_time(dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "hostile")
    manifest = manifest_from_json((dataset / "manifest.json").read_text("utf-8"))
    shard = next(file for file in manifest.files if file.path == SHARD)
    shards = [replace(shard, path=f"data/train-{number:05}-of-03000.parquet") for number in range(3000)]
    text = manifest_to_json(replace(manifest, files=(*shards, *(file for file in manifest.files if file != shard))))
    (tmp_path / "hostile" / "manifest.json").write_text(text, "utf-8")
    assert toolkit.validate([tmp_path / "hostile"]).codes["I503"] == 3000


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_tags_that_take_gigabytes_are_told(dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "hostile")
    (tmp_path / "hostile" / "tags.json").write_text("[" + "[]," * 20_000_000 + "[]]")
    done = toolkit_run("validate", sealed(tmp_path / "hostile", "tags.json", rows=None))
    assert done.returncode == 5
    assert "I553 what is read asks for more memory than it is given" in done.stdout


def test_millions_of_rows_without_a_text_are_beyond_a_table_s_bound(tmp_path):
    table = pa.table({"text": pa.array([""] * 1_000_000)})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    (task,) = plan([str(tmp_path / "a.parquet")], SourceOptions(), shard_bytes=10**9).tasks
    with pytest.raises(InputError, match=r"a\.parquet: S406 decodes to more than 200 times its size"):
        deque(read(task, SourceOptions()), maxlen=0)


def test_json_output_of_a_comparison_is_the_same_in_another_process(dataset, tmp_path):
    table = pq.read_table(dataset / SHARD)
    sources = pa.array(["مصدر آخر", *table.column("source").to_pylist()[1:]])
    changed = table.set_column(table.schema.get_field_index("source"), "source", sources).slice(0, 2)
    other = forged(dataset, tmp_path / "other", SHARD, changed)
    done = toolkit_run("diff", dataset, other, "--format", "json")
    assert json.loads(done.stdout)["rows"] == {"added": 0, "removed": 1, "changed": 1, "tags_only": 0}


def test_a_worker_of_a_pool_reads_without_a_process_of_its_own(dataset, tmp_path):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(toolkit.diff, (dataset, dataset)).rows.changed == 0
        assert pool.apply(toolkit.restore_rejects, (dataset, tmp_path / "back")).pages == 1


def test_what_stands_in_the_memory_of_one_process_is_not_read_by_another(dataset):
    fsspec.filesystem("memory").put(str(dataset), "/apart", recursive=True)
    with pytest.raises(UsageError, match=r"memory:///?apart: only this process sees its memory"):
        toolkit.diff("memory://apart", dataset)
