"""What the outputs are made of: a dataset of some payloads, the one before it, and one that somebody tampered with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.sinks.calls import Said, call
from bench.sinks.pages import Inputs, make_page, write_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.sinks.payloads import Payload

Row = dict[str, Any]  # Any: a cell of any type


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Datasets in `folder`: `dist` of the payloads, `old` of plain pages, `tampered` as `dist` with payloads for ids.

    `built` is what the build of `dist` said; `rows` and `rejects` are what stands in its files.
    """

    folder: Path
    payloads: tuple[Payload, ...]
    inputs: Inputs
    built: Said
    dist: Path
    old: Path
    tampered: Path
    rows: tuple[Row, ...]
    rejects: tuple[Row, ...]


def make_subject(folder: Path, payloads: Sequence[Payload]) -> Subject:
    """Build everything. RuntimeError with what a build said, if it did not give a dataset."""
    folder.mkdir(parents=True)
    (folder / "plain").mkdir()
    for number in range(3):
        (folder / "plain" / f"{number}.txt").write_text(make_page(headline=f"خبر {number}"), "utf-8")
    inputs = write_inputs(folder, payloads)
    old, dist = folder / "old", folder / "dist"
    _build(folder / "plain", "--out", old, "--version", "1.0.0")
    whole = folder / "whole"  # with the pages that are taken down later
    _build(*inputs.paths, "--out", whole, "--version", "1.0.0")
    options = ("--exclude", inputs.excluded, "--previous", whole)
    built = _build(*inputs.paths, "--out", dist, "--version", "2.0.0", *options)
    return Subject(
        folder=folder,
        payloads=tuple(payloads),
        inputs=inputs,
        built=built,
        dist=dist,
        old=old,
        tampered=_tamper(dist, folder / "tampered", payloads),
        rows=tuple(_rows(dist, "data")),
        rejects=tuple(_rows(dist, "rejects")),
    )


def _build(*arguments: str | Path) -> Said:
    said = call("build", *arguments, "--workers", "1")
    if said.code not in {0, 1}:
        raise RuntimeError(f"exit code {said.code}: {said.stderr}")
    return said


def _rows(dist: Path, part: str) -> list[Row]:
    tables = [pq.read_table(path) for path in sorted((dist / part).glob("*.parquet"))]
    return [row for table in tables for row in table.to_pylist()]


def _tamper(dist: Path, to: Path, payloads: Sequence[Payload]) -> Path:
    """A copy whose first rows have a payload as id and as kind of a related item: values that validation shows."""
    shutil.copytree(dist, to)
    path = next((to / "data").glob("*.parquet"))
    table = pq.read_table(path)
    rows = table.to_pylist()
    for row, payload in zip(rows, payloads, strict=False):
        text = payload.text.encode("utf-8", "ignore").decode()
        row["id"] = text
        row["related"] = [{"headline": "x", "body": None, "kind": text, "age": None, "paragraph": None}]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    return to
