"""The ledger: every page of the input in order, and which of them have bytes that came before."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from toolkit.dataset.manifest import document_hash
from toolkit.pipeline.outcomes import Outcome, ReadBatch
from toolkit.storage.output import open_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from toolkit.arrays import Mask
    from toolkit.storage.output import Staging
    from toolkit.storage.sink import WrittenFile


HASH_BYTES = 32
LEDGER = pa.schema(
    [
        ("file", pa.string()),
        ("sha256", pa.binary(HASH_BYTES)),
        ("document", pa.binary(HASH_BYTES)),
        ("outcome", pa.uint8()),
    ]
)
"""One row a page, in the order of the input; `document` is its `document_hash`."""


def ledger_batch(batch: ReadBatch) -> pa.RecordBatch:
    """The entries of some pages, with the schema `LEDGER`."""
    return pa.RecordBatch.from_arrays(
        [
            pa.array([document.file for document in batch.documents], pa.string()),
            pa.array([bytes.fromhex(document.sha256) for document in batch.documents], pa.binary(HASH_BYTES)),
            pa.array([document_hash(document) for document in batch.documents], pa.binary(HASH_BYTES)),
            pa.array(batch.outcomes, pa.uint8()),
        ],
        schema=LEDGER,
    )


def read_ledger(staging: Staging, written: WrittenFile, *columns: str) -> pa.Table:
    """These columns of the ledger of one task, in the order of `LEDGER`. OutputError if the disk fails."""
    options = pa.ipc.IpcReadOptions(included_fields=[LEDGER.get_field_index(column) for column in columns])
    with open_work(staging, written.path) as file, pa.ipc.open_stream(file, options=options) as stream:
        return stream.read_all().combine_chunks()  # a copy: chunks hold the memory of all columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Pages whose bytes came before: `masks` marks them among the entries of each ledger, `first` has for each of
    them, in order, the (ledger, entry) of the first page with the same bytes.
    """

    masks: tuple[Mask, ...]
    first: tuple[tuple[int, int], ...]


def find_repeats(ledgers: Sequence[pa.Table]) -> Repeats:
    """The repeats among rows and rejects of all ledgers together; excluded and foreign pages are passed over.

    The ledgers have the columns `sha256` and `outcome`.
    """
    hashes = [read_hashes(ledger, "sha256") for ledger in ledgers]
    counted = np.concatenate([_is_page(ledger) for ledger in ledgers]) if ledgers else np.zeros(0, np.bool_)
    places = np.flatnonzero(counted)
    first = _first_of_equal(np.concatenate(hashes) if hashes else np.zeros((0, HASH_BYTES), np.uint8), places)
    repeats = np.flatnonzero(first != np.arange(len(places)))
    mask = np.zeros(len(counted), np.bool_)
    mask[places[repeats]] = True
    borders = np.cumsum([0, *map(len, hashes)])
    masks = tuple(mask[start:end] for start, end in itertools.pairwise(borders))
    return Repeats(masks=masks, first=tuple(_place(int(places[first[repeat]]), borders) for repeat in repeats))


def read_hashes(ledger: pa.Table, column: str) -> NDArray[np.uint8]:
    """The hashes in a column of a ledger, one row of 32 bytes each."""
    hashes = ledger.column(column).combine_chunks()
    content = hashes.buffers()[1] or b""
    return np.frombuffer(content, np.uint8, len(hashes) * HASH_BYTES, hashes.offset * HASH_BYTES).reshape(
        -1, HASH_BYTES
    )


def _is_page(ledger: pa.Table) -> Mask:
    outcome = ledger.column("outcome").to_numpy()
    mask: Mask = (outcome == Outcome.ROW) | (outcome == Outcome.REJECT)
    return mask


def _first_of_equal(hashes: NDArray[np.uint8], places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of the hashes at these places: for each the index of the first that is equal."""
    keys = np.ascontiguousarray(hashes[:, :8]).view(np.uint64).reshape(-1)[places]
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    alike = np.union1d(order[1:][same], order[:-1][same])  # few, and all are compared in full
    whole = hashes[places[alike]].view(f"V{HASH_BYTES}").reshape(-1).view(f"S{HASH_BYTES}")
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    found: NDArray[np.intp] = np.arange(len(places))
    found[alike] = alike[first[inverse]]
    return found


def _place(index: int, borders: NDArray[np.intp]) -> tuple[int, int]:
    ledger = int(np.searchsorted(borders, index, side="right")) - 1
    return ledger, index - int(borders[ledger])


def rows_to_keep(ledger: pa.Table, repeats: Mask, outcome: Outcome) -> Mask:
    """Of the pages of one ledger that ended as `outcome`, in order, those that are no repeats."""
    ended = ledger.column("outcome").to_numpy() == outcome
    kept: Mask = ~repeats[ended]
    return kept
