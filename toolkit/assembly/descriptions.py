"""The card and the report of a build's dataset."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from toolkit.dataset.card import CardFacts, render_card
from toolkit.dataset.comparison import Diff, Side, changelog_entry, compare
from toolkit.dataset.facts import Facts, Sample, merge
from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.stored import BATCH_ROWS, read_rows
from toolkit.dataset.versions import UNRELEASED
from toolkit.pipeline import Outcome, read_ledger, staged_batches
from toolkit.reporting import ReportFacts, render_report, view_rows
from toolkit.storage.output import open_work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from toolkit.assembly.values import Passed, Recipe, RejectTally
    from toolkit.dataset.manifest import Manifest
    from toolkit.dataset.tables import ShardFile
    from toolkit.storage.output import Staging


@dataclass(frozen=True, kw_only=True)  # no slots: cached properties need a `__dict__`
class Description:
    """A dataset in the staging folder, to be described; `manifest` still lacks its files."""

    staging: Staging
    passed: Passed
    recipe: Recipe
    tally: RejectTally
    manifest: Manifest

    def card(self, shards: Sequence[ShardFile]) -> str:
        """The text of README.md. UsageError if the card whose text is kept cannot be rewritten without loss."""
        facts = CardFacts(
            contract=self.recipe.contract,
            manifest=self.manifest,
            facts=self._facts,
            num_bytes=sum(shard.decoded_bytes for shard in shards),
            download_size=sum(shard.bytes for shard in shards),
            rejects=self._rejects,
            example=self._first_row(),
        )
        return render_card(facts, self.recipe.card, entry=self._entry())

    def report(self) -> str:
        """The text of report.html."""
        sample = Sample()
        for part in self.passed.finished:
            for rows in staged_batches(self.staging, part.sample):
                sample.add(rows)
        contract = self.recipe.contract
        facts = ReportFacts(
            contract=contract,
            manifest=self.manifest,
            facts=self._facts,
            characters=sample.characters(contract),
            rejects=self._rejects,
            changes=self._changes,
        )
        return render_report(facts, view_rows(sample.table(contract), self.recipe.layout, contract))

    @cached_property
    def _facts(self) -> Facts:
        return merge(part.facts for part in self.passed.finished)

    @cached_property
    def _changes(self) -> Diff | None:
        """What changed since the previous dataset, null without one."""
        if self.recipe.previous is None:
            return None
        rows = partial(_staged_rows, self.staging, self._shards, self.recipe.contract.arrow())
        side = Side(manifest=self.manifest, contract=self.recipe.contract, batches=rows)
        ledgers = (read_ledger(self.staging, part.ledger, "file", "outcome") for part in self.passed.collected)
        excluded = (ledger.filter(pc.equal(ledger["outcome"], Outcome.EXCLUDED))["file"] for ledger in ledgers)
        left_out = [file for files in excluded for file in files.to_pylist()]
        return run_isolated(compare, self.recipe.previous, side, excluded=left_out)

    @property
    def _rejects(self) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(self.tally.codes.items()))

    def _entry(self) -> str:
        """What the changelog says of this version; nothing without a previous dataset, or without a version."""
        if self._changes is None or self.recipe.version == UNRELEASED:
            return ""
        return changelog_entry(self._changes)

    def _first_row(self) -> dict[str, Any]:  # Any: a cell of any type
        rows = _staged_rows(self.staging, self._shards, self.recipe.contract.arrow(), batch_rows=1)
        first = next(rows, None)
        row: dict[str, Any] = {} if first is None else first.to_pylist()[0]
        return row

    @property
    def _shards(self) -> list[str]:
        return [part.shard.path for part in self.passed.finished if part.shard is not None]


def _staged_rows(
    staging: Staging, shards: Sequence[str], schema: pa.Schema, *, batch_rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    for shard in shards:
        with open_work(staging, shard) as file:
            yield from read_rows(file, schema, name=shard, batch_rows=batch_rows)
