"""`diff`: what changed from one dataset to another, wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.arguments import check_endpoint
from toolkit.dataset.comparison import Diff, compare
from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.stored import open_dataset
from toolkit.storage.folders import open_folder

if TYPE_CHECKING:
    from pathlib import Path


def diff(old: str | Path, new: str | Path, *, endpoint: str | None = None) -> Diff:
    """What changed from the dataset `old` to the dataset `new`.

    Each is a folder, `hf://datasets/ORG/NAME@vX.Y.Z`, or another URL that fsspec understands. `endpoint` is another
    address of the Hub or of S3. UsageError if there is no dataset, InputError if one cannot be read, IntegrityError
    if one is damaged, OutputError if the system's folder for temporary files is full.
    """
    check_endpoint(endpoint)
    return run_isolated(compare, *(open_dataset(open_folder(place, endpoint=endpoint)) for place in (old, new)))
