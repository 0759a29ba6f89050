"""The commit: one exchange of names makes a staged dataset the output."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from toolkit.errors import DurabilityError, OutputError
from toolkit.storage.exchange import UNSUPPORTED, exchange, rename_new, sync_folder
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import list_tree
from toolkit.storage.output.removal import retire
from toolkit.storage.output.staging import Staging, folder_inode, remove_staging, write_commit
from toolkit.storage.output.target import NEVER_FOREIGN, refuse_foreign
from toolkit.storage.presence import is_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from toolkit.storage.filesystem import Entry
    from toolkit.storage.sink import WrittenFile

FOLDER, SPECIAL = -1, -2
"""What stands for the size of a folder, and of what is neither file nor folder."""


def commit_staging(staging: Staging, files: Iterable[WrittenFile], *, replaced: Collection[str] | None) -> Path | None:
    """Make `dataset/` of a staging folder the target; call it under `lock(target)`.

    `files` is everything that was created for the dataset; `replaced` the paths that the manifest of the present
    target names, null if it has none (as for `refuse_foreign`). Gives the path at which the replaced tree is kept
    because somebody put a file into it meanwhile (tell the user); null where it and the staging folder are gone.

    UsageError or OutputError: nothing changed. DurabilityError: the new dataset is the target, but a later step
    failed: the disk did not confirm it, or the replaced tree or the staging folder could not be removed, which the
    next build tries again.
    """
    with map_os_errors(staging.dataset):
        _refuse_other_files(staging, files)
        _sync_folders(staging.dataset)
        _keep_mode(staging)
    known = sorted({*(replaced or ()), *NEVER_FOREIGN})
    write_commit(staging, known)
    with map_os_errors(staging.root):
        sync_folder(staging.root)
    refuse_foreign(staging.target, replaced)
    _swap(staging)
    with map_os_errors(
        staging.target, error=DurabilityError, mend="The new dataset is in place. Build again to be sure."
    ):
        sync_folder(staging.target.parent)
        sync_folder(staging.root)
        kept = retire(staging.dataset, known, staging.target)
        remove_staging(staging.root)
    return kept


def _refuse_other_files(staging: Staging, files: Iterable[WrittenFile]) -> None:
    expected = {file.path: file.bytes for file in files}
    expected |= {str(folder): FOLDER for path in expected for folder in PurePosixPath(path).parents if folder.name}
    found = {entry.path: _size(staging.dataset, entry) for entry in list_tree(staging.dataset)}
    if found != expected:
        wrong = sorted(path for path in {*found, *expected} if found.get(path) != expected.get(path))
        raise OutputError(f"{staging.dataset}: not what the build wrote: {', '.join(wrong[:5])}")


def _size(folder: Path, entry: Entry) -> int:
    if entry.is_folder:
        return FOLDER
    return (folder / entry.path).lstat().st_size if entry.is_regular else SPECIAL


def _sync_folders(folder: Path) -> None:
    for entry in reversed(list_tree(folder)):
        if entry.is_folder:
            sync_folder(folder / entry.path)
    sync_folder(folder)


def _keep_mode(staging: Staging) -> None:
    """A folder that was closed to others stays so."""
    if is_folder(staging.target):
        mode = stat.S_IMODE(staging.target.stat().st_mode)
        staging.dataset.chmod(mode | stat.S_IRWXU)


def _swap(staging: Staging) -> None:
    inode = folder_inode(staging.dataset)
    with map_os_errors(staging.target):
        try:
            _rename(staging.dataset, staging.target)
        except OSError as failure:
            if folder_inode(staging.target) == inode:
                raise DurabilityError(
                    f"{staging.target}: {os.strerror(failure.errno or 0)}", mend="The new dataset is in place."
                ) from failure
            if failure.errno == errno.EXDEV:  # overlayfs: only the name of what a container has made can be changed
                raise OutputError(
                    f"{staging.target}: comes with the image of this container and cannot be replaced in one step",
                    mend="Move it away (mv) and run the same command again, or name another --out.",
                ) from failure
            raise


def _rename(source: Path, target: Path) -> None:
    if not is_folder(target):
        rename_new(source, target)
        return
    try:
        exchange(source, target)
    except OSError as failure:
        if failure.errno not in {*UNSUPPORTED, errno.EXDEV} or any(target.iterdir()):
            raise
        source.rename(target)
