"""`Sample`: rows are drawn by their ids, but none that is too long to be held by the hundred."""

from importlib.resources import files

import pyarrow as pa

from toolkit.contract import parse_contract
from toolkit.dataset.facts import Sample

CONTRACT = parse_contract(
    files("toolkit").joinpath("schemas/article.odcs.yaml").read_text("utf-8"), file="article.odcs.yaml"
)


def row(identity, body, related=()):
    items = [{"headline": "خبر", "body": text, "kind": "block", "age": None, "paragraph": None} for text in related]
    return {"id": identity, "body": body, "related": items, "page": {"warnings": ["P222"]}}


def test_a_row_of_more_text_than_64_kib_is_not_drawn():
    rows = [
        row("1", "نص"),
        row("2", "x" * 65_537),
        row("3", "x", ["y" * 40_000, None, "y" * 40_000]),
        row("4", None),
    ]
    sample = Sample()
    sample.add(pa.RecordBatch.from_pylist(rows, schema=CONTRACT.arrow()))
    assert sample.table(CONTRACT).column("id").to_pylist() == ["1", "4"]


def test_a_row_of_more_tags_or_items_than_anybody_reads_is_not_drawn():
    rows = [
        row("1", "نص", [None] * 1_000),
        row("2", "نص", [None] * 1_001),
        row("3", "نص") | {"tags": ["وسم"] * 1_001},
        row("4", "نص") | {"tags": ["وسم"] * 1_000},
    ]
    sample = Sample()
    sample.add(pa.RecordBatch.from_pylist(rows, schema=CONTRACT.arrow()))
    assert sample.table(CONTRACT).column("id").to_pylist() == ["1", "4"]
