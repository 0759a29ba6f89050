"""`read_release`: the files of a validated dataset that a release consists of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from toolkit.dataset.stored import open_dataset
from toolkit.dataset.versions import UNRELEASED
from toolkit.errors import InputError, IntegrityError
from toolkit.inspector import validate
from toolkit.release.refusals import refuse
from toolkit.storage.dataset_files import MANIFEST_NAME, SUMS_NAME
from toolkit.storage.filesystem import digest_file, read_chunks
from toolkit.storage.folders import open_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from toolkit.dataset.comparison import Side
    from toolkit.dataset.manifest import Manifest

CHUNK_BYTES: Final = 1024 * 1024
MAX_TEXT_BYTES: Final = 64 * 1024 * 1024
"""Of a card, a manifest or another text that is read whole."""

MAX_TOLD: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """A file of a release: path relative to it, SHA-256 in hex, `size` in bytes.

    Its content is that of the local file `source`, or `data` where there is none.
    """

    path: str
    sha256: str
    size: int
    source: Path | None = None
    data: bytes = b""

    def text(self) -> str:
        """The content, decoded; InputError if it cannot be read."""
        return b"".join(self.chunks()).decode("utf-8", "replace")

    def chunks(self) -> Iterator[bytes]:
        """The content in pieces. InputError if it cannot be read."""
        return iter((self.data,)) if self.source is None else read_chunks(self.source)

    def git_oid(self) -> str:
        """What git calls the content."""
        return git_oid(self.size, self.chunks())


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A dataset that can be published. `files` stand in the order in which they vouch for each other:

    content by path, manifest.json, SHA256SUMS, and the signed statement if there is one.
    """

    side: Side
    files: tuple[ReleaseFile, ...]

    @property
    def manifest(self) -> Manifest:
        """What the dataset consists of."""
        return self.side.manifest

    @property
    def tag(self) -> str:
        """`vX.Y.Z`."""
        return f"v{self.manifest.version}"

    @property
    def sha256(self) -> str:
        """The hash (hex) of manifest.json, which stands for all of it."""
        return self.file(MANIFEST_NAME).sha256

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 (hex) of every file, by path."""
        return {file.path: file.sha256 for file in self.files}

    def file(self, path: str) -> ReleaseFile:
        """The file at `path`; KeyError if the release has none."""
        return {file.path: file for file in self.files}[path]


def git_oid(size: int, chunks: Iterable[bytes]) -> str:
    """What git calls a file of `size` bytes: the SHA-1 (hex) of a blob (git-scm.com, Git Objects)."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def read_release(dataset: Path, *, with_rejects: bool) -> Release:
    """The release in a dataset's folder, without a statement; nothing in the folder is changed.

    IntegrityError for a damaged dataset, RefusalError for one that breaks its contract (R606) or has no version (R601).
    """
    _refuse_invalid(dataset)
    side = open_dataset(open_folder(dataset))
    if side.manifest.version == UNRELEASED:
        refuse("R601", f"{dataset} is of version {UNRELEASED}")
    listed = sorted(side.manifest.files, key=lambda file: file.path)
    content = [
        ReleaseFile(path=file.path, sha256=file.sha256, size=file.bytes, source=dataset / file.path)
        for file in listed
        if file.published or with_rejects
    ]
    return Release(side=side, files=(*content, _last(dataset, MANIFEST_NAME), _last(dataset, SUMS_NAME)))


def _last(dataset: Path, name: str) -> ReleaseFile:
    size, sha256 = digest_file(dataset / name, error=InputError)
    return ReleaseFile(path=name, sha256=sha256, size=size, source=dataset / name)


def _refuse_invalid(dataset: Path) -> None:
    result = validate([dataset])
    if result.ok:
        return
    errors = [found for found in result.diagnostics if found.level == "error"][:MAX_TOLD]
    told = "".join(f"\n  {found.file}: {found.code} {found.message}" for found in errors)
    message = f"{dataset} has {result.errors} error{'s' * (result.errors != 1)}{told}"
    if not result.integrity:
        raise IntegrityError(f"not whole: {message}", mend="Look at it with `toolkit validate`, and build again.")
    refuse("R606", message)
