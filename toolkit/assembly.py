"""Staged shards -> the files of a dataset, in the order that makes the last ones vouch for the first."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.dataset import (
    CROISSANT_NAME,
    DUPLICATES,
    MANIFEST_NAME,
    REJECTS,
    SUMS_NAME,
    UNRELEASED,
    CardFacts,
    Counts,
    Inputs,
    ListedFile,
    Manifest,
    ShardFile,
    Side,
    Source,
    changelog_entry,
    compare,
    croissant_json,
    digest,
    duplicate_batch,
    inputs_sha256,
    manifest_to_json,
    merge,
    read_rows,
    release_sums,
    render_card,
    sums_to_text,
    write_numbered,
    write_shard,
)
from toolkit.diagnostics import Diagnostic
from toolkit.pages import Layout, lexicon_to_json
from toolkit.pipeline import Collected, Finished, Outcome, Reduced, Repeats, read_hashes, read_ledger, rows_to_keep
from toolkit.storage import Staging, WrittenFile, adopt, create, create_bytes, open_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from toolkit.contract import Contract
    from toolkit.pipeline.ledger import Mask

REJECTS_FILE_BYTES = 256 * 1024 * 1024
MAX_DIAGNOSTICS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """What a dataset is made by, beside its rows.

    `card` is the text whose human part is kept, `previous` the dataset that the changelog compares with; null for none.
    """

    contract: Contract
    layout: Layout
    version: str
    card: str | None
    previous: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What both passes left in the staging folder, task by task, and what was reduced between them."""

    collected: Sequence[Collected]
    reduced: Reduced
    finished: Sequence[Finished]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """A dataset that is whole in the staging folder. `files` has manifest.json and SHA256SUMS too.

    `codes` counts rejected pages by code; `diagnostics` are the first 10,000 of the rejects, in order.
    """

    manifest: Manifest
    files: tuple[ListedFile, ...]
    codes: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Tally:
    """What is counted while the rejects pass by."""

    rejected: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def assemble(staging: Staging, passed: Passed, plans: Plans) -> Assembled:
    """Write every file of the dataset. OutputError if the disk fails."""
    tally = _Tally()
    shards = _adopt_shards(staging, passed.finished)
    listed = [_listed(shard) for shard in shards]
    listed += [_listed(part, published=False) for part in _write_rejects(staging, passed, tally)]
    listed += [_listed(part, published=False) for part in _write_duplicates(staging, passed)]
    texts = {
        "tags.json": lexicon_to_json(passed.reduced.lexicon),
        "article.odcs.yaml": plans.contract.text,
        "layout.yaml": plans.layout.text,
    }
    listed += [_write_text(staging, name, text) for name, text in texts.items()]
    manifest = _manifest(staging, passed, plans, tally)
    card = _card(staging, passed, plans, tally=tally, manifest=manifest, shards=shards)
    listed.append(_write_text(staging, "README.md", card))
    croissant = croissant_json(plans.contract, replace(manifest, files=tuple(listed)))
    listed.append(_write_text(staging, CROISSANT_NAME, croissant))
    manifest = replace(manifest, files=tuple(sorted(listed, key=lambda file: file.path)))
    last = _write_text(staging, MANIFEST_NAME, manifest_to_json(manifest))
    sums = _write_text(staging, SUMS_NAME, sums_to_text(release_sums(manifest, last.sha256)))
    return Assembled(
        manifest=manifest,
        files=(*manifest.files, last, sums),
        codes=dict(sorted(tally.codes.items())),
        diagnostics=tuple(tally.diagnostics),
    )


def _adopt_shards(staging: Staging, finished: Sequence[Finished]) -> list[ShardFile]:
    """Number the shards that have rows and give them to the dataset."""
    shards = [part.shard for part in finished if part.shard is not None]
    adopted = []
    for number, shard in enumerate(shards):
        name = f"data/train-{number:05d}-of-{len(shards):05d}.parquet"
        written = adopt(staging, WrittenFile(path=shard.path, bytes=shard.bytes, sha256=shard.sha256), name)
        adopted.append(replace(shard, path=written.path))
    return adopted


def _listed(file: ShardFile, *, published: bool = True) -> ListedFile:
    return ListedFile(path=file.path, rows=file.rows, bytes=file.bytes, sha256=file.sha256, published=published)


def _write_text(staging: Staging, name: str, text: str) -> ListedFile:
    written = create_bytes(staging, name, text.encode())
    return ListedFile(path=name, rows=None, bytes=written.bytes, sha256=written.sha256)


def _write_rejects(staging: Staging, passed: Passed, tally: _Tally) -> list[ShardFile]:
    """Every rejected page that repeats no earlier one, in the order of the input."""
    return write_numbered(
        _tallied(_rejects(staging, passed), tally),
        lambda name: create(staging, name),
        "rejects/rejects-{}.parquet",
        REJECTS,
        full_bytes=REJECTS_FILE_BYTES,
    )


def _tallied(batches: Iterable[pa.RecordBatch], tally: _Tally) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        tally.rejected += len(batch)
        tally.codes.update(code for codes in batch.column("codes").to_pylist() for code in codes)
        room = MAX_DIAGNOSTICS - len(tally.diagnostics)
        if room > 0:
            found = batch.column("diagnostics").slice(0, room).to_pylist()
            tally.diagnostics += [Diagnostic(**entry) for entries in found for entry in entries][:room]
        yield batch


def _rejects(staging: Staging, passed: Passed) -> Iterator[pa.RecordBatch]:
    parts = zip(passed.collected, passed.reduced.repeats.masks, passed.finished, strict=True)
    for collected, repeats, finished in parts:
        ledger = read_ledger(staging, collected.ledger)
        unread = _stream(staging, collected.rejects, rows_to_keep(ledger, repeats, Outcome.REJECT))
        refused = list(_stream(staging, finished.refused, None))
        if refused:
            yield from _in_order(ledger.column("file").to_pylist(), unread, refused)
        else:
            yield from unread


def _stream(staging: Staging, written: WrittenFile, keep: Mask | None) -> Iterator[pa.RecordBatch]:
    at = 0
    with open_work(staging, written.path) as file, pa.ipc.open_stream(file) as stream:
        for batch in stream:
            kept = batch if keep is None else batch.filter(pa.array(keep[at : at + len(batch)]))
            at += len(batch)
            if len(kept):
                yield kept


def _in_order(
    files: Sequence[str], left: Iterable[pa.RecordBatch], right: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The rows of two streams, one a batch, in the order in which their pages stand in the input."""
    place = {file: number for number, file in enumerate(files)}
    rows = [(batch.slice(row, 1) for batch in stream for row in range(len(batch))) for stream in (left, right)]
    return heapq.merge(*rows, key=lambda row: place[row.column("file")[0].as_py()])


def _write_duplicates(staging: Staging, passed: Passed) -> list[ShardFile]:
    """Every page whose bytes came before, with the page that came first."""
    repeats = passed.reduced.repeats
    if not repeats.first:
        return []
    ledgers = [read_ledger(staging, part.ledger) for part in passed.collected]
    batches = (duplicate_batch(entries) for entries in _duplicates(ledgers, repeats) if entries)
    return [write_shard(batches, lambda name: create(staging, name), "duplicates.parquet", DUPLICATES)]


def _duplicates(ledgers: Sequence[pa.Table], repeats: Repeats) -> Iterator[list[tuple[str, str, str]]]:
    first = iter(repeats.first)
    for ledger, mask in zip(ledgers, repeats.masks, strict=True):
        repeated = ledger.select(["file", "sha256"]).filter(pa.array(mask)).to_pylist()
        places = [next(first) for _ in repeated]
        yield [
            (entry["file"], entry["sha256"].hex(), ledgers[where].column("file")[row].as_py())
            for entry, (where, row) in zip(repeated, places, strict=True)
        ]


def _manifest(staging: Staging, passed: Passed, plans: Plans, tally: _Tally) -> Manifest:
    """The manifest, but for its files."""
    ledgers = [read_ledger(staging, part.ledger) for part in passed.collected]
    outcomes = Counter(value for ledger in ledgers for value in ledger.column("outcome").to_pylist())
    hashes = (read_hashes(ledger, "document").tobytes() for ledger in ledgers)
    return Manifest(
        version=plans.version,
        toolkit=installed_version("article-toolkit"),
        pyarrow=pa.__version__,
        contract=Source(version=plans.contract.version, sha256=plans.contract.sha256),
        inputs=Inputs(
            count=sum(part.pages for part in passed.collected),
            bytes=sum(part.bytes for part in passed.collected),
            sha256=inputs_sha256(hashes),
        ),
        counts=Counts(
            pages=sum(part.pages for part in passed.collected),
            rows=sum(part.rows for part in passed.finished),
            rejected=tally.rejected,
            duplicates=len(passed.reduced.repeats.first),
            foreign=outcomes[Outcome.FOREIGN],
            excluded=outcomes[Outcome.EXCLUDED],
            warnings=merge(part.facts for part in passed.finished).warnings,
        ),
        digest=digest(_read_work(staging, part.hashes) for part in passed.finished),
        files=(),
    )


def _read_work(staging: Staging, written: WrittenFile) -> bytes:
    with open_work(staging, written.path) as file:
        return file.read()


def _card(
    staging: Staging, passed: Passed, plans: Plans, *, tally: _Tally, manifest: Manifest, shards: Sequence[ShardFile]
) -> str:
    facts = CardFacts(
        contract=plans.contract,
        version=plans.version,
        toolkit=manifest.toolkit,
        digest=manifest.digest,
        counts=manifest.counts,
        facts=merge(part.facts for part in passed.finished),
        num_bytes=sum(shard.decoded_bytes for shard in shards),
        download_size=sum(shard.bytes for shard in shards),
        rejects=tuple(sorted(tally.codes.items())),
        example=_first_row(staging, passed, plans.contract),
    )
    return render_card(facts, plans.card, entry=_entry(staging, passed, plans, manifest))


def _entry(staging: Staging, passed: Passed, plans: Plans, manifest: Manifest) -> str:
    """What changed since the previous dataset; nothing without one, or without a version to write it under."""
    if plans.previous is None or plans.version == UNRELEASED:
        return ""
    batches = partial(_staged_rows, staging, passed, plans.contract)
    diff = compare(plans.previous, Side(manifest=manifest, contract=plans.contract, batches=batches))
    ledgers = (read_ledger(staging, part.ledger) for part in passed.collected)
    excluded = (ledger.filter(pc.equal(ledger["outcome"], Outcome.EXCLUDED))["file"] for ledger in ledgers)
    return changelog_entry(diff, [file for files in excluded for file in files.to_pylist()])


def _first_row(staging: Staging, passed: Passed, contract: Contract) -> dict[str, Any]:  # Any: a cell of any type
    first = next(_staged_rows(staging, passed, contract), None)
    row: dict[str, Any] = {} if first is None else first.slice(0, 1).to_pylist()[0]
    return row


def _staged_rows(staging: Staging, passed: Passed, contract: Contract) -> Iterator[pa.RecordBatch]:
    for shard in (part.shard for part in passed.finished if part.shard is not None):
        with open_work(staging, shard.path) as file:
            yield from read_rows(file, contract.arrow(), name=shard.path)
