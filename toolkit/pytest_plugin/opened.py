"""`ArticleDataset`: what the fixture gives to a user's own tests."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from toolkit.dataset.manifest import Manifest, manifest_from_json
from toolkit.errors import IntegrityError
from toolkit.storage.dataset_files import MANIFEST_NAME, is_shard
from toolkit.storage.filesystem import read_text

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from pyarrow.dataset import Dataset

MAX_MANIFEST_BYTES = 64 * 1024 * 1024


class ArticleDataset:
    """A built dataset at `path`; whatever is asked for is read once, when it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def manifest(self) -> Manifest:
        """What manifest.json says; IntegrityError if it is missing or damaged."""
        text = read_text(self.path / MANIFEST_NAME, max_bytes=MAX_MANIFEST_BYTES, error=IntegrityError)
        return manifest_from_json(text)

    @cached_property
    def rows(self) -> Dataset:
        """All shards as one `pyarrow.dataset.Dataset`, of which only what a test asks for is read."""
        from pyarrow.dataset import dataset  # noqa: PLC0415 - only for tests that look at rows

        return dataset([str(self.path / file.path) for file in self.manifest.files if is_shard(file.path)])

    @cached_property
    def table(self) -> pa.Table:
        """All rows in memory, a `pyarrow.Table`."""
        return self.rows.to_table()
