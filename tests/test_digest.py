"""The digest: a slow and obvious reading of its definition against the fast one."""

import datetime
import hashlib
import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.dataset.tables import digest, row_hashes

RELATED = pa.struct([("headline", pa.string()), ("kind", pa.string()), ("paragraph", pa.int32())])
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("date", pa.date32()),
        ("tags", pa.list_(pa.string())),
        ("related", pa.list_(RELATED)),
        ("page", pa.struct([("file", pa.string()), ("warnings", pa.list_(pa.string()))])),
        ("score", pa.float64()),
        ("seen", pa.bool_()),
        ("big", pa.large_string()),
    ]
)

texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "id": texts,
            "date": st.none() | st.dates(),
            "tags": st.none() | st.lists(texts, max_size=3),
            "related": st.none()
            | st.lists(
                st.none()
                | st.fixed_dictionaries(
                    {"headline": texts, "kind": texts, "paragraph": st.none() | st.integers(-(2**31), 2**31 - 1)}
                ),
                max_size=3,
            ),
            "page": st.none()
            | st.fixed_dictionaries({"file": texts, "warnings": st.none() | st.lists(texts, max_size=2)}),
            "score": st.none() | st.floats(allow_nan=False),
            "seen": st.none() | st.booleans(),
            "big": texts,
        }
    ),
    max_size=6,
)


def slow_cell(value: object, kind: pa.DataType) -> bytes:
    if value is None:
        return b"\xff" * 8
    content = slow_content(value, kind)
    return len(content).to_bytes(8, "little") + content


def slow_content(value: object, kind: pa.DataType) -> bytes:
    if pa.types.is_list(kind):
        return len(value).to_bytes(8, "little") + b"".join(slow_cell(item, kind.value_type) for item in value)
    if pa.types.is_struct(kind):
        return b"".join(slow_cell(value[field.name], field.type) for field in kind)
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, datetime.date):
        return (value - datetime.date(1970, 1, 1)).days.to_bytes(4, "little", signed=True)
    if isinstance(value, float):
        return pa.array([value]).buffers()[1].to_pybytes()[:8]
    return value.to_bytes(4, "little", signed=True)


def slow_hashes(values: list[dict], schema: pa.Schema) -> bytes:
    cells = [b"".join(slow_cell(row[field.name], field.type) for field in schema) for row in values]
    return b"".join(hashlib.sha256(cell).digest() for cell in cells)


@given(rows)
def test_hashes_are_as_defined(values):
    assert row_hashes(pa.Table.from_pylist(values, schema=SCHEMA)) == slow_hashes(values, SCHEMA)


@given(rows, st.integers(0, 6), st.integers(0, 6))
def test_slices_and_chunks_change_nothing(values, start, cut):
    table = pa.Table.from_pylist(values, schema=SCHEMA)
    chunked = pa.concat_tables([table.slice(0, cut), table.slice(cut)]).slice(start)
    assert row_hashes(chunked) == slow_hashes(values[start:], SCHEMA)


def test_a_known_row_has_a_known_hash():
    schema = pa.schema([("id", pa.string()), ("date", pa.date32()), ("tags", pa.list_(pa.string()))])
    table = pa.Table.from_pylist([{"id": "ab", "date": datetime.date(1970, 1, 3), "tags": ["ق", None]}], schema=schema)
    written = (
        b"\x02\0\0\0\0\0\0\0ab"
        b"\x04\0\0\0\0\0\0\0\x02\0\0\0"
        b"\x1a\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\xd9\x82\xff\xff\xff\xff\xff\xff\xff\xff"
    )
    assert row_hashes(table) == hashlib.sha256(written).digest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": None, "b": []}, {"a": "", "b": []}),
        ({"a": "x", "b": None}, {"a": "x", "b": []}),
        ({"a": "x", "b": ["y"]}, {"a": "xy", "b": []}),
        ({"a": "", "b": ["x", "y"]}, {"a": "", "b": ["xy"]}),
        ({"a": "", "b": [None]}, {"a": "", "b": [""]}),
    ],
    ids=["null and empty text", "null and empty list", "moved between cells", "joined elements", "null element"],
)
def test_rows_that_differ_have_other_hashes(one, other):
    schema = pa.schema([("a", pa.string()), ("b", pa.list_(pa.string()))])
    first, second = (row_hashes(pa.Table.from_pylist([row], schema=schema)) for row in (one, other))
    assert first != second


def test_the_digest_is_over_all_rows_in_order():
    parts = [b"\x01" * 32, b"\x02" * 64]
    assert digest(parts) == "sha256:" + hashlib.sha256(b"\x01" * 32 + b"\x02" * 64).hexdigest()


def test_the_digest_of_no_rows_is_that_of_nothing():
    assert digest([]) == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_rows_larger_than_a_step_are_hashed():
    schema = pa.schema([("body", pa.string())])
    values = [{"body": letter * 9_000_000} for letter in "ab"] + [{"body": "c"}]
    assert row_hashes(pa.Table.from_pylist(values, schema=schema)) == slow_hashes(values, schema)


def test_other_hash_seeds_give_the_same_digest():
    program = (
        "import pyarrow as pa; from toolkit.dataset.tables import digest, row_hashes;"
        "print(digest([row_hashes(pa.table({'a': ['ق', None], 'b': [['x'], []]}))]))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
