"""Plain files and folders as inputs: order, names, changes, and what is no regular file."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import resource
import socket
from pathlib import Path

import pytest

from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.sources import SourceOptions, plan, read, user_path
from toolkit.sources.files import AHEAD, open_file, read_file

STRICT = SourceOptions()
SKIPPING = SourceOptions(skip_unreadable=True)


def documents(*inputs: Path | str, options: SourceOptions = STRICT, shard_bytes: int = 256_000_000) -> list:
    planned = plan([str(given) for given in inputs], options, shard_bytes=shard_bytes)
    return [*planned.unreadable, *(found for task in planned.tasks for found in read(task, options))]


def names(*inputs: Path | str, options: SourceOptions = STRICT) -> list[str]:
    return [found.file for found in documents(*inputs, options=options)]


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_a_document_has_the_bytes_their_number_and_their_hash(tmp_path):
    write(tmp_path / "a.txt", "روسيا")
    (found,) = documents(tmp_path)
    assert found == Document(
        file="a.txt",
        raw="روسيا".encode(),
        size=10,
        sha256=hashlib.sha256("روسيا".encode()).hexdigest(),
    )


def test_files_come_in_the_byte_order_of_their_whole_path(tmp_path):
    for name in ["b.txt", "a/x.txt", "a-b/x.txt", "a.txt", "é.txt", "Z.txt", "a/b/c.txt"]:
        write(tmp_path / name)
    assert names(tmp_path) == ["Z.txt", "a-b/x.txt", "a.txt", "a/b/c.txt", "a/x.txt", "b.txt", "é.txt"]


def test_hidden_files_diagnostics_and_other_endings_are_no_pages(tmp_path):
    for name in [".hidden.txt", ".git/a.txt", "a.txt.diagnostics.json", "README.md", "noending", "a.txt", "B.TXT"]:
        write(tmp_path / name)
    assert names(tmp_path) == ["B.TXT", "a.txt"]


@pytest.mark.parametrize("given", ["raw", "raw/", "link"])
def test_a_dataset_in_an_input_is_left_out_and_nothing_beside_it(tmp_path, given):
    for name in ["raw/dist.txt", "raw/dist/a.txt", "raw/dist-2/a.txt", "raw/sub/dist/a.txt"]:
        write(tmp_path / name)
    (tmp_path / "raw" / "dist" / "manifest.json").write_text('{"format": "article-dataset/1"}')
    (tmp_path / "raw" / "dist-2" / "manifest.json").write_text('{"format": "another/1"}')
    (tmp_path / "link").symlink_to("raw")
    planned = plan([f"{tmp_path}/{given}"], STRICT, shard_bytes=1000)
    found = [page.file for task in planned.tasks for page in read(task, STRICT)]
    assert found == ["dist-2/a.txt", "dist.txt", "sub/dist/a.txt"]


def test_a_dataset_is_no_input_itself(tmp_path):
    write(tmp_path / "dist" / "manifest.json", '{"format": "article-dataset/1"}')
    write(tmp_path / "dist" / "a.txt")
    with pytest.raises(UsageError, match="dist: a dataset, not pages"):
        names(tmp_path / "dist")


def test_a_file_given_by_name_is_a_page_whatever_its_ending(tmp_path):
    assert names(write(tmp_path / "page.html")) == ["page.html"]


@pytest.mark.parametrize("name", ["a.txt.br", "A.TAR.LZ4", "a.jsonl.lz4", "a.warc.wet.br", "a.7z", "a.rar"])
def test_pages_that_are_packed_in_a_way_that_is_not_read_are_refused_or_listed(tmp_path, name):
    write(tmp_path / name, "packed")
    write(tmp_path / "b.txt")
    for given in (tmp_path, tmp_path / name):
        with pytest.raises(InputError, match=rf"{re.escape(name)}: S406 is packed in a way that is not read"):
            documents(given)
    assert {found.file: isinstance(found, Document) for found in documents(tmp_path, options=SKIPPING)} == {
        name: False,
        "b.txt": True,
    }


def test_a_folder_without_a_page_is_a_usage_error(tmp_path):
    write(tmp_path / "README.md")
    with pytest.raises(UsageError, match=r"no page found, but files with other endings: 1 \.md") as refused:
        documents(tmp_path)
    assert refused.value.mend == (
        "Of a folder files are read that end in .txt, .tar, .jsonl, .warc.wet, .txt.bz2, .txt.gz, .txt.xz, .txt.zst, "
        ".tar.bz2, .tar.gz, .tar.xz, .tar.zst, .jsonl.bz2, .jsonl.gz, .jsonl.xz, .jsonl.zst, .warc.wet.bz2, "
        ".warc.wet.gz, .warc.wet.xz, .warc.wet.zst, .tbz, .tbz2, .tgz, .txz, .zip, .parquet; "
        "of an archive its .txt files."
    )


def test_files_of_a_folder_with_other_endings_are_counted_but_for_hidden_ones_and_those_of_datasets(tmp_path):
    for name in ("a.HTML", "deep/b.html", "deep/c.txt.part", "deep/Makefile", ".d.html", ".git/e.html", "f.txt"):
        write(tmp_path / "one" / name)
    (tmp_path / "one" / "link.html").symlink_to("a.HTML")
    write(tmp_path / "two" / "g.a-b")
    write(tmp_path / "two" / "h.txt")
    write(tmp_path / "two" / "dist" / "manifest.json", '{"format": "article-dataset/1"}')
    write(tmp_path / "two" / "dist" / "croissant.json")
    made = plan([str(tmp_path / "one"), str(tmp_path / "two")], SourceOptions(), shard_bytes=1000)
    assert made.others == {".html": 3, "": 2, ".part": 1}
    assert plan([str(tmp_path / "one" / "a.HTML")], SourceOptions(), shard_bytes=1000).others == {}


def test_a_missing_input_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"gone\.txt: no such file"):
        documents(tmp_path / "gone.txt")


def test_an_empty_path_is_no_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.txt")
    with pytest.raises(UsageError, match="a path is empty"):
        plan([""], STRICT, shard_bytes=1000)


def test_with_several_inputs_the_last_part_of_each_stands_before_its_pages(tmp_path):
    write(tmp_path / "one/a.txt")
    write(tmp_path / "two/a.txt")
    single = write(tmp_path / "three/c.txt")
    assert names(tmp_path / "two", single, f"{tmp_path}/one/") == ["two/a.txt", "c.txt", "one/a.txt"]


def test_two_pages_of_one_name_are_refused_and_both_named(tmp_path):
    first, second = write(tmp_path / "x/raw/a.txt"), write(tmp_path / "y/raw/a.txt")
    write(tmp_path / "y/raw/b.txt")
    with pytest.raises(UsageError) as refused:
        documents(first.parent, second.parent)
    assert str(first) in refused.value.message
    assert str(second) in refused.value.message
    with pytest.raises(UsageError, match="two pages of one name"):
        documents(first, second)


def test_folders_of_one_name_that_share_no_page_are_fine(tmp_path):
    first, second = write(tmp_path / "x/raw/a.txt"), write(tmp_path / "y/raw/b.txt")
    inputs = [str(first.parent), str(second.parent)]
    assert names(*inputs) == ["raw/a.txt", "raw/b.txt"]
    assert [user_path(inputs, file) for file in names(*inputs)] == [str(first), str(second)]


@pytest.mark.parametrize(
    ("inputs", "file", "path"),
    [
        (["raw"], "a/b.txt", "raw/a/b.txt"),
        (["raw/"], "b.txt", "raw/b.txt"),
        (["./raw"], "b.txt", "./raw/b.txt"),
        (["."], "b.txt", "./b.txt"),
        (["/"], "b.txt", "/b.txt"),
        (["raw/b.txt"], "b.txt", "raw/b.txt"),
        (["b.txt"], "b.txt", "b.txt"),
        (["raw/a.tar"], "a.tar!b.txt", "raw/a.tar!b.txt"),
        (["x/raw", "y/c.txt"], "raw/b.txt", "x/raw/b.txt"),
        (["x/raw", "y/c.txt"], "c.txt", "y/c.txt"),
        (["s3://bucket/raw/"], "b.txt", "s3://bucket/raw/b.txt"),
        (["https://host/a.jsonl"], "a.jsonl!3", "https://host/a.jsonl!3"),
    ],
)
def test_the_user_sees_a_path_that_can_be_opened(inputs, file, path):
    assert user_path(inputs, file) == path


@pytest.mark.parametrize(
    ("name", "file"),
    [
        (b"\xe9t\xe9.txt", "\\xe9t\\xe9.txt"),
        (b"a\nb.txt", "a\\x0ab.txt"),
        (b"a\\xe9.txt", "a\\x5cxe9.txt"),
        ("روسيا باغ.txt".encode(), "روسيا باغ.txt"),
        (b"a!b%20.txt", "a!b%20.txt"),
        (b"a.txt!b.txt", "a.txt!b.txt"),
    ],
)
def test_a_name_that_is_no_plain_text_is_escaped_byte_by_byte(tmp_path, name, file):
    write(tmp_path / os.fsdecode(name))
    assert names(tmp_path) == [file]


def test_a_page_beyond_16_mib_keeps_size_and_hash_but_no_bytes(tmp_path):
    raw = b"x" * (16 * 1024 * 1024 + 1)
    (tmp_path / "a.txt").write_bytes(raw[:-1])
    (tmp_path / "b.txt").write_bytes(raw)
    kept, dropped = documents(tmp_path)
    assert kept.raw == raw[:-1]
    assert (dropped.raw, dropped.size) == (None, 16_777_217)
    assert dropped.sha256 == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize("kind", ["link", "broken link", "loop", "pipe", "socket", "linked folder"])
def test_what_is_no_regular_file_is_refused_or_listed_and_never_waited_for(tmp_path, kind, monkeypatch):
    folder = tmp_path / "raw"
    write(folder / "z.txt")
    monkeypatch.chdir(folder)  # the path of a socket is short
    if kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("a.txt")
    elif kind == "pipe":
        os.mkfifo("a.txt")
    else:
        target = {"link": "z.txt", "broken link": "gone", "loop": "a.txt", "linked folder": tmp_path}[kind]
        Path("a" if kind == "linked folder" else "a.txt").symlink_to(target)
    with pytest.raises(InputError, match=r"S403 is a .*, not a regular file"):
        documents(folder)
    listed, page = documents(folder, options=SKIPPING)
    assert (listed.code, listed.file, page.file) == ("S403", "a" if kind == "linked folder" else "a.txt", "z.txt")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_put_in_the_place_of_a_page_after_planning_is_not_read(tmp_path, kind):
    path = write(tmp_path / "a.txt")
    planned = plan([str(tmp_path)], SKIPPING, shard_bytes=1_000_000)
    path.unlink()
    {"link": lambda: path.symlink_to("/etc/passwd"), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    (found,) = read(planned.tasks[0], SKIPPING)
    assert found.code == "S403"


def test_an_input_may_be_a_link_to_a_folder_or_a_file(tmp_path):
    page = write(tmp_path / "raw/a.txt")
    (tmp_path / "folder").symlink_to(page.parent)
    (tmp_path / "b.txt").symlink_to(page)
    assert names(tmp_path / "folder", tmp_path / "b.txt") == ["folder/a.txt", "b.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_or_folder_without_permission_is_refused_or_listed(tmp_path):
    write(tmp_path / "a.txt").chmod(0)
    write(tmp_path / "b/c.txt").parent.chmod(0)
    with pytest.raises(InputError, match="S402"):
        documents(tmp_path)
    assert [found.code for found in documents(tmp_path, options=SKIPPING)] == ["S402", "S402"]


def test_a_file_that_vanishes_is_refused_or_listed(tmp_path):
    page = write(tmp_path / "a.txt")
    planned = plan([str(tmp_path)], STRICT, shard_bytes=1_000_000)
    page.unlink()
    with pytest.raises(InputError, match=r"a\.txt: S402 cannot be read: No such file"):
        list(read(planned.tasks[0], STRICT))
    (listed,) = read(planned.tasks[0], SKIPPING)
    assert (listed.code, listed.file) == ("S402", "a.txt")


def test_a_file_that_changes_once_is_read_again_and_kept(tmp_path, monkeypatch):
    path = write(tmp_path / "a.txt", "old")
    change_while_read(monkeypatch, path, times=1)
    found = read_file(open_file(os.fsencode(path), follow=False), "a.txt")
    assert (found.raw, found.fault) == (b"old!", None)


def test_a_file_that_keeps_changing_is_marked_as_a_reject(tmp_path, monkeypatch):
    path = write(tmp_path / "a.txt", "old")
    change_while_read(monkeypatch, path, times=2)
    found = read_file(open_file(os.fsencode(path), follow=False), "a.txt")
    assert (found.size, found.fault) == (4, "S401")


def test_a_large_file_that_keeps_changing_is_marked_as_a_reject(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (16 * 1024 * 1024 + 1))
    change_while_read(monkeypatch, path, times=1000)
    found = read_file(open_file(os.fsencode(path), follow=False), "a.txt")
    assert (found.raw, found.fault) == (None, "S401")


def test_files_come_in_order_and_are_closed_however_the_reading_ends(tmp_path):
    files = [f"{number:03}.txt" for number in range(3 * AHEAD)]
    for file in files:
        write(tmp_path / file)
    (task,) = plan([str(tmp_path)], STRICT, shard_bytes=1_000_000).tasks
    (tmp_path / files[50]).unlink()
    before = list(Path("/dev/fd").iterdir())
    found = list(read(task, SKIPPING))
    assert [each.file for each in found] == files
    assert [each.file for each in found if not isinstance(each, Document)] == [files[50]]
    left_off = read(task, STRICT)
    next(left_off)
    left_off.close()
    with pytest.raises(InputError, match=r"050\.txt: S402"):
        list(read(task, STRICT))
    assert list(Path("/dev/fd").iterdir()) == before


def test_a_process_that_may_open_few_files_reads_them_all(tmp_path):
    for number in range(3 * AHEAD):
        write(tmp_path / f"{number:03}.txt")
    (task,) = plan([str(tmp_path)], STRICT, shard_bytes=1_000_000).tasks
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/dev/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 4, hard))
    try:
        found = list(read(task, STRICT))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert [page.raw for page in found] == [b"text"] * 3 * AHEAD


def test_a_file_that_changes_before_its_turn_is_read_as_it_is_then(tmp_path):
    for name in ("a.txt", "b.txt", "c.txt"):
        write(tmp_path / name, "old")
    (task,) = plan([str(tmp_path)], STRICT, shard_bytes=1_000_000).tasks
    reading = read(task, STRICT)
    next(reading)
    with (tmp_path / "b.txt").open("a") as file:
        file.write(", and new")
    assert [(found.raw, found.fault) for found in reading] == [(b"old, and new", None), (b"old", None)]


def change_while_read(monkeypatch, path: Path, *, times: int) -> None:
    """Another writer appends to `path` after each of the first `times` reads."""
    left = [times]
    system_read = os.read

    def read_and_write(descriptor: int, length: int) -> bytes:
        found = system_read(descriptor, length)
        if left[0] and found:
            left[0] -= 1
            with path.open("ab") as file:
                file.write(b"!")
        return found

    monkeypatch.setattr(os, "read", read_and_write)


def test_tasks_survive_pickling(tmp_path):
    write(tmp_path / "a.txt")
    (task,) = plan([str(tmp_path)], STRICT, shard_bytes=1_000_000).tasks
    assert pickle.loads(pickle.dumps(task)) == task
