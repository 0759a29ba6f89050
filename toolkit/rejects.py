"""`rejects`: the rejected pages of a dataset as files again."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.stored import read_manifest, read_rejects
from toolkit.errors import IntegrityError, UsageError
from toolkit.json_text import json_document
from toolkit.sources.kinds import kind_of
from toolkit.storage.dataset_files import is_rejects
from toolkit.storage.delivery import write_file
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import MAX_NAME_BYTES
from toolkit.storage.folders import open_folder
from toolkit.storage.output import resolve_target
from toolkit.storage.presence import is_file, is_folder, is_there

if TYPE_CHECKING:
    from toolkit.storage.folders import Folder

FOUND_ENDING: Final = ".diagnostics.json"
MAX_PATH_BYTES: Final = 2_000
"""File systems take 4,096; what stands before needs some."""

BATCH_PAGES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredRejects:
    """`pages` were written; of `without_bytes` (`page.file`s) only what was found: they were too large to keep.

    `renamed` pairs the `page.file` of each page that was no plain `.txt` file, or could not be called so, with its
    path below the folder.
    """

    pages: int
    renamed: tuple[tuple[str, str], ...]
    without_bytes: tuple[str, ...]


def restore_rejects(dataset: str | Path, to: str | Path) -> RestoredRejects:
    """Write each rejected page to its `page.file` below the folder `to`, with `NAME.diagnostics.json` beside it.

    `dataset` is a folder or a URL. Every page becomes a file that a build of `to` reads as a page: a record's name gets
    the ending `.txt`, that of a compressed page loses the second ending. A name that a file system could not take, or
    that another page has taken, is cut and marked with its hash. `to` must be absent or empty, and lie in no dataset.
    UsageError where there is no dataset, or none with rejects, InputError and IntegrityError where they cannot be read,
    OutputError if the disk fails.
    """
    folder = open_folder(dataset)
    files = [path for path in folder.files() if is_rejects(path)]
    if not files:
        read_manifest(folder)
        raise UsageError(f"{dataset}: no rejected pages there", mend="A build without rejects, or a release, has none.")
    target = resolve_target(to, option="--to")
    with map_os_errors(target):
        taken = is_there(target) and (not is_folder(target) or any(target.iterdir()))
    if taken:
        raise UsageError(f"{to}: is not an empty folder", mend="Name a new one with --to.")
    return run_isolated(_restore, folder, files, target)


def _restore(folder: Folder, files: list[str], target: Path) -> RestoredRejects:
    pages, renamed, lost = 0, [], []
    batches = read_rejects(folder, files, batch_rows=BATCH_PAGES)
    for row in (row for batch in batches for row in batch.to_pylist()):
        file = row["file"]
        with map_os_errors(target):
            path = _free_path(target, file)
        if row["raw"] is None:
            lost.append(file)
        else:
            write_file(path, row["raw"], durable=False)
            pages += 1
            name = path.relative_to(target).as_posix()
            if name != file.replace("!", "/"):
                renamed.append((file, name))
        found = json_document(row["diagnostics"]).encode()
        write_file(path.with_name(path.name + FOUND_ENDING), found, durable=False)
    return RestoredRejects(pages=pages, renamed=tuple(renamed), without_bytes=tuple(lost))


def _free_path(target: Path, file: str) -> Path:
    """Where the page `file` goes: its own path, or, where that is taken or too long, one marked with a hash."""
    path = target / _safe_path(file)
    if len(os.fsencode(path)) < MAX_PATH_BYTES and _is_free(path, target):
        return path
    return target / _mark_of(file) / path.name


def _is_free(path: Path, target: Path) -> bool:
    taken = is_there(path) or is_there(path.with_name(path.name + FOUND_ENDING))
    return not taken and not any(is_file(parent) for parent in path.parents if parent.is_relative_to(target))


def _safe_path(file: str) -> PurePosixPath:
    """The relative path of a page: `!` separates an archive and its member, and becomes `/`; nothing leads outside."""
    parts = [_visible(part) for part in file.replace("!", "/").split("/") if part not in ("", ".")]
    if not parts:
        raise IntegrityError(f"rejects: {file!r} is not a name of a page")
    return PurePosixPath(*map(_short, parts[:-1]), _short(_page_name(parts[-1])))


def _visible(part: str) -> str:
    """A part of a path that leads nowhere else and is not passed over by a build, as hidden files are."""
    rest = part.lstrip(".")
    return "\\x2e" * (len(part) - len(rest)) + rest.replace("\0", "\\x00")


def _page_name(name: str) -> str:
    """A name by which a build takes the bytes of a page for what they are: text that is not compressed."""
    kind = kind_of(name.encode())
    if kind is None or kind.form != "page":
        return f"{name}.txt"
    return name if kind.codec is None else name.rpartition(".")[0]


def _short(part: str) -> str:
    raw = part.encode()
    if len(raw) <= MAX_NAME_BYTES:
        return part
    ending = PurePosixPath(part).suffix if len(PurePosixPath(part).suffix) <= 8 else ""
    return f"{raw[: MAX_NAME_BYTES - 50].decode('utf-8', 'ignore')}~{_mark_of(part)}{ending}"


def _mark_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
