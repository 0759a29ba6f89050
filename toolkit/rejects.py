"""`rejects`: the rejected pages of a dataset as files again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.errors import IntegrityError, UsageError
from toolkit.storage import open_regular, resolve_target, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]  # Any: one row of rejects as Python values


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredRejects:
    """`pages` were written; of `without_bytes` (`page.file`s) only what was found, for they were too large to keep."""

    pages: int
    without_bytes: tuple[str, ...]


def restore_rejects(dataset: str | Path, to: str | Path) -> RestoredRejects:
    """Write each rejected page to its `page.file` below the folder `to`, with `NAME.diagnostics.json` beside it.

    `to` must be absent or empty. UsageError where the dataset has no rejects, IntegrityError where they cannot be
    read, OutputError if the disk fails.
    """
    files = sorted((Path(dataset) / "rejects").glob("rejects-*.parquet"))
    if not files:
        raise UsageError(f"{dataset}: no rejected pages there", mend="A build without rejects, or a release, has none.")
    target = resolve_target(to)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{to}: is not an empty folder", mend="Name a new one with --to.")
    pages, lost = 0, []
    for row in _rows(files):
        path = target / _safe_path(row["file"])
        if row["raw"] is None:
            lost.append(row["file"])
        else:
            write_file(path, row["raw"], durable=False)
            pages += 1
        diagnostics = json.dumps(row["diagnostics"], ensure_ascii=False, indent=1) + "\n"
        write_file(path.with_name(path.name + ".diagnostics.json"), diagnostics.encode(), durable=False)
    return RestoredRejects(pages=pages, without_bytes=tuple(lost))


def _rows(files: list[Path]) -> Iterator[Row]:
    for path in files:
        try:
            with open_regular(path, error=IntegrityError) as file:
                for batch in pq.ParquetFile(file, page_checksum_verification=True).iter_batches(batch_size=16):
                    batch.validate(full=True)
                    yield from batch.to_pylist()
        except (pa.ArrowException, OSError, ValueError, KeyError) as fault:
            raise IntegrityError(f"{path}: {fault}", mend="Build the dataset again.") from fault


def _safe_path(file: str) -> PurePosixPath:
    """The relative path of a page: `!` separates an archive and its member, and becomes `/`; nothing leads outside."""
    parts = [part for part in file.replace("!", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or any("\0" in part for part in parts):
        raise IntegrityError(f"rejects: {file!r} is no name of a page")
    return PurePosixPath(*parts)
