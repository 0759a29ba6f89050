"""A forger: changes a dataset and makes every hash, count and card right again, so that only the lie itself is left."""

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.contract import Contract
from toolkit.dataset.card import CardFacts, parse_card, render_card
from toolkit.dataset.croissant import croissant_json
from toolkit.dataset.facts import Facts, Measurement, merge
from toolkit.dataset.manifest import (
    Counts,
    Inputs,
    ListedFile,
    Manifest,
    Source,
    manifest_from_json,
    manifest_to_json,
    release_sums,
    sums_to_text,
)
from toolkit.dataset.tables import article_of, digest, row_hashes, write_shard
from toolkit.errors import ContractError
from toolkit.pages import render
from toolkit.settings import load_contract, load_layout
from toolkit.storage.dataset_files import CROISSANT_NAME
from toolkit.storage.sink import Sink

Rows = list[dict]


def forge_rows(dataset: Path, change: Callable[[list[Rows]], None], *, prove: bool = True) -> None:
    """Change the rows, a list of them for each shard, in place; `prove` gives each row the hash of its rendering."""
    contract = load_contract(dataset / "article.odcs.yaml")
    paths = sorted((dataset / "data").glob("*.parquet"))
    shards = [pq.read_table(path).to_pylist() for path in paths]
    change(shards)
    if prove:
        for row in (row for shard in shards for row in shard):
            row["page"]["rendering"] = rendering_of(row, dataset)
    schema = contract.arrow()
    write_tables(dataset, [pa.Table.from_pylist(rows, schema=schema) for rows in shards], contract)


def rendering_of(row: dict, dataset: Path) -> str:
    """The hash of the page that a row renders to; the one it has, where it renders to none."""
    try:
        lines = render(article_of(row), load_layout(dataset / "layout.yaml"))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
    except (TypeError, AttributeError):
        return row["page"]["rendering"]


def manifest_of(counts: Counts, *, version: str = "1.2.0", digest: str = "sha256:00") -> Manifest:
    """A manifest of a dataset that is nowhere."""
    return Manifest(
        version=version,
        toolkit="9.9.9",
        pyarrow="26.0.0",
        contract=Source(version="1.0.0", sha256="ab" * 32),
        inputs=Inputs(count=counts.pages, bytes=8, sha256="cd" * 32),
        counts=counts,
        digest=digest,
        files=(),
    )


def measure(table: pa.Table) -> Facts:
    """The facts of the rows of a table."""
    measurement = Measurement()
    measurement.add(table)
    return measurement.facts()


def write_tables(dataset: Path, tables: list[pa.Table], contract: Contract) -> None:
    """Put tables in the place of the shards, and make everything else right."""
    names = [path.name for path in sorted((dataset / "data").glob("*.parquet"))]
    shards = []
    for name, table in zip(names, tables, strict=True):
        path = dataset / "data" / name
        path.unlink()
        schema = table.schema.with_metadata(contract.hub_metadata())
        shards.append(
            write_shard(table.to_batches(), lambda _, path=path: Sink(path, path.name, durable=True), name, schema)
        )
    facts = merge(measure(table) for table in tables)
    rows = sum(shard.rows for shard in shards)
    found = digest(row_hashes(table) for table in tables)

    def change(manifest: Manifest) -> Manifest:
        more = rows - manifest.counts.rows
        counts = replace(manifest.counts, rows=rows, pages=manifest.counts.pages + more, warnings=facts.warnings)
        inputs = replace(manifest.inputs, count=counts.pages)
        return replace(manifest, counts=counts, inputs=inputs, digest=found)

    seal(dataset, change)
    manifest = read_manifest(dataset)
    card = CardFacts(
        contract=contract,
        manifest=manifest,
        facts=facts,
        num_bytes=sum(shard.decoded_bytes for shard in shards),
        download_size=sum(shard.bytes for shard in shards),
        rejects=rejects_of(dataset),
        example=tables[0].slice(0, 1).to_pylist()[0],
    )
    write_card(dataset, render_card(card, parse_card((dataset / "README.md").read_text("utf-8"))))


def rejects_of(dataset: Path) -> tuple[tuple[str, int], ...]:
    codes = Counter(
        code
        for path in (dataset / "rejects").glob("*.parquet")
        for codes in pq.read_table(path)["codes"].to_pylist()
        for code in codes
    )
    return tuple(sorted(codes.items()))


def edit(dataset: Path, name: str, old: str, new: str) -> None:
    """Put `new` in the place of the first `old` in a text file, and make every hash right."""
    text = (dataset / name).read_text("utf-8")
    assert old in text
    (dataset / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    seal(dataset)


def write_card(dataset: Path, text: str) -> None:
    (dataset / "README.md").write_text(text, encoding="utf-8")
    seal(dataset)


def read_manifest(dataset: Path) -> Manifest:
    return manifest_from_json((dataset / "manifest.json").read_text("utf-8"))


def seal(dataset: Path, change: Callable[[Manifest], Manifest] = lambda manifest: manifest) -> None:
    """Write croissant.json, manifest and SHA256SUMS anew, of the files as they are now.

    `change` puts other lies into the manifest.
    """
    manifest = read_manifest(dataset)
    files = tuple(_listed(dataset, file) for file in manifest.files)
    contract = next(file.sha256 for file in files if file.path == "article.odcs.yaml")
    changed = change(replace(manifest, files=files, contract=replace(manifest.contract, sha256=contract)))
    described = tuple(file for file in changed.files if file.path not in {CROISSANT_NAME, "report.html"})
    with suppress(ContractError):
        text = croissant_json(load_contract(dataset / "article.odcs.yaml"), replace(changed, files=described))
        (dataset / CROISSANT_NAME).write_text(text, encoding="utf-8")
    seal_files(dataset, changed)


def seal_files(dataset: Path, manifest: Manifest | None = None) -> None:
    """Write manifest and SHA256SUMS anew, of the files as they are now."""
    manifest = manifest or read_manifest(dataset)
    files = tuple(_listed(dataset, file) for file in manifest.files)
    write_manifest(dataset, manifest_to_json(replace(manifest, files=files)))


def _listed(dataset: Path, file: ListedFile) -> ListedFile:
    path = dataset / file.path
    if not path.exists():
        return file
    raw = path.read_bytes()
    rows = None if file.rows is None else pq.read_metadata(path).num_rows
    return replace(file, bytes=len(raw), sha256=hashlib.sha256(raw).hexdigest(), rows=rows)


def write_manifest(dataset: Path, text: str) -> None:
    """Write a manifest of any text, and SHA256SUMS as if it were right."""
    sums = release_sums(read_manifest(dataset), hashlib.sha256(text.encode()).hexdigest())
    (dataset / "manifest.json").write_text(text, encoding="utf-8")
    try:
        sums = release_sums(manifest_from_json(text), hashlib.sha256(text.encode()).hexdigest())
    finally:
        (dataset / "SHA256SUMS").write_text(sums_to_text(sums), encoding="utf-8")
