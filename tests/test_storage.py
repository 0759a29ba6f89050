"""Reading with bounds, what may be an output, the lock, the sink."""

import hashlib
import os
import resource
import signal
import socket
import subprocess
import sys
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.errors import InputError, LockedError, OutputError, UsageError
from toolkit.storage.delivery import write_file
from toolkit.storage.enclosure import refuse_in_dataset
from toolkit.storage.filesystem import digest_file, list_tree, read_bytes, read_text
from toolkit.storage.output import (
    create,
    create_bytes,
    create_work,
    is_intact,
    lock,
    lock_path,
    open_staging,
    refuse_foreign,
    resolve_target,
)
from toolkit.storage.sink import WrittenFile

LINE = "كلمات\n"


# Reading


def test_text_is_read_as_utf8_without_its_byte_order_mark(tmp_path):
    (tmp_path / "tags.json").write_bytes(b"\xef\xbb\xbf" + LINE.encode())
    assert read_text(tmp_path / "tags.json", max_bytes=100) == "كلمات\n"


def test_line_ends_are_read_as_they_are(tmp_path):
    (tmp_path / "card.md").write_bytes(b"a\r\nb\rc\n")
    assert read_text(tmp_path / "card.md", max_bytes=100) == "a\r\nb\rc\n"


def test_bytes_that_are_no_utf8_are_named_with_their_line(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"id: x\nname: \xe3\n")
    with pytest.raises(UsageError, match=r"a\.yaml:2: byte 0xe3 is not UTF-8"):
        read_text(tmp_path / "a.yaml", max_bytes=100, error=UsageError)


def test_a_file_of_exactly_the_bound_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", max_bytes=5) == b"12345"


def test_a_file_beyond_the_bound_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"123456")
    with pytest.raises(InputError, match="more than the 5 bytes"):
        read_bytes(tmp_path / "a", max_bytes=5)


def test_a_small_file_takes_little_memory_however_large_it_might_be(tmp_path):
    (tmp_path / "tags.json").write_bytes(b"{}")
    tracemalloc.start()
    read_bytes(tmp_path / "tags.json", max_bytes=256 * 1024 * 1024)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1024 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_file_that_tells_no_size_is_read_to_its_end():
    assert read_bytes(Path("/proc/self/status"), max_bytes=100_000).endswith(b"\n")


def test_a_file_that_is_not_there_is_an_error_with_its_path(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.txt: No such file or directory"):
        read_bytes(tmp_path / "nowhere.txt", max_bytes=5)


def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.close()


def make_folder(path):
    path.mkdir()


def make_device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "kind"),
    [(make_pipe, "a pipe"), (make_socket, "a socket"), (make_folder, "a folder"), (make_device, "a device")],
)
def test_only_regular_files_are_opened_and_nothing_waits(tmp_path, monkeypatch, make, kind):
    monkeypatch.chdir(tmp_path)
    make(Path("thing"))
    with pytest.raises(InputError, match=kind):
        read_bytes(tmp_path / "thing", max_bytes=5)


def test_a_link_to_a_file_is_followed_for_datasets(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").symlink_to("a")
    assert read_bytes(tmp_path / "b", max_bytes=5) == b"1"


def test_a_link_to_a_file_is_refused_for_raw_pages(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InputError, match="b: a symbolic link, not a regular file"):
        read_bytes(tmp_path / "b", max_bytes=5, follow_links=False)


def test_a_digest_is_size_and_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert digest_file(tmp_path / "a") == (
        3,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )


def test_a_tree_is_listed_in_order_and_links_are_no_folders(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "z").write_bytes(b"")
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "link").symlink_to("b")
    assert [(entry.path, entry.is_folder, entry.is_regular) for entry in list_tree(tmp_path)] == [
        ("a.txt", False, True),
        ("b", True, False),
        ("b/z", False, True),
        ("link", False, False),
    ]


# What may be an output


@pytest.mark.parametrize("name", ["out", "out/", "./out", "sub/../out", "out/.", "new/parents/out"])
def test_an_output_is_told_by_its_absolute_path(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    expected = tmp_path / "new/parents/out" if name.startswith("new") else tmp_path / "out"
    assert resolve_target(name) == expected


def test_an_output_may_begin_with_a_dot(tmp_path):
    assert resolve_target(tmp_path / ".hidden") == tmp_path / ".hidden"


def test_a_folder_above_the_output_may_be_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    assert resolve_target(tmp_path / "link" / "out") == tmp_path / "disk" / "out"


MANIFEST = '{\n "format": "article-dataset/1",\n "version": "1.0.0"\n}\n'


@pytest.mark.parametrize("name", ["sub", "data/sub", "link/sub"])
def test_no_output_lies_in_a_dataset(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dataset/data").mkdir(parents=True)
    (tmp_path / "dataset/link").symlink_to("data")
    (tmp_path / "dataset/manifest.json").write_text(MANIFEST)
    with pytest.raises(UsageError, match=rf"--out dataset/{name}: lies in the dataset .*/dataset\n"):
        resolve_target(f"dataset/{name}")
    assert resolve_target("dataset") == tmp_path / "dataset"


@pytest.mark.parametrize("name", ["v1.0.0", "v1.1.0"])
def test_no_output_is_a_release_beside_others(tmp_path, name):
    (tmp_path / "v1.0.0").mkdir()
    assert resolve_target(tmp_path / name) == tmp_path / name
    (tmp_path / "latest").write_text("v1.0.0\n")
    with pytest.raises(UsageError, match=rf"--out .*/{name}: the place of a release, which never changes\n"):
        resolve_target(tmp_path / name)
    assert resolve_target(tmp_path / "next") == tmp_path / "next"


def test_a_manifest_of_another_tool_makes_no_dataset(tmp_path):
    (tmp_path / "manifest.json").write_text('{"format": "web-app"}')
    refuse_in_dataset(tmp_path / "report.html", mend="")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/",
        "a\0b",
        ".dist.staging",
        ".dist.lock",
        "sub/..",
        "loop/dist",
        "s3://bucket/dist",
        Path("hf://datasets/me/news"),
    ],
)
def test_what_can_be_no_output_is_refused(tmp_path, monkeypatch, name):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="--out"):
        resolve_target(name)


def test_a_current_folder_that_is_gone_is_told_as_such(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UsageError, match=r"^the current folder does not exist any more"):
        resolve_target(tmp_path / "dist")


def test_an_absent_folder_may_be_an_output(tmp_path):
    assert refuse_foreign(tmp_path / "out", None) is None


def test_an_empty_folder_may_be_an_output(tmp_path):
    assert refuse_foreign(tmp_path, None) is None


def test_a_dataset_of_ours_may_be_replaced(tmp_path):
    (tmp_path / "data").mkdir()
    for name in ("data/a.parquet", "manifest.json", "SHA256SUMS", "manifest.intoto.json"):
        (tmp_path / name).write_bytes(b"")
    assert refuse_foreign(tmp_path, ["data/a.parquet", "README.md"]) is None


def test_a_folder_without_our_manifest_is_refused(tmp_path):
    for number in range(7):
        (tmp_path / f"{number}.txt").write_bytes(b"")
    with pytest.raises(UsageError, match=r"no dataset of ours: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt, … \(7 in all\)"):
        refuse_foreign(tmp_path, None)


def test_files_that_the_manifest_does_not_name_are_refused_with_their_names(tmp_path):
    (tmp_path / "notes" / "old").mkdir(parents=True)
    (tmp_path / "notes" / "a.md").write_bytes(b"")
    (tmp_path / "README.md").write_bytes(b"")
    with pytest.raises(UsageError, match=r"did not write: notes/, notes/a\.md, notes/old/\n"):
        refuse_foreign(tmp_path, ["README.md"])


def test_a_folder_under_the_name_of_a_known_file_is_refused(tmp_path):
    (tmp_path / "README.md").mkdir()
    with pytest.raises(UsageError, match=r"did not write: README\.md/"):
        refuse_foreign(tmp_path, ["README.md"])


def test_an_empty_folder_that_the_manifest_does_not_need_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(UsageError, match="data/"):
        refuse_foreign(tmp_path, ["README.md"])


@pytest.mark.parametrize("make", [make_pipe, make_socket])
def test_special_files_are_refused_by_name(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    make(Path("thing"))
    with pytest.raises(UsageError, match="thing"):
        refuse_foreign(tmp_path, [])


@pytest.mark.parametrize("name", [".git", ".gitattributes"])
def test_a_repository_is_refused_with_that_reason(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(UsageError, match=f"holds {name}: a build replaces the whole folder"):
        refuse_foreign(tmp_path, [name])


def test_a_file_is_refused_as_output(tmp_path):
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(UsageError, match="out: a file, not a folder"):
        refuse_foreign(tmp_path / "out", None)


def test_a_link_is_refused_as_output(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    with pytest.raises(UsageError, match="out: a symbolic link, not a folder"):
        refuse_foreign(tmp_path / "out", None)


def test_a_mount_point_is_refused_as_output():
    with pytest.raises(UsageError, match="a mount point"):
        refuse_foreign(Path("/proc"), None)


@pytest.fixture
def bound(tmp_path):
    """A folder that is mounted on itself, and so on the disk of the folder above; skipped where that is not allowed."""
    folder = tmp_path / "bound"
    folder.mkdir()
    done = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], capture_output=True, check=True)


def test_a_mount_point_on_the_disk_of_the_folder_above_is_refused_as_output(bound):
    with pytest.raises(UsageError, match="bound: a mount point"):
        refuse_foreign(bound, None)


# The lock


def test_a_lock_makes_the_folders_above_the_output(tmp_path):
    with lock(tmp_path / "a" / "b" / "out"):
        assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == [".out.lock"]


def test_a_held_lock_is_refused_at_once(tmp_path):
    with (
        lock(tmp_path / "out"),
        pytest.raises(LockedError, match="another build holds it"),
        lock(tmp_path / "out"),
    ):
        pass


def test_a_lock_serves_again_after_its_release(tmp_path):
    for _ in range(2):
        with lock(tmp_path / "out"):
            pass
    assert lock_path(tmp_path / "out").exists()


def test_two_outputs_are_locked_apart(tmp_path):
    with lock(tmp_path / "a"), lock(tmp_path / "b"):
        pass


def test_a_lock_ends_with_its_process(tmp_path):
    script = f"""
import os, signal
from pathlib import Path
from toolkit.storage.sink import WrittenFile
from toolkit.storage.output import create
from toolkit.storage.output import create_bytes
from toolkit.storage.output import create_work
from toolkit.storage.filesystem import digest_file
from toolkit.storage.output import is_intact
from toolkit.storage.output import lock
from toolkit.storage.output import lock_path
from toolkit.storage.output import open_staging
from toolkit.storage.filesystem import read_bytes
from toolkit.storage.filesystem import read_text
from toolkit.storage.output import refuse_foreign
from toolkit.storage.enclosure import refuse_in_dataset
from toolkit.storage.output import resolve_target
from toolkit.storage.delivery import write_file
with lock(Path({str(tmp_path / "out")!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    with lock(tmp_path / "out"):
        pass


def test_a_lock_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="Not a directory"), lock(tmp_path / "file" / "out"):
        pass


def test_a_link_is_not_taken_for_a_lock(tmp_path):
    (tmp_path / ".out.lock").symlink_to("elsewhere")
    with pytest.raises(OutputError, match=r"\.out\.lock"), lock(tmp_path / "out"):
        pass
    assert not (tmp_path / "elsewhere").exists()


# The sink


@pytest.fixture
def staging(tmp_path):
    with lock(tmp_path / "out"):
        yield open_staging(tmp_path / "out", key="k")


def test_a_file_is_told_by_name_size_and_hash(staging):
    written = create_bytes(staging, "data/abc.txt", b"abc")
    assert written == WrittenFile.durable(
        path="data/abc.txt", bytes=3, sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_pyarrow_writes_parquet_and_ipc_through_a_sink(staging):
    table = pa.table({"a": range(200_000), "b": [f"x{number}" for number in range(200_000)]})
    with create(staging, "data/a.parquet") as sink, pq.ParquetWriter(sink, table.schema) as writer:
        writer.write_table(table)
    with create_work(staging, "columns/0.arrow") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    assert pq.read_table(staging.dataset / "data/a.parquet").equals(table)
    assert pa.ipc.open_file(pa.memory_map(str(staging.work / "columns/0.arrow"))).read_all().equals(table)


def test_the_hash_is_that_of_the_file(staging):
    with create(staging, "big") as sink:
        for _ in range(50):
            sink.write(os.urandom(99_999))
    raw = (staging.dataset / "big").read_bytes()
    assert (sink.written.bytes, sink.written.sha256) == (4_999_950, hashlib.sha256(raw).hexdigest())


def test_a_file_that_only_the_build_reads_again_is_told_by_xxh3_and_never_by_sha256(staging):
    with create_work(staging, "columns/0") as sink:
        sink.write(b"abc")
    assert (sink.written.kind, sink.written.digest) == ("xxh3", "06b05ab6733a618578af5f94892f3950")
    with pytest.raises(ValueError, match="columns/0 is not durable"):
        _ = sink.written.sha256


def test_a_file_that_only_the_build_reads_again_is_intact_until_a_byte_changes(staging):
    with create_work(staging, "columns/0") as sink:
        sink.write(b"abc")
    assert is_intact(staging, sink.written)
    (staging.work / "columns/0").write_bytes(b"abd")
    assert not is_intact(staging, sink.written)


def test_a_file_of_which_the_disk_gives_back_other_bytes_is_refused_and_removed(staging):
    path = staging.dataset / "a"

    def write_and_change():
        with create(staging, "a") as sink:
            sink.write(b"a" * 2_000_000)
            with path.open("r+b") as file:
                file.write(b"b")

    with pytest.raises(OutputError, match="other bytes than were written"):
        write_and_change()
    assert not path.exists()


def test_a_file_that_exists_is_never_overwritten(staging):
    create_bytes(staging, "a", b"1")
    with pytest.raises(OutputError, match="File exists"):
        create_bytes(staging, "a", b"2")
    assert (staging.dataset / "a").read_bytes() == b"1"


def test_a_link_planted_at_the_name_is_not_followed(staging, tmp_path):
    (staging.dataset / "a").symlink_to(tmp_path / "victim")
    with pytest.raises(OutputError):
        create_bytes(staging, "a", b"1")
    assert not (tmp_path / "victim").exists()


def test_a_block_that_raises_leaves_no_file(staging):
    def write_half():
        with create(staging, "data/a") as sink:
            sink.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list((staging.dataset / "data").iterdir()) == []


def test_a_sink_tells_nothing_before_its_end(staging):
    with create(staging, "a") as sink, pytest.raises(RuntimeError, match="not finished"):
        _ = sink.written


def test_nothing_is_taken_after_close(staging):
    with create(staging, "a") as sink:
        sink.close()
        with pytest.raises(ValueError, match="closed"):
            sink.write(b"1")


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../x", "a//b", "./a", "."])
def test_a_name_that_leaves_the_staging_folder_is_refused(staging, name):
    with pytest.raises(ValueError, match="no relative path"):
        create_bytes(staging, name, b"")


def test_a_file_beyond_the_limit_of_the_system_is_an_output_error_through_pyarrow(staging):
    table = pa.table({"a": [os.urandom(50) for _ in range(60_000)]})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with (
            pytest.raises(OutputError, match=r"data/a\.parquet: File too large"),
            create(staging, "data/a.parquet") as sink,
            pq.ParquetWriter(sink, table.schema) as writer,
        ):
            writer.write_table(table)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, previous)
    assert list((staging.dataset / "data").iterdir()) == []


def test_worker_processes_write_through_the_same_staging_folder(staging):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        names = [f"data/{number}" for number in range(4)]
        written = list(pool.map(create_bytes, [staging] * 4, names, [b"abc"] * 4))
    assert [file.path for file in written] == ["data/0", "data/1", "data/2", "data/3"]
    assert (staging.dataset / "data/3").read_bytes() == b"abc"


# Single files


def test_a_single_file_is_replaced_in_one_step(tmp_path):
    (tmp_path / "report.html").write_bytes(b"old")
    write_file(tmp_path / "report.html", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("report.html", b"new")]


def test_a_single_file_gets_its_folders(tmp_path):
    write_file(tmp_path / "a" / "b.json", b"{}", durable=False)
    assert (tmp_path / "a" / "b.json").read_bytes() == b"{}"


def test_a_single_file_may_be_a_device():
    write_file(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()


def test_a_folder_in_the_place_of_a_single_file_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="Is a directory"):
        write_file(tmp_path, b"x")
