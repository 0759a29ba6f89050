"""Files that are no files, that change while they are read, or end too early: told, never waited for, never lost."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import tarfile
import threading
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import toolkit_run
from made_pages import write_pages

import toolkit
from bench.hostile.bombs import BOMBS, judge
from bench.hostile.truncation import CONTAINERS, cut_short
from bench.measure import Usage
from toolkit.documents import Document
from toolkit.errors import InputError, ToolkitError
from toolkit.sources import SourceOptions, plan, read

SPECIAL = ("pipe", "socket", "endless device", "loop", "folder")
GIVEN = ("schema", "layout", "tags", "card", "exclude")


def make_special(path, kind):
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(path.parent):  # the path of a socket is short
            server.bind(path.name)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "endless device" else path.name)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    toolkit.build([write_pages(folder / "raw", 3)], folder / "out")
    return folder / "out"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("given", GIVEN)
def test_what_is_no_regular_file_is_no_option(tmp_path, kind, given):
    make_special(tmp_path / "x", kind)
    write_pages(tmp_path / "raw", 1)
    with pytest.raises(ToolkitError) as refused:
        toolkit.build([tmp_path / "raw"], tmp_path / "out", **{given: tmp_path / "x"})
    assert refused.value.exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS", "README.md", "article.odcs.yaml", "shard", "new"])
def test_what_is_no_regular_file_in_a_dataset_is_found(dataset, tmp_path, monkeypatch, kind, name):
    copy = tmp_path / "d"
    shutil.copytree(dataset, copy)
    monkeypatch.chdir(copy)
    path = next((copy / "data").iterdir()) if name == "shard" else copy / name
    monkeypatch.chdir(path.parent)
    path.unlink(missing_ok=True)
    make_special(path, kind)
    found = toolkit.validate([copy])
    assert not found.ok
    assert any(finding.code.startswith("I50") for finding in found.diagnostics)


def big_tar(path, pages=400):
    with tarfile.open(path, "w") as archive:
        for number in range(pages):
            member = tarfile.TarInfo(f"{number:04}.txt")
            member.size = 2000
            archive.addfile(member, io.BytesIO(b"x" * 2000))
    return path


@pytest.mark.parametrize("change", ["grows", "is cut", "is touched"])
def test_a_container_that_changes_while_it_is_read_is_told(tmp_path, change):
    path = big_tar(tmp_path / "a.tar")
    (task,) = plan([str(path)], SourceOptions(), shard_bytes=10**9).tasks
    found = read(task, SourceOptions())
    next(found)
    if change == "grows":
        with path.open("ab") as file:
            file.write(bytes(512))
    elif change == "is cut":
        os.truncate(path, 100_000)
    else:
        os.utime(path, (1, 1))
    with pytest.raises(InputError, match=r"a\.tar: S40[14] "):
        list(found)


def test_pages_that_another_process_writes_all_the_time_are_whole_or_rejects(tmp_path):
    folder = write_pages(tmp_path / "raw", 200)
    pages = {path: path.read_bytes() for path in folder.iterdir()}
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            for path, raw in pages.items():
                path.write_bytes(raw * 50)
                path.write_bytes(raw)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        tasks = plan([str(folder)], SourceOptions(), shard_bytes=10**9).tasks
        found = [one for task in tasks for one in read(task, SourceOptions())]
    finally:
        done.set()
        writer.join()
    assert len(found) == 200
    assert all(isinstance(one, Document) and one.fault in {None, "S401"} for one in found)
    assert all(one.fault or one.size == len(one.raw) for one in found)


@pytest.mark.parametrize("name", CONTAINERS)
def test_nothing_is_lost_in_silence_wherever_a_container_ends(tmp_path, name):
    if "wet" in name:
        pytest.importorskip("fastwarc")
    cuts = cut_short(name, tmp_path, offsets=40)
    assert cuts.silent == ()
    assert cuts.tried >= 40


def test_a_container_that_is_refused_uncut_tells_nothing_about_its_cuts(tmp_path, monkeypatch):
    damaged = replace(CONTAINERS["a.tar"](), raw=b"no tar" * 200)
    monkeypatch.setitem(CONTAINERS, "a.tar", lambda: damaged)
    with pytest.raises(RuntimeError, match="None of 39 pages where nothing was cut"):
        cut_short("a.tar", tmp_path, offsets=1)


USAGE = Usage(wall_s=1, cpu_s=1, largest_bytes=0, tree_bytes=0, tree_rss_bytes=0, processes=1, exit_code=0)


@pytest.mark.parametrize(
    ("taken", "wrong"),
    [
        ({}, ""),
        ({"cpu_s": 7.0}, ""),
        ({"wall_s": 7.0, "cpu_s": 7.0}, "too slow"),
        ({"wall_s": 90.0}, "too slow"),
        ({"tree_bytes": 600 << 20}, "too much memory"),
    ],
    ids=["fine", "two at once", "works long", "waits long", "memory"],
)
def test_a_bomb_that_works_or_waits_too_long_or_takes_too_much_is_told(taken, wrong):
    bomb = BOMBS["zip of zeros"]
    assert judge(bomb, replace(USAGE, **taken), exit_code=bomb.exit_code, said=bomb.code) == wrong


ABORTING = bytes.fromhex(
    "504152311500151615162c15021500150615061c00000002000000020101000000611504192c35001806736368656d611502"
    "00150c250218047465787425004c1c0000001602191c191c26001c150c192506001918047465787415001602163c163c2608"
    "491c150015001502003c1602192519260002000000163c16022608163c002820706172717565742d6370702d6172726f7720"
    "76657273696f6e2032362e302e31191c1c0000008800000050415231"
)
"""A table of one text, but for one byte of its footer: pyarrow's own look at its columns ends the process."""


def test_a_table_whose_footer_would_end_the_process_is_damaged(tmp_path):
    (tmp_path / "a.parquet").write_bytes(ABORTING)
    for command in (("build", "a.parquet", "--out", "out"), ("validate", "a.parquet", "--text-field", "text")):
        done = toolkit_run(*command, cwd=tmp_path)
        assert done.returncode in {1, 3}, done.stderr
        assert "S405" in done.stdout + done.stderr


@pytest.mark.parametrize("change", range(40))
def test_a_damaged_table_of_another_tool_raises_nothing(tmp_path, change):
    pq.write_table(pa.table({"id": ["a", "b"] * 500}), tmp_path / "a.parquet", compression="snappy")
    raw = bytearray((tmp_path / "a.parquet").read_bytes())
    raw[(change + 1) * len(raw) // 42] ^= 1 << change % 8
    (tmp_path / "a.parquet").write_bytes(raw)
    found = toolkit.validate([tmp_path / "a.parquet"])
    assert {finding.code[:2] for finding in found.diagnostics} <= {"C3", "I5"}
    assert not found.ok
