"""The staging folder: where a build writes, and what an interrupted one leaves to the next of the same inputs."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.errors import LockedError, OutputError, UsageError
from toolkit.storage.exchange import can_exchange
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import file_type
from toolkit.storage.output.records import read_record, write_record
from toolkit.storage.output.removal import remove_tree, retire
from toolkit.storage.presence import is_file, is_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORPHAN_PATIENCE_S = 10.0
"""How long a build waits for files that workers of a killed one are still writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """A staging folder that a build holds; a value that may travel to worker processes.

    `.NAME.staging` beside the target holds `dataset/`, which becomes the target; `work/`, what only the build needs
    and what survives a kill; `build`, the key of the build; `owner`, whose inode and time say which build holds the
    folder; and, from shortly before the exchange of names, `commit`. `reused`: `work/` may hold what an interrupted
    build of the same key finished. `kept` is where a tree with somebody else's files was set aside, else null.
    """

    target: Path
    owner: tuple[int, int]
    reused: bool
    kept: Path | None

    @property
    def root(self) -> Path:
        """The staging folder."""
        return staging_path(self.target)

    @property
    def dataset(self) -> Path:
        """The folder that becomes the target."""
        return self.root / "dataset"

    @property
    def work(self) -> Path:
        """The folder of files that never reach the target."""
        return self.root / "work"


def staging_path(target: Path) -> Path:
    """`.NAME.staging` beside the target, on its file system."""
    return target.parent / f".{target.name}.staging"


def open_staging(target: Path, *, key: str, fresh: bool = False) -> Staging:
    """The staging folder of `target`, with an empty `dataset/`; call it under `lock(target)`.

    What an interrupted build left is cleaned; its `work/` is kept if its `key` was the same and not `fresh`. `key`
    names everything that shapes the files in `work/`. UsageError if something that is not ours stands there,
    LockedError if workers of a killed build do not end, OutputError if it cannot be made, or if the file system
    cannot replace a folder in one step and `target` has content.
    """
    root = staging_path(target)
    with map_os_errors(root):
        _refuse_strange(root)
        root.mkdir(exist_ok=True)
        owner = _take_over(root)
        kept = _recover(target)
        reused = not fresh and read_record(root / "build") == key.encode()
        _clear(root, keep_work=reused)
        _refuse_without_exchange(target, root)
        (root / "dataset").mkdir()
        (root / "work").mkdir(exist_ok=True)
    if not reused:
        write_record(root / "build", key.encode(), durable=False)
    return Staging(target=target, owner=owner, reused=reused, kept=kept)


def _refuse_strange(root: Path) -> None:
    try:
        mode = root.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(mode):
        raise UsageError(f"{root}: {file_type(mode)} where a build keeps its staging folder", mend="Move it away.")
    if not is_file(root / "owner") and any(root.iterdir()):
        raise UsageError(f"{root}: a folder that no build has made", mend="Move it away.")


def _take_over(root: Path) -> tuple[int, int]:
    """Wait for writers of a killed build, and shut out those that have not begun; the new mark of the owner."""
    descriptor = os.open(root / "owner", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        _wait_for_orphans(descriptor, root)
        (root / "owner.new").touch()
        (root / "owner.new").rename(root / "owner")
        return _owner(root)
    finally:
        os.close(descriptor)


def _wait_for_orphans(descriptor: int, root: Path) -> None:
    deadline = time.monotonic() + ORPHAN_PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as failure:
            if time.monotonic() > deadline:
                raise LockedError(
                    f"{root}: processes of a killed build still write into it", mend="End them, then build again."
                ) from failure
            time.sleep(0.05)
        else:
            return


def _owner(root: Path) -> tuple[int, int]:
    status = (root / "owner").lstat()
    return status.st_ino, status.st_mtime_ns


@contextmanager
def joined(staging: Staging) -> Iterator[None]:
    """Inside the block no later build takes the staging folder over. LockedError if one has, OutputError if unknown.

    It is what keeps a worker that outlives its killed build from touching the files of the next one.
    """
    with map_os_errors(staging.root):
        descriptor = os.open(staging.root / "owner", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        with map_os_errors(staging.root):
            _share(descriptor, staging)
        yield
    finally:
        os.close(descriptor)


def _share(descriptor: int, staging: Staging) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if _owner(staging.root) == staging.owner:
            return
    except BlockingIOError:
        pass
    raise LockedError(f"{staging.root}: another build has taken it over")


def write_commit(staging: Staging, known: list[str]) -> None:
    """Note, before the exchange of names, which folder is the new one, and which files of the replaced one are ours.

    OutputError if that fails.
    """
    path = staging.root / "commit"
    with map_os_errors(path):
        path.unlink(missing_ok=True)
        note = {"inode": folder_inode(staging.dataset), "known": known}
    write_record(path, json.dumps(note).encode(), durable=True)


def _recover(target: Path) -> Path | None:
    """Clean up after a commit that was cut short; where the replaced tree is kept instead, or null.

    Before the exchange `dataset` is the folder whose inode the note tells; after it, the replaced tree or nothing.
    """
    root = staging_path(target)
    record = read_record(root / "commit")
    kept = None
    if record is not None:
        note = json.loads(record)
        if folder_inode(root / "dataset") != note["inode"]:
            kept = retire(root / "dataset", note["known"], target)
    (root / "commit").unlink(missing_ok=True)
    return kept


def folder_inode(folder: Path) -> int | None:
    """The inode of a folder, null if there is none. Raises `OSError`."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return None
    return status.st_ino if stat.S_ISDIR(status.st_mode) else None


def _refuse_without_exchange(target: Path, root: Path) -> None:
    if is_folder(target) and any(target.iterdir()) and not can_exchange(root):
        raise OutputError(
            f"{target}: this file system cannot replace a folder in one step",
            mend="Build into a new folder, or on another file system.",
        )


def discard(staging: Staging) -> None:
    """Remove the staging folder and all it holds. OutputError if that fails; the next build tries again."""
    with map_os_errors(staging.root):
        remove_staging(staging.root)


def remove_staging(root: Path) -> None:
    """Remove a staging folder, in an order that tells the next build at each moment what is left. Raises `OSError`."""
    (root / "commit").unlink(missing_ok=True)
    _clear(root, keep_work=False)
    (root / "owner.new").unlink(missing_ok=True)
    (root / "owner").unlink(missing_ok=True)
    root.rmdir()


def _clear(root: Path, *, keep_work: bool) -> None:
    if not keep_work:
        (root / "build").unlink(missing_ok=True)
        remove_tree(root / "work")
    for name in ("dataset", "probe-1", "probe-2"):
        remove_tree(root / name)
