"""Staging, the exchange of names, and what is left when a build dies at any step."""

import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from toolkit.errors import LockedError, OutputError, UsageError
from toolkit.storage.filesystem import list_tree
from toolkit.storage.output import (
    adopt,
    commit_staging,
    create,
    create_bytes,
    create_work,
    discard,
    is_intact,
    lock,
    open_staging,
    open_work,
    recall,
    refuse_foreign,
    remember,
)
from toolkit.storage.output.staging import staging_path

OLD = {"data/old.bin": b"old rows", "manifest.json": b"old", "SHA256SUMS": b"old"}
NEW = {"data/new-0.bin": b"new rows", "data/new-1.bin": b"", "manifest.json": b"new", "SHA256SUMS": b"new"}


def content(folder):
    """Path -> bytes of every file, and every folder as None; null if there is no such folder."""
    if not folder.exists():
        return None
    return {entry.path: None if entry.is_folder else (folder / entry.path).read_bytes() for entry in list_tree(folder)}


def siblings(target):
    return sorted(path.name for path in target.parent.iterdir())


def plant(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def known_of(target):
    """What the manifest of such a target would name."""
    return [name for name in ("data/old.bin", "data/new-0.bin", "data/new-1.bin") if (target / name).exists()] or None


def build(target, *, key="k"):
    """A build in small: one part of the work is durable and adopted, the rest is written at the end."""
    with lock(target):
        known = known_of(target)
        refuse_foreign(target, known)
        staging = open_staging(target, key=key)
        with create_work(staging, "shards/0", durable=True) as sink:
            sink.write(NEW["data/new-0.bin"])
        remember(staging, "results/0", b"{}")
        files = [adopt(staging, sink.written, "data/new-0.bin")]
        files += [create_bytes(staging, name, NEW[name]) for name in list(NEW)[1:]]
        return commit_staging(staging, files, replaced=known)


NEW_CONTENT = {"data": None, **NEW}
OLD_CONTENT = {"data": None, **OLD}


@pytest.fixture
def target(tmp_path):
    """The place of an output that is alone in its folder."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place" / "out"


# The commit


def test_a_new_output_appears_whole_and_only_the_lock_stays(target):
    assert build(target) is None
    assert content(target) == NEW_CONTENT
    assert siblings(target) == [".out.lock", "out"]


def test_an_old_output_is_replaced(target):
    plant(target, OLD)
    assert build(target) is None
    assert content(target) == NEW_CONTENT
    assert siblings(target) == [".out.lock", "out"]


def test_an_empty_folder_becomes_the_output(target):
    target.mkdir()
    build(target)
    assert content(target) == NEW_CONTENT


def test_a_replaced_folder_hands_on_its_permissions(target):
    plant(target, OLD)
    target.chmod(0o700)
    build(target)
    assert target.stat().st_mode & 0o777 == 0o700


def test_a_new_output_has_the_permissions_of_any_folder(target):
    (target.parent / "other").mkdir()
    build(target)
    assert target.stat().st_mode == (target.parent / "other").stat().st_mode


def test_committed_files_have_one_name_only(target):
    build(target)
    assert (target / "data/new-0.bin").stat().st_nlink == 1


def test_the_old_output_is_readable_until_the_exchange(target):
    plant(target, OLD)
    with lock(target):
        staging = open_staging(target, key="k")
        create_bytes(staging, "manifest.json", b"new")
        assert content(target) == OLD_CONTENT


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json"),
        (lambda folder: (folder / "manifest.json").write_bytes(b"longer"), "manifest.json"),
        (lambda folder: (folder / "extra").write_bytes(b""), "extra"),
        (lambda folder: (folder / "empty").mkdir(), "empty"),
        (lambda folder: (folder / "link").symlink_to("manifest.json"), "link"),
    ],
    ids=["missing", "other size", "extra", "empty folder", "link"],
)
def test_what_the_build_did_not_write_is_not_committed(target, change, name):
    plant(target, OLD)
    with lock(target):
        staging = open_staging(target, key="k")
        files = [create_bytes(staging, "manifest.json", b"new")]
        change(staging.dataset)
        with pytest.raises(OutputError, match=f"not what the build wrote: {name}"):
            commit_staging(staging, files, replaced=["data/old.bin"])
    assert content(target) == OLD_CONTENT


def test_a_file_that_appeared_during_the_build_is_a_refusal(target):
    plant(target, OLD)
    with lock(target):
        staging = open_staging(target, key="k")
        files = [create_bytes(staging, "manifest.json", b"new")]
        (target / "notes.md").write_bytes(b"mine")
        with pytest.raises(UsageError, match=r"notes\.md"):
            commit_staging(staging, files, replaced=["data/old.bin"])
    assert content(target) == {**OLD_CONTENT, "notes.md": b"mine"}


def test_an_output_that_appeared_during_the_build_is_a_refusal(target):
    with lock(target):
        staging = open_staging(target, key="k")
        files = [create_bytes(staging, "manifest.json", b"new")]
        plant(target, {"notes.md": b"mine"})
        with pytest.raises(UsageError, match=r"notes\.md"):
            commit_staging(staging, files, replaced=None)
    assert content(target) == {"notes.md": b"mine"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_parent_that_cannot_be_written_is_an_output_error(target):
    build(target)
    target.parent.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            build(target)
    finally:
        target.parent.chmod(0o700)
    assert content(target) == NEW_CONTENT


# Staging


def open_again(target, key="k", **options):
    with lock(target):
        return open_staging(target, key=key, **options)


def finish_work(target):
    staging = open_again(target)
    with create_work(staging, "shards/0", durable=True) as sink:
        sink.write(b"rows")
    remember(staging, "results/0", b'{"rows":1}')
    return sink.written


def test_work_of_the_same_key_is_found_again(target):
    written = finish_work(target)
    staging = open_again(target)
    assert staging.reused
    assert recall(staging, "results/0") == b'{"rows":1}'
    assert is_intact(staging, written)


@pytest.mark.parametrize("options", [{"key": "other"}, {"fresh": True}], ids=["other key", "fresh"])
def test_work_of_another_build_is_not_found(target, options):
    finish_work(target)
    staging = open_again(target, **options)
    assert not staging.reused
    assert content(staging.work) == {}


def test_the_dataset_part_begins_empty(target):
    create_bytes(open_again(target), "data/a", b"1")
    assert content(open_again(target).dataset) == {}


def test_adopted_work_survives_in_work(target):
    written = finish_work(target)
    adopt(open_again(target), written, "data/train.parquet")
    assert is_intact(open_again(target), written)


def put_link(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda path: path.write_bytes(b"Rows"), id="other bytes"),
        pytest.param(lambda path: path.write_bytes(b"rows and more"), id="longer"),
        pytest.param(lambda path: path.unlink(), id="gone"),
        pytest.param(put_link, id="a link to the same bytes"),
    ],
)
def test_work_that_changed_is_not_intact(target, change):
    written = finish_work(target)
    staging = open_again(target)
    change(staging.work / "shards/0")
    assert not is_intact(staging, written)


def test_adopted_work_takes_no_place_of_another_file(target):
    written = finish_work(target)
    staging = open_again(target)
    create_bytes(staging, "data/new-0.bin", b"other rows")
    with pytest.raises(OutputError, match="File exists"):
        adopt(staging, written, "data/new-0.bin")
    assert content(staging.dataset)["data/new-0.bin"] == b"other rows"


@pytest.mark.parametrize("torn", [b"", b"0", b"{}", bytes(200)])
def test_a_torn_record_is_none(target, torn):
    finish_work(target)
    staging = open_again(target)
    (staging.work / "results/0").write_bytes(torn)
    assert recall(staging, "results/0") is None


def test_a_record_that_is_not_there_is_none(target):
    assert recall(open_again(target), "results/9") is None


def test_work_is_read_through_an_open_file(target):
    finish_work(target)
    with open_work(open_again(target), "shards/0") as file:
        assert file.read() == b"rows"


def test_work_that_cannot_be_read_is_an_output_error(target):
    with (
        pytest.raises(OutputError, match="shards/0: No such file or directory"),
        open_work(open_again(target), "shards/0"),
    ):
        pass


def test_half_a_file_of_a_killed_build_is_written_anew(target):
    staging = open_again(target)
    plant(staging.work, {"shards/0": b"hal"})
    written = finish_work(target)
    assert is_intact(open_again(target), written)


def test_discarded_staging_leaves_nothing(target):
    finish_work(target)
    discard(open_again(target))
    assert siblings(target) == [".out.lock"]


def test_a_folder_that_no_build_made_is_not_taken_for_staging(target):
    plant(staging_path(target), {"notes.md": b"mine"})
    with pytest.raises(UsageError, match="a folder that no build has made"):
        open_again(target)
    assert content(staging_path(target)) == {"notes.md": b"mine"}


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("elsewhere")], ids=["file", "link"])
def test_what_is_no_folder_is_not_taken_for_staging(target, make):
    make(staging_path(target))
    with pytest.raises(UsageError, match="where a build keeps its staging folder"):
        open_again(target)


def test_a_worker_of_a_killed_build_is_shut_out(target):
    orphaned = open_again(target)
    open_again(target)
    with pytest.raises(LockedError, match="another build has taken it over"):
        create_bytes(orphaned, "a", b"1")


def test_a_build_waits_for_the_file_that_such_a_worker_is_writing(target, monkeypatch):
    monkeypatch.setattr("toolkit.storage.output.staging.ORPHAN_PATIENCE_S", 0.1)
    with (
        create(open_again(target), "a"),
        pytest.raises(LockedError, match="processes of a killed build still write"),
    ):
        open_again(target)
    open_again(target)


# Recovery


def replaced_but_not_removed(target):
    """What a kill directly after the exchange leaves."""
    plant(target, OLD)
    build_and_die(
        target, die_at=lambda event, args: event == "open" and str(args[0]) == str(target.parent) and exchanged(target)
    )
    assert content(target) == NEW_CONTENT
    assert content(staging_path(target) / "dataset") == OLD_CONTENT


def exchanged(target):
    return (target / "data/new-0.bin").exists()


def build_and_die(target, *, die_at):
    """Run `build` in a forked process that kills itself at the event for which `die_at` is true; its wait status."""
    child = os.fork()
    if child == 0:
        sys.addaudithook(lambda event, args: os.kill(os.getpid(), signal.SIGKILL) if die_at(event, args) else None)
        try:
            build(target)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def test_the_replaced_tree_in_staging_is_not_mistaken_for_staged_files(target):
    replaced_but_not_removed(target)
    staging = open_again(target, key="other")
    assert content(staging.dataset) == {}
    assert content(target) == NEW_CONTENT
    discard(staging)
    assert siblings(target) == [".out.lock", "out"]


def test_a_file_of_somebody_else_in_the_replaced_tree_is_kept(target):
    replaced_but_not_removed(target)
    (staging_path(target) / "dataset" / "notes.md").write_bytes(b"mine")
    staging = open_again(target)
    assert staging.kept == target.parent / "out.replaced-1"
    assert content(staging.kept) == {**OLD_CONTENT, "notes.md": b"mine"}


def test_a_kept_tree_takes_the_next_free_name(target):
    replaced_but_not_removed(target)
    plant(target.parent / "out.replaced-1", {"a": b""})
    (target.parent / "out.replaced-2").write_bytes(b"")
    (staging_path(target) / "dataset" / "notes.md").write_bytes(b"mine")
    assert open_again(target).kept == target.parent / "out.replaced-3"


def test_a_link_in_the_replaced_tree_is_removed_and_not_followed(target, tmp_path):
    plant(tmp_path / "elsewhere", {"precious": b"1"})
    replaced_but_not_removed(target)
    old = staging_path(target) / "dataset"
    (old / "data/old.bin").unlink()
    (old / "data/old.bin").symlink_to(tmp_path / "elsewhere")
    open_again(target)
    assert content(tmp_path / "elsewhere") == {"precious": b"1"}
    assert content(old) == {}


def nth(step):
    """True at the given step of the process, counted from 1."""
    steps = count(1)
    return lambda event, args: event in STEPS and next(steps) == step


STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.chmod", "ctypes.dlsym", "fcntl.flock"}


@pytest.mark.parametrize("before", [None, OLD], ids=["new output", "old output"])
def test_a_kill_at_any_step_leaves_old_or_new_and_the_next_build_is_clean(tmp_path, before):
    seen = set()
    for step in range(1, 1000):
        target = tmp_path / str(step) / "out"
        target.parent.mkdir()
        plant(target, before or {})
        status = build_and_die(target, die_at=nth(step))
        found = content(target)
        assert found in (OLD_CONTENT if before else None, NEW_CONTENT)
        seen.add("new" if found == NEW_CONTENT else "old")
        build(target)
        assert content(target) == NEW_CONTENT
        assert siblings(target) == [".out.lock", "out"]
        if status == 0:
            break
    assert status == 0
    assert step > 60
    assert seen == {"old", "new"}


def test_a_kill_at_any_step_of_the_recovery_is_recovered_from(tmp_path):
    for step in range(1, 1000):
        target = tmp_path / str(step) / "out"
        target.parent.mkdir()
        replaced_but_not_removed(target)
        status = build_and_die(target, die_at=nth(step))
        assert content(target) == NEW_CONTENT
        build(target)
        assert content(target) == NEW_CONTENT
        assert siblings(target) == [".out.lock", "out"]
        if status == 0:
            break
    assert status == 0


# Several builds at once


def test_of_eight_builds_at_one_output_the_losers_are_told_and_the_output_is_whole(target):
    plant(target, OLD)
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            try:
                build(target)
                os._exit(0)
            except LockedError:
                os._exit(6)
            finally:
                os._exit(70)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert set(codes) <= {0, 6}
    assert 0 in codes
    assert content(target) == NEW_CONTENT


# A full disk


@pytest.fixture
def small_disk(tmp_path):
    """Mount a tmpfs with a given option; skipped where that is not allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(option):
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(disk)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"cannot mount: {done.stderr.decode().strip()}")
        return disk

    yield mount
    subprocess.run(["umount", str(disk)], capture_output=True, check=False)


def fill_and_build(target, payload):
    with lock(target):
        staging = open_staging(target, key="k")
        files = [create_bytes(staging, f"data/{number}", payload) for number in range(20)]
        commit_staging(staging, files, replaced=["data/old.bin"])


@pytest.mark.parametrize("option", ["size=64k", "size=256k", "nr_inodes=12", "nr_inodes=20"])
def test_a_full_disk_is_an_output_error_and_the_old_output_stays(small_disk, option):
    target = small_disk(option) / "out"
    plant(target, OLD)
    with pytest.raises(OutputError, match="No space left on device") as refusal:
        fill_and_build(target, os.urandom(20_000))
    assert refusal.value.mend == "Make room, then run the same command again."
    assert content(target) == OLD_CONTENT


def test_a_build_after_a_full_disk_succeeds(small_disk):
    target = small_disk("size=256k") / "out"
    plant(target, OLD)
    with pytest.raises(OutputError):
        fill_and_build(target, os.urandom(20_000))
    build(target)
    assert content(target) == NEW_CONTENT
    assert siblings(target) == [".out.lock", "out"]


# The image of a container


@pytest.fixture
def image(small_disk, tmp_path):
    """A function that mounts a folder `dist` with given files as the lower layer of an overlay, and gives its place."""
    disk, merged = small_disk("size=8m"), tmp_path / "merged"
    merged.mkdir()
    for name in ("lower/dist", "upper", "work"):
        (disk / name).mkdir(parents=True)

    def mount(files):
        plant(disk / "lower" / "dist", files)
        layers = f"redirect_dir=off,lowerdir={disk}/lower,upperdir={disk}/upper,workdir={disk}/work"
        words = ["mount", "-t", "overlay", "overlay", "-o", layers, str(merged)]
        done = subprocess.run(words, capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"cannot mount: {done.stderr.decode().strip()}")
        return merged / "dist"

    yield mount
    subprocess.run(["umount", str(merged)], capture_output=True, check=False)


def test_an_output_of_the_image_stays_and_what_to_do_is_told(image):
    target = image(OLD)
    with pytest.raises(OutputError, match="dist: comes with the image of this container") as refusal:
        build(target)
    assert refusal.value.mend == "Move it away (mv) and run the same command again, or name another --out."
    assert content(target) == OLD_CONTENT


def test_an_empty_folder_of_the_image_becomes_the_output(image):
    target = image({})
    build(target)
    assert content(target) == NEW_CONTENT
