"""Layouts, contracts, manifests and sums: taken, and then good for what they are for, or refused in our own words."""

from __future__ import annotations

import json
import random
import re
from functools import partial
from typing import TYPE_CHECKING, Final
from zlib import crc32

import pyarrow as pa

from bench.fuzz.page_grammar import Grammar, Words
from bench.fuzz.pages import check_pages
from bench.fuzz.sites import OTHER_TEXT, TEXT
from bench.fuzz.target import Target
from bench.fuzz.tree_changes import mutate_json, mutate_yaml
from toolkit.contract import FORMATS, check, parse_contract, render
from toolkit.dataset.manifest import manifest_from_json, manifest_to_json, release_sums, sums_from_text, sums_to_text
from toolkit.errors import ContractError, IntegrityError, UsageError
from toolkit.pages import PageReader, PageRules, parse_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.fuzz.target import MutateBytes

_FILE: Final = "fuzz.yaml"
_HEX: Final = "0123456789abcdef" * 4


def check_layout(data: bytes) -> int:
    """A layout that is taken reads pages of its own, in every spelling, as both readers agree."""
    try:
        layout = parse_layout(data.decode("utf-8", "replace"), file=_FILE)
    except ContractError as refusal:
        return _placed(refusal)
    rng = random.Random(crc32(data))
    pages = [Grammar(Words(layout), rng, oddity).page() for oddity in (0, 0, 0.1, 0.4)]
    for required in (frozenset({"headline", "date", "body", "source"}), frozenset[str]()):
        rules = PageRules(layout=layout, required=required, levels={})
        check_pages(pages, rules, PageReader(rules))
    return 1


def _placed(refusal: ContractError) -> int:
    assert str(refusal).startswith(f"{_FILE}:"), "a refusal without its place"
    return 1


def check_contract(data: bytes) -> int:
    """A contract that is taken has every form, and judges a table of its own type."""
    try:
        contract = parse_contract(data.decode("utf-8", "replace"), file=_FILE)
    except ContractError as refusal:
        return _placed(refusal)
    for form in FORMATS:
        assert render(contract, form).endswith("\n")
    json.dumps([contract.json_schema(), contract.hub_features()], ensure_ascii=False, allow_nan=False).encode()
    schema = contract.arrow()
    nulls = pa.table({field.name: pa.nulls(2, field.type) for field in schema}, schema=schema)
    for table in (nulls, nulls.slice(0, 0), pa.table({"x": [1]})):
        check(table, contract)
    return 1


def check_manifest(data: bytes) -> int:
    """A manifest that is taken is written as it is read."""
    try:
        found = manifest_from_json(data.decode("utf-8", "replace"))
    except (IntegrityError, UsageError):
        return 1
    assert manifest_from_json(manifest_to_json(found)) == found
    sums_from_text(sums_to_text(release_sums(found, _HEX)))
    return 1


def check_sums(data: bytes) -> int:
    """Sums that are taken are written as they are read."""
    try:
        found = sums_from_text(data.decode("utf-8", "replace"))
    except IntegrityError:
        return 1
    assert sums_from_text(sums_to_text(found)) == found
    return 1


_CONTRACT: Final = """\
apiVersion: v3.1.0
kind: DataContract
id: small
name: Small
version: 1.0.0
status: active
description: {purpose: Texts., customProperties: [{property: purposeAr, value: a}]}
tags: [news]
customProperties:
  - {property: license, value: mit}
  - {property: language, value: [ar]}
  - {property: authors, value: [{name: a, url: "https://h/", type: Person}]}
  - {property: toolkit.levels, value: {P222: error, D105: "off"}}
schema:
  - name: articles
    description: One row.
    properties:
      - {name: id, logicalType: string, physicalType: string, primaryKey: true, description: d}
      - {name: day, logicalType: date, physicalType: date32, required: true, description: d,
         logicalTypeOptions: {minimum: "1990-01-01"}}
      - {name: n, logicalType: number, physicalType: float32, description: d, logicalTypeOptions: {maximum: 3}}
      - name: tags
        logicalType: array
        physicalType: list
        description: d
        logicalTypeOptions: {maxItems: 9, uniqueItems: true}
        items: {name: item, logicalType: string, physicalType: string, description: d}
      - name: related
        logicalType: array
        physicalType: list
        description: d
        items:
          name: item
          logicalType: object
          physicalType: struct
          description: d
          properties:
            - name: kind
              logicalType: string
              physicalType: string
              description: d
              quality:
                - {metric: invalidValues, arguments: {validValues: [inline, block]}, mustBe: 0, severity: warning}
                - {metric: nullValues, mustBe: 0}
                - {type: custom, engine: toolkit, implementation: {pattern: "^a+$"}}
"""
_MANIFEST: Final = json.dumps(
    {
        "format": "article-dataset/1",
        "version": "1.2.3",
        "toolkit": "0.1.0",
        "pyarrow": "26.0.1",
        "contract": {"version": "1.0.0", "sha256": _HEX},
        "inputs": {"count": 3, "bytes": 10, "sha256": _HEX},
        "counts": {
            **dict.fromkeys(("pages", "rows", "rejected", "duplicates", "foreign", "excluded"), 1),
            "warnings": {"P222": 1},
        },
        "digest": f"sha256:{_HEX}",
        "files": [
            {"path": "data/train-00000-of-00001.parquet", "rows": 1, "bytes": 7, "sha256": _HEX, "published": True},
            {"path": "README.md", "rows": None, "bytes": 7, "sha256": _HEX, "published": False},
        ],
    }
)
_SUMS: Final = f"{_HEX}  README.md\n\\{_HEX} *a\\\\b\\nc\n".encode()
_WORDS: Final = (
    "string", "large_string", "list", "struct", "int8", "uint64", "float32", "bool", "boolean", "array", "object",
    "date", "number", "integer", "required", "notBlank", "minLength", "maxLength", "pattern", "minimum", "maximum",
    "validValues", "missingValues", "minItems", "uniqueItems", "unique", "duplicateValues", "invalidValues", "^a",
    "(a|b)*c", "\\p{L}", "warning", "error", "off", "P222", "D105", 1, 40, 2099, ["a"], [1, 2], {"maxLength": 3},
    {"pattern": "("}, {"a": 1},
)  # fmt: skip
_SITE_WORDS: Final = (
    "منذ", "ساعة", "vor", "Tag", "المصدر", "Via", "a:b", "\u0640", ".", "oct.", "de", "ar_EG", "fr_FR", "zh", "GMT",
    "th", 1, 40, 2099, ["\u200d"], ["a b"], "\ufdfa", "a b c d", ["Sans Culottides"],
    {"printed": "Via", "forms": ["Via"]},
)  # fmt: skip
_MANIFEST_WORDS: Final = ("article-dataset/2", "1.2.3", _HEX, f"sha256:{_HEX}", "README.md", "data/a", "DATA", 7, True)


def _mutate_sums(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    if rng.random() < 0.7:
        return mutate_bytes(data)
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    path = rng.choice((b"a", b"\\\\", b"\\n", b"\\r", b"\\x", b"\r", b"\x85", b"\xe2\x80\xa8", b""))
    lines.insert(
        at, rng.choice((b"", b"\\")) + _HEX.encode() + rng.choice((b"  ", b" *", b" ")) + path * rng.randrange(3)
    )
    return b"\n".join(lines)


def _texts(*texts: str) -> Sequence[bytes]:
    return [text.encode() for text in texts]


def _dictionary(values: Sequence[object], text: str) -> Sequence[bytes]:
    """The texts among `values`, and the keys of `text`."""
    keys = re.findall(r"[A-Za-z_0-9]+(?=\"?: )", text)
    return [word.encode() for word in dict.fromkeys((*keys, *(value for value in values if isinstance(value, str))))]


TARGETS: Final = {
    "layout": Target(
        check=check_layout,
        mutate=partial(mutate_yaml, values=_SITE_WORDS),
        seeds=partial(_texts, TEXT, OTHER_TEXT),
        words=_dictionary(_SITE_WORDS, TEXT),
    ),
    "contract": Target(
        check=check_contract,
        mutate=partial(mutate_yaml, values=_WORDS),
        seeds=partial(_texts, _CONTRACT),
        words=_dictionary(_WORDS, _CONTRACT),
    ),
    "manifest": Target(
        check=check_manifest,
        mutate=partial(mutate_json, values=_MANIFEST_WORDS),
        seeds=partial(_texts, _MANIFEST),
        words=_dictionary(_MANIFEST_WORDS, _MANIFEST),
    ),
    "sums": Target(check=check_sums, mutate=_mutate_sums, seeds=lambda: [_SUMS], max_bytes=1024),
}
