"""Staged shards -> the files of a dataset: data first, then the files that hold hashes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.assembly.descriptions import Description
from toolkit.assembly.duplicates import write_duplicates
from toolkit.assembly.rejects import write_rejects
from toolkit.assembly.values import RejectTally
from toolkit.dataset.croissant import croissant_json
from toolkit.dataset.facts import merge
from toolkit.dataset.manifest import (
    Counts,
    Inputs,
    ListedFile,
    Manifest,
    Source,
    inputs_sha256,
    manifest_to_json,
    release_sums,
    sums_to_text,
)
from toolkit.dataset.tables import ShardFile, digest
from toolkit.pages import lexicon_to_json
from toolkit.pipeline import Outcome, read_hashes, read_ledger
from toolkit.storage.dataset_files import (
    CARD_NAME,
    CONTRACT_NAME,
    CROISSANT_NAME,
    LAYOUT_NAME,
    MANIFEST_NAME,
    REPORT_NAME,
    SUMS_NAME,
    TAGS_NAME,
    shard_name,
)
from toolkit.storage.output import adopt, create_bytes, open_work
from toolkit.storage.sink import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.assembly.values import Passed, Recipe
    from toolkit.diagnostics import Diagnostic
    from toolkit.pipeline import Finished
    from toolkit.storage.output import Staging


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """A dataset that is whole in the staging folder. `files` has manifest.json and SHA256SUMS too.

    `codes` counts rejected pages by code; `diagnostics` are the first 10,000 of the rejects, in order; `unreadable` are
    parts of the input that were skipped while it was read, `matched` the exclusions that named a page of it,
    `urls` the number of pages that have one.
    """

    manifest: Manifest
    files: tuple[ListedFile, ...]
    codes: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]
    unreadable: tuple[Diagnostic, ...]
    matched: frozenset[str]
    urls: int


def assemble(staging: Staging, passed: Passed, recipe: Recipe) -> Assembled:
    """Write every file of the dataset. OutputError if the disk fails."""
    tally = RejectTally()
    shards = _adopt_shards(staging, passed.finished)
    listed = [_listed(shard) for shard in shards]
    listed += [_listed(part, published=False) for part in write_rejects(staging, passed, tally)]
    listed += [_listed(part, published=False) for part in write_duplicates(staging, passed)]
    listed.append(_write_text(staging, TAGS_NAME, lexicon_to_json(passed.reduced.lexicon)))
    listed.append(_write_text(staging, CONTRACT_NAME, recipe.contract.text))
    listed.append(_write_text(staging, LAYOUT_NAME, recipe.layout.text))
    manifest = _manifest(staging, passed, recipe, tally)
    described = Description(staging=staging, passed=passed, recipe=recipe, tally=tally, manifest=manifest)
    listed.append(_write_text(staging, CARD_NAME, described.card(shards)))
    croissant = croissant_json(recipe.contract, replace(manifest, files=tuple(listed)))
    listed.append(_write_text(staging, CROISSANT_NAME, croissant))
    listed.append(_write_text(staging, REPORT_NAME, described.report()))
    manifest = replace(manifest, files=tuple(sorted(listed, key=lambda file: file.path)))
    last = _write_text(staging, MANIFEST_NAME, manifest_to_json(manifest))
    sums = _write_text(staging, SUMS_NAME, sums_to_text(release_sums(manifest, last.sha256)))
    return Assembled(
        manifest=manifest,
        files=(*manifest.files, last, sums),
        codes=dict(sorted(tally.codes.items())),
        diagnostics=tuple(tally.diagnostics),
        unreadable=tuple(found for part in passed.collected for found in part.unreadable),
        matched=frozenset(name for part in passed.collected for name in part.matched),
        urls=sum(part.urls for part in passed.collected),
    )


def _adopt_shards(staging: Staging, finished: Sequence[Finished]) -> list[ShardFile]:
    """Number the shards that have rows and give them to the dataset."""
    shards = [part.shard for part in finished if part.shard is not None]
    adopted = []
    for number, shard in enumerate(shards):
        name = shard_name(number, len(shards))
        written = adopt(staging, WrittenFile.durable(path=shard.path, bytes=shard.bytes, sha256=shard.sha256), name)
        adopted.append(replace(shard, path=written.path))
    return adopted


def _listed(file: ShardFile, *, published: bool = True) -> ListedFile:
    return ListedFile(path=file.path, rows=file.rows, bytes=file.bytes, sha256=file.sha256, published=published)


def _write_text(staging: Staging, name: str, text: str) -> ListedFile:
    written = create_bytes(staging, name, text.encode())
    return ListedFile(path=name, rows=None, bytes=written.bytes, sha256=written.sha256)


def _manifest(staging: Staging, passed: Passed, recipe: Recipe, tally: RejectTally) -> Manifest:
    """The manifest, but for its files."""
    outcomes: Counter[int] = Counter()
    for part in passed.collected:
        outcomes.update(read_ledger(staging, part.ledger, "outcome").column("outcome").to_pylist())
    documents = (read_ledger(staging, part.ledger, "document") for part in passed.collected)
    hashes = (read_hashes(ledger, "document").tobytes() for ledger in documents)
    return Manifest(
        version=recipe.version,
        toolkit=installed_version("article-toolkit"),
        pyarrow=pa.__version__,
        contract=Source(version=recipe.contract.version, sha256=recipe.contract.sha256),
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
