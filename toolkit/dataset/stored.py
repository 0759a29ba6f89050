"""`open_dataset`: a dataset that stands in some folder, ready to be read batch by batch."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.contract import load as parse_contract
from toolkit.dataset.comparison import Side
from toolkit.dataset.manifest import Manifest
from toolkit.dataset.manifest import from_json as manifest_from_json
from toolkit.dataset.versions import parse_tag
from toolkit.diagnostics import cut
from toolkit.errors import IntegrityError, UsageError
from toolkit.storage import CONTRACT_NAME, MANIFEST_NAME, is_shard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from toolkit.storage import Folder

BATCH_ROWS: Final = 2048
DAMAGE_MEND: Final = "Build the dataset again; `toolkit validate` tells what is wrong."
MAX_MANIFEST_BYTES: Final = 256 * 1024 * 1024
MAX_CONTRACT_BYTES: Final = 1024 * 1024


def open_dataset(folder: Folder) -> Side:
    """The dataset in `folder`, its rows unread. UsageError if there is none, IntegrityError if its texts are damaged.

    Reading the rows raises the folder's own error, and IntegrityError for a file that is no Parquet, or has other
    columns than the contract.
    """
    manifest = read_manifest(folder)
    raw = folder.read(CONTRACT_NAME, max_bytes=MAX_CONTRACT_BYTES)
    if hashlib.sha256(raw).hexdigest() != manifest.contract.sha256:
        raise IntegrityError(f"{folder.name}/{CONTRACT_NAME}: not the file that {MANIFEST_NAME} names")
    contract = parse_contract(raw.decode(), file=f"{folder.name}/{CONTRACT_NAME}")
    shards = [file.path for file in manifest.files if is_shard(file.path)]
    return Side(
        manifest=manifest,
        contract=contract,
        batches=lambda: _batches(folder, shards, contract.arrow()),
    )


def read_manifest(folder: Folder) -> Manifest:
    """manifest.json of the dataset in `folder`; UsageError if there is none, IntegrityError if it is damaged."""
    if MANIFEST_NAME not in folder.files():
        found = f"no {MANIFEST_NAME} in it" if folder.files() else "nothing is there"
        raise UsageError(f"{folder.name}: {found}", mend=_nearest(folder))
    raw = folder.read(MANIFEST_NAME, max_bytes=MAX_MANIFEST_BYTES)
    try:
        return manifest_from_json(raw.decode())
    except UnicodeDecodeError as failure:
        raise IntegrityError(f"{folder.name}/{MANIFEST_NAME}: no UTF-8") from failure


def _nearest(folder: Folder) -> str:
    """What to name instead of a folder that is no dataset."""
    tops = {path.removesuffix(f"/{MANIFEST_NAME}") for path in folder.files() if path.endswith(f"/{MANIFEST_NAME}")}
    releases = sorted((version, tag) for tag in tops if (version := parse_tag(tag)))
    if releases:
        return f"It holds releases; name one of them: {folder.name}/{releases[-1][1]}"
    return "Name a dataset that `toolkit build` made."


def _batches(folder: Folder, shards: Sequence[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for shard in shards:
        with folder.open(shard) as file:
            yield from read_rows(file, schema, name=f"{folder.name}/{shard}")


def read_rows(
    file: BinaryIO,
    schema: pa.Schema,
    *,
    name: str,
    of: str = "the contract",
    batch_rows: int = BATCH_ROWS,
    columns: Sequence[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file in batches of at most `batch_rows`, of `columns` alone if they are named.

    IntegrityError if it is no Parquet, or has other columns than `schema`; what the disk raises stays an OSError.
    """
    try:
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        if not parquet.schema_arrow.equals(schema, check_metadata=False):
            raise IntegrityError(f"{name}: its columns are not those of {of}", mend=DAMAGE_MEND)
        for batch in parquet.iter_batches(batch_size=batch_rows, columns=columns):
            batch.validate(full=True)
            yield batch
    except (pa.ArrowException, ValueError, LookupError, TypeError, OverflowError) as failure:
        raise IntegrityError(f"{name}: cannot be read as Parquet: {cut(str(failure))}", mend=DAMAGE_MEND) from failure
    except OSError as failure:
        if type(failure) is not OSError or failure.errno is not None:
            raise
        raise IntegrityError(f"{name}: damaged: {cut(str(failure))}", mend=DAMAGE_MEND) from failure  # Arrow's own
