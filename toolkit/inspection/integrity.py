"""The files of a dataset against its manifest and SHA256SUMS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from toolkit.dataset.manifest import Manifest, manifest_from_json, release_sums, sums_from_text
from toolkit.diagnostics import Diagnostic, Location
from toolkit.errors import IntegrityError
from toolkit.inspection.findings import finding, place
from toolkit.storage.dataset_files import (
    CARD_NAME,
    CONTRACT_NAME,
    DUPLICATES_NAME,
    LAYOUT_NAME,
    MANIFEST_NAME,
    SUMS_NAME,
    TAGS_NAME,
    is_rejects,
    shard_name,
)
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import digest_file, read_bytes, text_of
from toolkit.storage.output import NEVER_FOREIGN, foreign_paths
from toolkit.storage.presence import is_absent
from toolkit.validation import CARD_EDITED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.dataset.manifest import ListedFile

MAX_MANIFEST_BYTES: Final = 64 * 1024 * 1024
TOLERATED: Final = frozenset({".git", ".gitattributes"})
"""Of git: `.git` is a file in a submodule and in a linked work tree."""

LEFT_BY_TOOLS: Final = (".git/", ".cache/")
"""Folders that a clone or a download of the Hub leaves beside the files; none of a dataset's begins with a dot."""

ALWAYS_LISTED: Final = (CARD_NAME, CONTRACT_NAME, LAYOUT_NAME, TAGS_NAME)
SHARD: Final = re.compile(r"data/.+\.parquet")


def read_manifest(folder: Path) -> tuple[Manifest | None, tuple[Diagnostic, ...]]:
    """The manifest of the dataset in `folder`, null where it cannot be read, and what is wrong with it.

    UsageError if a newer toolkit wrote it.
    """
    where = place(folder, MANIFEST_NAME)
    if is_absent(folder / MANIFEST_NAME):
        return None, (finding("I501", f"{folder} holds a dataset of ours, but no {MANIFEST_NAME}", where),)
    try:
        raw = read_bytes(folder / MANIFEST_NAME, max_bytes=MAX_MANIFEST_BYTES, error=IntegrityError)
    except IntegrityError as fault:
        return None, (finding("I508", fault.message, where),)
    try:
        manifest = manifest_from_json(text_of(raw, where.file, error=IntegrityError))
    except IntegrityError as fault:
        return None, (finding("I502", fault.message, where),)
    return manifest, tuple(_contradictions(manifest, where))


def shards_of(manifest: Manifest) -> list[ListedFile]:
    """The shards, in the order of their rows."""
    return [file for file in manifest.files if SHARD.fullmatch(file.path)]


def rejects_of(manifest: Manifest) -> list[ListedFile]:
    """The files of rejects, in the order of their rows."""
    return [file for file in manifest.files if is_rejects(file.path)]


def duplicates_of(manifest: Manifest) -> list[ListedFile]:
    """The file of duplicates, if there is one."""
    return [file for file in manifest.files if file.path == DUPLICATES_NAME]


def _contradictions(manifest: Manifest, where: Location) -> Iterator[Diagnostic]:
    """What a manifest of ours never says."""
    shards = [file.path for file in shards_of(manifest)]
    wanted = [shard_name(number, len(shards)) for number in range(len(shards))]
    listed = {file.path: file for file in manifest.files}
    missing = [name for name in ALWAYS_LISTED if name not in listed]
    if missing:
        yield finding("I502", f"the manifest does not name {', '.join(missing)}", where, path="files")
    if not shards or shards != wanted:
        yield finding(
            "I502",
            "the shards are not numbered from the first to the last",
            where,
            path="files",
            found=", ".join(shards) or "none",
            expected="data/train-00000-of-NNNNN.parquet and so on",
        )
    for file in manifest.files:
        unpublished = is_rejects(file.path) or file.path == DUPLICATES_NAME
        is_table = unpublished or bool(SHARD.fullmatch(file.path))
        looks = {file.rows is not None, file.path.lower().endswith(".parquet")}
        if file.published == unpublished or looks != {is_table}:
            yield finding("I502", f"{file.path} is listed as what it is not", where, path="files")
    contract = listed.get(CONTRACT_NAME)
    if contract is not None and contract.sha256 != manifest.contract.sha256:
        yield finding("I502", f"contract.sha256 is not that of {CONTRACT_NAME}", where, path="contract.sha256")


def find_file_flaws(folder: Path, manifest: Manifest) -> Iterator[Diagnostic]:
    """Files that are missing, extra, unreadable or changed, and lines of SHA256SUMS that do not hold."""
    yield from _extra(folder, manifest)
    dropped = _left_out(folder, manifest)
    for file in manifest.files:
        if file.path not in dropped:
            yield from _changed(folder, file)
    yield from _sums(folder, manifest)


def _extra(folder: Path, manifest: Manifest) -> Iterator[Diagnostic]:
    known = [*(file.path for file in manifest.files), *TOLERATED, *NEVER_FOREIGN]
    try:
        with map_os_errors(folder, error=IntegrityError):
            foreign = foreign_paths(folder, known)
    except IntegrityError as fault:
        yield finding("I508", fault.message, Location(file=str(folder)))
        return
    for path in foreign:
        if not path.startswith(LEFT_BY_TOOLS):
            yield finding("I504", f"{path} is not named by the manifest", place(folder, path))


def _left_out(folder: Path, manifest: Manifest) -> frozenset[str]:
    """The unpublished files, where a release lacks them as a whole."""
    unpublished = [file.path for file in manifest.files if not file.published]
    return frozenset(unpublished) if all(is_absent(folder / path) for path in unpublished) else frozenset()


def _changed(folder: Path, file: ListedFile) -> Iterator[Diagnostic]:
    path, where = folder / file.path, place(folder, file.path)
    if is_absent(path):
        yield finding("I503", f"{file.path} is missing", where, expected=f"{file.bytes} bytes")
        return
    try:
        size, sha256 = digest_file(path, error=IntegrityError)
    except IntegrityError as fault:
        yield finding("I508", fault.message, where)
        return
    if (size, sha256) != (file.bytes, file.sha256):
        code = CARD_EDITED if file.path == CARD_NAME else "I505"
        message = f"{file.path} is not the file that the manifest names"
        found, expected = f"{size} bytes, SHA-256 {sha256}", f"{file.bytes} bytes, SHA-256 {file.sha256}"
        yield finding(code, message, where, found=found, expected=expected)


def _sums(folder: Path, manifest: Manifest) -> Iterator[Diagnostic]:
    path, where = folder / SUMS_NAME, place(folder, SUMS_NAME)
    if is_absent(path):
        yield finding("I503", f"{SUMS_NAME} is missing", where)
        return
    try:
        raw = read_bytes(path, max_bytes=MAX_MANIFEST_BYTES, error=IntegrityError)
        _, sha256 = digest_file(folder / MANIFEST_NAME, error=IntegrityError)
    except IntegrityError as fault:
        yield finding("I508", fault.message, where)
        return
    try:
        found = sums_from_text(text_of(raw, where.file, error=IntegrityError))
    except IntegrityError as fault:
        yield finding("I506", fault.message, where)
        return
    wanted = release_sums(manifest, sha256)
    for name in sorted(found.keys() | wanted.keys()):
        if name == MANIFEST_NAME and name in found and found[name] != sha256:
            message = f"{MANIFEST_NAME} is not the file that {SUMS_NAME} names"
            yield finding("I505", message, place(folder, name), found=sha256, expected=found[name])
        elif found.get(name) != wanted.get(name):
            message = f"{SUMS_NAME} and the manifest say different things of one file"
            yield finding("I506", message, where, path=name, found=found.get(name), expected=wanted.get(name))
