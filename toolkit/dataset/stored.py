"""`open_dataset`: a dataset that stands in some folder, ready to be read batch by batch."""

from __future__ import annotations

import hashlib
import io
from functools import partial
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from toolkit.contract import parse_contract
from toolkit.dataset.comparison import Side
from toolkit.dataset.impossible import find_impossible, find_impossible_reject
from toolkit.dataset.manifest import Manifest, manifest_from_json
from toolkit.dataset.parquet import DamagedTableError, open_table, read_group, read_schema
from toolkit.dataset.tables import REJECTS, ROWS
from toolkit.dataset.versions import parse_tag
from toolkit.errors import ContractError, IntegrityError, UsageError
from toolkit.storage.dataset_files import CONTRACT_NAME, MANIFEST_NAME, MAX_TEXT_BYTES, is_shard
from toolkit.storage.filesystem import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from toolkit.contract import Contract
    from toolkit.storage.folders import Folder

BATCH_ROWS: Final = 2048
MEND: Final = "Build the dataset again; `toolkit validate` tells what is wrong."
PAGE_HASH_BYTES: Final = 32
"""The least that a row takes in a file: each has another SHA-256 of a page, which no compression makes shorter."""

MAX_MANIFEST_BYTES: Final = 256 * 1024 * 1024


def open_dataset(folder: Folder) -> Side:
    """The dataset in `folder`, its rows unread. UsageError if there is none, IntegrityError if its texts are damaged.

    Reading the rows raises the folder's own error, and IntegrityError for a file that is no Parquet, or has other
    columns than the contract.
    """
    manifest = read_manifest(folder)
    raw = folder.read(CONTRACT_NAME, max_bytes=MAX_TEXT_BYTES)
    if hashlib.sha256(raw).hexdigest() != manifest.contract.sha256:
        raise IntegrityError(f"{folder.name}/{CONTRACT_NAME}: not the file that {MANIFEST_NAME} names")
    contract = _contract(raw, f"{folder.name}/{CONTRACT_NAME}")
    shards = [file.path for file in manifest.files if is_shard(file.path)]
    return Side(
        manifest=manifest,
        contract=contract,
        batches=partial(_batches, folder, shards, contract.arrow()),
    )


def _contract(raw: bytes, file: str) -> Contract:
    """The contract of a dataset; it may have more columns than pages fill today, but no fewer."""
    try:
        contract = parse_contract(text_of(raw, file, error=IntegrityError), file=file)
    except ContractError as fault:
        raise IntegrityError(fault.message, mend=MEND) from fault
    columns = contract.arrow()
    for field in ROWS:
        if field.name not in columns.names or not _holds(columns.field(field.name).type, field.type):
            raise IntegrityError(f"{file}: has no column {field.name} of type {field.type}", mend=MEND)
    return contract


def _holds(kind: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values of `kind` have all that values of `wanted` have."""
    if pa.types.is_struct(kind) and pa.types.is_struct(wanted):
        members = {member.name: member.type for member in kind}
        return all(member.name in members and _holds(members[member.name], member.type) for member in wanted)
    if pa.types.is_list(kind) and pa.types.is_list(wanted):
        return _holds(kind.value_type, wanted.value_type)
    return bool(kind == wanted)


def read_manifest(folder: Folder) -> Manifest:
    """manifest.json of the dataset in `folder`; UsageError if there is none, IntegrityError if it is damaged."""
    if MANIFEST_NAME not in folder.files():
        found = f"no {MANIFEST_NAME} in it" if folder.files() else "nothing is there"
        raise UsageError(f"{folder.name}: {found}", mend=_nearest(folder))
    raw = folder.read(MANIFEST_NAME, max_bytes=MAX_MANIFEST_BYTES)
    file = f"{folder.name}/{MANIFEST_NAME}"
    return manifest_from_json(text_of(raw, file, error=IntegrityError), file=file)


def _nearest(folder: Folder) -> str:
    """What to name instead of a folder that is no dataset."""
    tops = {path.removesuffix(f"/{MANIFEST_NAME}") for path in folder.files() if path.endswith(f"/{MANIFEST_NAME}")}
    releases = sorted((version, tag) for tag in tops if (version := parse_tag(tag)))
    if releases:
        return f"It holds releases; name one of them: {folder.name}/{releases[-1][1]}"
    return "Name a dataset that `toolkit build` made."


def _batches(folder: Folder, shards: Sequence[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for shard in shards:
        yield from read_shard(folder, shard, schema)


def read_shard(folder: Folder, path: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of a shard, which anybody may have written, in batches.

    Errors are the folder's own, and IntegrityError for a file that is no Parquet, has other columns than `schema`, more
    rows than hashes of pages fit into it, or values that no page gives.
    """
    name, rows = f"{folder.name}/{path}", 0
    with folder.open(path) as file:
        most = file.seek(0, io.SEEK_END) // PAGE_HASH_BYTES
        for batch in read_rows(file, schema, name=name):
            rows += len(batch)
            if rows > most:
                raise IntegrityError(f"{name}: has rows that repeat: more than {most} do not fit into it", mend=MEND)
            if fault := find_impossible(batch):
                raise IntegrityError(f"{name}: {fault}, which no build writes", mend=MEND)
            yield batch


def read_rejects(
    folder: Folder, paths: Iterable[str], *, batch_rows: int, columns: Sequence[str] = REJECTS.names
) -> Iterator[pa.RecordBatch]:
    """The rejected pages in files of a dataset, which anybody may have written, in batches; errors as `read_shard`."""
    for path in paths:
        name = f"{folder.name}/{path}"
        with folder.open(path) as file:
            for batch in read_rows(file, REJECTS, name=name, of="rejects", batch_rows=batch_rows, columns=columns):
                if fault := find_impossible_reject(batch):
                    raise IntegrityError(f"{name}: {fault}, which no build writes", mend=MEND)
                yield batch


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

    No batch has rows of two row groups, since row groups may be as large as memory allows. IntegrityError if it
    is no Parquet, has other columns than `schema` or needs more memory than there is; what the disk raises stays an
    OSError.
    """
    try:
        table = open_table(file)
        if not read_schema(table).equals(schema, check_metadata=False):
            raise IntegrityError(f"{name}: its columns are not those of {of}", mend=MEND)
        for number in range(table.num_row_groups):
            yield from read_group(table, number, step_rows=batch_rows, columns=columns)
    except DamagedTableError as damage:
        raise IntegrityError(f"{name}: damaged: {damage.message}", mend=MEND) from damage
