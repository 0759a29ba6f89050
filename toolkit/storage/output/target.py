"""The folder that `--out` names: which may be one, and what in it is not ours."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from toolkit.errors import UsageError
from toolkit.storage.dataset_files import LATEST_NAME, MANIFEST_NAME, STATEMENT_NAME, SUMS_NAME
from toolkit.storage.enclosure import enclosing_dataset, refuse_url
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import file_type, list_tree
from toolkit.storage.presence import is_seen_file, is_there

if TYPE_CHECKING:
    from collections.abc import Collection

NEVER_FOREIGN = frozenset({MANIFEST_NAME, SUMS_NAME, STATEMENT_NAME})
"""Files of a dataset that its manifest does not name."""

SHOWN_NAMES = 5
RELEASE = re.compile(r"v\d+\.\d+\.\d+")
OWN_SIBLING = re.compile(r"\..+\.(staging|lock)", re.DOTALL)


def resolve_target(path: str | Path, *, option: str = "--out") -> Path:
    """The absolute path of the output folder that `option` names; its last part is never followed if it is a link.

    UsageError for what can be no output: nothing, a URL, `/`, the current folder or one above it, a folder in a
    dataset, a release beside others, a name that a build keeps for itself (`.NAME.staging`, `.NAME.lock`).
    """
    if not str(path) or "\0" in str(path):
        raise UsageError(f"{option}: no folder is named", mend=f"Name one, for example {option} dist.")
    refuse_url(path, option=option)
    try:
        given = Path(path)
        target = _resolve(given) if given.name in {"", ".."} else _resolve(given.parent) / given.name
        current = Path.cwd().resolve()
    except FileNotFoundError as failure:  # `resolve` needs no other
        raise UsageError("the current folder does not exist any more", mend="Change to another one.") from failure
    except OSError as failure:
        raise UsageError(f"{option} {path}: {failure}") from failure
    if current.is_relative_to(target):
        raise UsageError(
            f"{option} {path}: the current folder, or one above it, cannot be replaced in one step",
            mend=f"Name a folder in it, for example {option} dist.",
        )
    _refuse_place(target, f"{option} {path}")
    if OWN_SIBLING.fullmatch(target.name):
        raise UsageError(f"{option} {path}: a build keeps such names for itself", mend="Choose another name.")
    return target


def _resolve(path: Path) -> Path:
    """The path without links, whether it exists or not; OSError where links lead in a circle."""
    try:
        path.stat()
    except OSError as failure:
        if failure.errno == errno.ELOOP:  # from Python 3.13 on `resolve` gives a path for it
            raise
    return path.resolve()


def _refuse_place(target: Path, given: str) -> None:
    inside = enclosing_dataset(target.parent)
    if inside is not None:
        raise UsageError(f"{given}: lies in the dataset {inside}", mend="Name a folder outside of it.")
    if RELEASE.fullmatch(target.name) and is_seen_file(target.parent / LATEST_NAME):
        raise UsageError(
            f"{given}: the place of a release, which never changes",
            mend="Build into another folder, and `toolkit publish` from there.",
        )


def refuse_foreign(target: Path, known: Collection[str] | None) -> None:
    """Return if a build may replace `target`; UsageError says what in it is not ours.

    `known` are the relative paths that the manifest in `target` names, null where there is no manifest of ours.
    An absent or empty folder may be an output. OutputError if the folder cannot be read.
    """
    with map_os_errors(target):
        try:
            status = target.lstat()
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{target}: {file_type(status.st_mode)}, not a folder", mend="Name another --out.")
        if _is_mount_point(target):
            raise UsageError(
                f"{target}: a mount point, which cannot be replaced in one step",
                mend=f"Name a folder in it, for example --out {target}/dataset.",
            )
        _refuse_repository(target)
        _refuse_content(target, known)


def _is_mount_point(folder: Path) -> bool:
    """Whether something is mounted there, be it (on Linux) a folder of the disk that the folder above is on."""
    return folder.is_mount() or _mount_id(folder) != _mount_id(folder.parent)


def _mount_id(folder: Path) -> str | None:
    """The line of the mount that a folder is on (proc_pid_fdinfo(5)); null where the system tells none."""
    if sys.platform != "linux":
        return None
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        lines = Path(f"/proc/self/fdinfo/{descriptor}").read_text("ascii").splitlines()
    except OSError:  # no /proc in this container
        return None
    finally:
        os.close(descriptor)
    return next((line for line in lines if line.startswith("mnt_id:")), None)


def _refuse_repository(target: Path) -> None:
    for name in (".git", ".gitattributes"):
        if is_there(target / name, follow_links=False):
            raise UsageError(
                f"{target}: holds {name}: a build replaces the whole folder and would drop the repository's own files",
                mend="Build into another folder, and `toolkit publish` from there.",
            )


def _refuse_content(target: Path, known: Collection[str] | None) -> None:
    if known is None:
        names = sorted(entry.name for entry in target.iterdir())
        if names:
            raise UsageError(
                f"{target}: is not empty and holds no dataset of ours: {_some(names)}",
                mend="Name a new or an empty folder.",
            )
        return
    foreign = foreign_paths(target, known)
    if foreign:
        raise UsageError(
            f"{target}: holds what its manifest does not name, and a build never deletes what it did not write: "
            f"{_some(foreign)}",
            mend="Move it away, or name another --out.",
        )


def foreign_paths(folder: Path, known: Collection[str]) -> list[str]:
    """What stands below `folder` and is neither known nor a folder of something known, sorted; folders end in `/`."""
    files = {*known, *NEVER_FOREIGN}
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    return [
        entry.path + "/" if entry.is_folder else entry.path
        for entry in list_tree(folder)
        if entry.path not in (folders if entry.is_folder else files)
    ]


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN_NAMES])
    return shown if len(names) <= SHOWN_NAMES else f"{shown}, … ({len(names)} in all)"
