"""`refuse_in_dataset`: nothing is written into a dataset that stands already, for it would not be whole any more."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from toolkit.errors import InputError, UsageError
from toolkit.storage.dataset_files import MANIFEST_NAME
from toolkit.storage.filesystem import open_regular

HEAD_BYTES: Final = 64 * 1024
_FORMAT: Final = re.compile(rb'"format"\s*:\s*"article-dataset/')


def refuse_in_dataset(path: str | Path, *, mend: str) -> None:
    """UsageError if the local `path` is a dataset of ours or lies in one; links are followed."""
    found = enclosing_dataset(path)
    if found is not None:
        raise UsageError(f"{path}: lies in the dataset {found}", mend=mend)


def enclosing_dataset(path: str | Path) -> Path | None:
    """The nearest folder, from `path` upwards, that holds a dataset; null where none does."""
    real = Path(os.path.realpath(path))
    return next((folder for folder in (real, *real.parents) if holds_dataset(folder)), None)


def holds_dataset(folder: Path) -> bool:
    """Whether a folder holds a manifest.json of ours, of any version; one that cannot be read does not count."""
    try:
        with open_regular(folder / MANIFEST_NAME) as file:
            return is_manifest(file.read(HEAD_BYTES))
    except (InputError, OSError):
        return False


def is_manifest(head: bytes) -> bool:
    """Whether a file that begins so is the manifest.json of a dataset, whole or damaged."""
    return _FORMAT.search(head) is not None
