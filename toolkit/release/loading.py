"""`load_in_fresh_process`: whether readers can load a release by its tag, found out as a reader would."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from toolkit.errors import DestinationError
from toolkit.release.hub_client import AGAIN
from toolkit.storage.dataset_files import is_shard
from toolkit.storage.redaction import redacted
from toolkit.storage.scratch import scratch_folder

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.release.contents import Release

MAX_LOADED_BYTES: Final = 1024 * 1024 * 1024
"""A release with more bytes of rows is not loaded whole, but its first row is."""

READER: Final = """
import os
import sys
from datasets import load_dataset

name, revision, rows, whole = sys.argv[1:]
if whole == "True":
    found = len(load_dataset(name, revision=revision, split="train"))
    if found != int(rows):
        sys.exit(f"{found} rows, expected {rows}")
else:
    stream = iter(load_dataset(name, revision=revision, split="train", streaming=True))
    next(stream)
    stream.close()
os._exit(0)  # all is known: threads of the libraries have been seen to abort a process that ends
"""


def load_in_fresh_process(repo: str, revision: str, release: Release, *, endpoint: str | None) -> None:
    """DestinationError unless `datasets.load_dataset` gives all rows of the release, or the first of very many."""
    size = sum(file.size for file in release.files if is_shard(file.path))
    arguments = [repo, revision, str(release.manifest.counts.rows), str(size <= MAX_LOADED_BYTES)]
    with scratch_folder() as folder:
        done = subprocess.run(  # noqa: S603 - the arguments are ours: a name of a repository, a revision, numbers
            [sys.executable, "-P", "-c", READER, *arguments],  # nothing of the working folder is imported or read
            cwd=folder,
            env=_environment(folder, endpoint),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise DestinationError(
            f"hf://datasets/{repo}@{revision}: was committed, but load_dataset fails: {redacted(last)}", mend=AGAIN
        )


def _environment(folder: Path, endpoint: str | None) -> dict[str, str]:
    """The environment of this process, its token too, but with new caches: a copy in an old one would prove nothing."""
    own = {
        "HF_DATASETS_CACHE": str(folder / "datasets"),
        "HF_HUB_CACHE": str(folder / "hub"),
        "HF_XET_CACHE": str(folder / "xet"),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    }
    return {**os.environ, **own, **({"HF_ENDPOINT": endpoint} if endpoint else {})}
