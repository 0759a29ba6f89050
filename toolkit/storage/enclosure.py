"""`refuse_in_dataset`: nothing is written into a dataset that stands already, for it would not be whole any more."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.errors import InputError, UsageError
from toolkit.storage.dataset_files import MANIFEST_NAME
from toolkit.storage.folders import LocalFolder
from toolkit.storage.redaction import redacted

if TYPE_CHECKING:
    from toolkit.storage.folders import Folder

HEAD_BYTES: Final = 64 * 1024
ELSEWHERE: Final = "Write it here first; `toolkit publish` sends a dataset elsewhere."
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_FORMAT: Final = re.compile(rb'"format"\s*:\s*"article-dataset/')


def refuse_in_dataset(path: str | Path, *, mend: str) -> None:
    """UsageError if `path` is a URL, or is a dataset of ours or lies in one; links are followed."""
    refuse_url(path)
    found = enclosing_dataset(path)
    if found is not None:
        raise UsageError(f"{path}: lies in the dataset {found}", mend=mend)


def refuse_url(path: str | Path, *, option: str = "", mend: str = ELSEWHERE) -> None:
    """UsageError if `path`, which the `option` names, is a URL, also one that pathlib has left one slash of."""
    if _URL.match(str(path)):
        url = redacted(str(path).replace("://", ":/", 1).replace(":/", "://", 1))
        raise UsageError(f"{option} {url}: a URL, where a path of this machine is wanted".lstrip(), mend=mend)


def enclosing_dataset(path: str | Path) -> Path | None:
    """The nearest folder, from `path` upwards, that holds a dataset; null where none does."""
    real = Path(os.path.realpath(path))
    return next((folder for folder in (real, *real.parents) if holds_dataset(folder)), None)


def holds_dataset(folder: Path) -> bool:
    """Whether a folder holds a manifest.json of ours, of any version; one that cannot be read does not count."""
    try:
        return holds_manifest(LocalFolder(folder))
    except (InputError, OSError):
        return False


def holds_manifest(folder: Folder) -> bool:
    """The same of a folder anywhere; the folder's error where no manifest.json can be read."""
    with folder.open(MANIFEST_NAME) as file:
        return is_manifest(file.read(HEAD_BYTES))


def is_manifest(head: bytes) -> bool:
    """Whether a file that begins so is the manifest.json of a dataset, whole or damaged."""
    return _FORMAT.search(head) is not None
