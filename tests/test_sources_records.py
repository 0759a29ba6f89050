"""Records as inputs: JSON Lines, Parquet and WET, numbered, bounded, never cut short in silence."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import random
import sys
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import encryption

from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.sources import SourceOptions, plan, read
from toolkit.sources.containers.records import line_starts

if TYPE_CHECKING:
    from pathlib import Path

STRICT = SourceOptions()
SKIPPING = SourceOptions(skip_unreadable=True)
TEXTS = [f"الصفحة {number}\n" * (number * 7) for number in range(1, 40)]


def found_in(path: Path, options: SourceOptions = STRICT) -> list:
    planned = plan([str(path)], options, shard_bytes=256_000_000)
    return [*planned.unreadable, *(found for task in planned.tasks for found in read(task, options))]


def texts_in(path: Path) -> list[str]:
    return [found.raw.decode() for found in found_in(path)]


def write(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def compressed(raw: bytes, codec: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as stream:
        stream.write(raw)
    return sink.getvalue().to_pybytes()


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def table(path: Path, columns: dict[str, object], **options: object) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_a_line_is_a_page_with_its_text_url_and_number(tmp_path):
    path = write(tmp_path / "a.jsonl", lines({"text": "روسيا", "url": "https://h/1"}, {"id": 7, "text": "two"}))
    assert found_in(path) == [
        Document(
            file="a.jsonl!1",
            raw="روسيا".encode(),
            size=10,
            sha256=hashlib.sha256("روسيا".encode()).hexdigest(),
            url="https://h/1",
        ),
        Document(file="a.jsonl!2", raw=b"two", size=3, sha256=hashlib.sha256(b"two").hexdigest()),
    ]


@pytest.mark.parametrize(("ending", "codec"), [("gz", "gzip"), ("zst", "zstd")])
def test_compressed_lines_are_the_lines(tmp_path, ending, codec):
    path = write(tmp_path / f"a.jsonl.{ending}", compressed(lines(*({"text": text} for text in TEXTS)), codec))
    assert texts_in(path) == TEXTS


def test_the_fields_of_a_record_can_be_named(tmp_path):
    path = write(tmp_path / "a.jsonl", lines({"content": "one", "link": "https://h/1", "text": "no"}))
    (found,) = found_in(path, SourceOptions(text_field="content", url_field="link"))
    assert (found.raw, found.url) == (b"one", "https://h/1")


def test_blank_lines_are_counted_and_a_last_line_needs_no_end(tmp_path):
    path = write(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"text": "one"}\r\n\n  \n{"text": "four"}')
    assert [(found.file, found.raw) for found in found_in(path)] == [("a.jsonl!1", b"one"), ("a.jsonl!4", b"four")]


BROKEN = {
    b"not json": "is not JSON: Expecting value at character 1 of the line",
    b'{"text": "cut sh': "is not JSON: Unterminated string starting at character 10 of the line",
    b'{"text": "x"} {"text": "y"}': "is not JSON: Extra data at character 15 of the line",
    b'{"text": "\xff"}': "is not UTF-8: invalid start byte at byte 11 of the line",
    b'["text"]': "is not a JSON object",
    b'"text"': "is not a JSON object",
    b'{"text": null}': "has no text in the field 'text'",
    b'{"text": 7}': "has no text in the field 'text'",
    b'{"txt": "x"}': "has no text in the field 'text'; it has 'txt'",
    b"[" * 100_000: "is nested too deep",
    b'{"text": "x", "n": ' + b"9" * 10_000 + b"}": "holds a number of too many digits",
    b'{"text": "x", "n": [' + b"[]," * 1_000_001 + b"[]]}": "holds more than 1000000 values",
}


@pytest.mark.parametrize(("line", "told"), BROKEN.items(), ids=[repr(line[:30]) for line in BROKEN])
def test_a_broken_record_is_refused_with_its_line_or_listed(tmp_path, line, told):
    path = write(tmp_path / "a.jsonl", lines({"text": "one"}) + line + b"\n" + lines({"text": "three"}))
    with pytest.raises(InputError) as refusal:
        found_in(path)
    assert refusal.value.message == f"{path}:2: S408 {told}"
    one, listed, three = found_in(path, SKIPPING)
    assert (one.file, listed.file, listed.line, three.file) == ("a.jsonl!1", "a.jsonl", 2, "a.jsonl!3")


def test_a_lone_surrogate_is_left_to_the_page_reader_as_what_is_no_utf_8(tmp_path):
    path = write(tmp_path / "a.jsonl", b'{"text": "a\\ud800b", "url": "u\\ud800"}\n')
    (found,) = found_in(path)
    assert (found.raw, found.url) == (b"a\xed\xa0\x80b", "u\\ud800")


def test_a_text_beyond_16_mib_keeps_size_and_hash_but_no_bytes(tmp_path):
    text = "x" * (16 * 1024 * 1024 + 1)
    path = write(tmp_path / "a.jsonl", lines({"text": text}, {"text": "two"}))
    large, small = found_in(path)
    assert (large.raw, large.size, small.raw) == (None, 16_777_217, b"two")
    assert large.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_line_beyond_32_mib_is_skipped_with_its_own_size_and_hash(tmp_path):
    line = b"x" * (32 * 1024 * 1024 + 1)
    path = write(tmp_path / "a.jsonl", line + b"\n" + lines({"text": "two"}))
    large, small = found_in(path)
    assert (large.raw, large.size, small.file, small.raw) == (None, 33_554_433, "a.jsonl!2", b"two")
    assert large.sha256 == hashlib.sha256(line).hexdigest()


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_truncated_compressed_lines_are_never_silent(tmp_path, ending):
    whole = compressed(lines(*({"text": text} for text in TEXTS)), {"gz": "gzip", "zst": "zstd"}[ending])
    path = tmp_path / f"a.jsonl.{ending}"
    for end in {0, 1, len(whole) - 1, *random.Random(1).sample(range(len(whole)), 60)}:
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"S40[48]"):
            found_in(path)


def test_lines_cut_within_a_record_are_never_silent(tmp_path):
    whole = lines(*({"text": text} for text in TEXTS))
    path = tmp_path / "a.jsonl"
    borders = {end + step for end, byte in enumerate(whole) if byte == 10 for step in (0, 1)} | {0}
    for end in set(random.Random(1).sample(range(len(whole)), 60)) - borders:
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"a\.jsonl:\d+: S408"):
            found_in(path)


def test_an_empty_file_of_lines_has_no_records(tmp_path):
    assert found_in(write(tmp_path / "a.jsonl", b"")) == []


def test_an_empty_file_of_compressed_lines_is_cut_short(tmp_path):
    with pytest.raises(InputError, match="S404 the file is empty"):
        found_in(write(tmp_path / "a.jsonl.gz", b""))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "holds a number of too many digits"),
        (b'{"text": ' + b"[" * 200_000, "is nested too deep"),
        (b'{"text": "x", "n": ' + b"[" * 500 + b"]" * 500 + b"}", "is nested too deep"),
        (b'{"text": "a\tb"}', "is not JSON: Invalid control character at character 12 of the line"),
        (b'{"text": "\xff"}', "is not UTF-8: invalid start byte at byte 11 of the line"),
    ],
    ids=["digits", "depth", "depth that some Python would read", "no JSON", "no UTF-8"],
)
def test_what_is_wrong_with_a_line_is_told_in_words_of_our_own(tmp_path, line, said):
    (found,) = found_in(write(tmp_path / "a.jsonl", line), options=SKIPPING)
    assert (found.code, found.message) == ("S408", said)


def test_many_brackets_in_a_text_and_many_lists_beside_one_another_are_not_deep(tmp_path):
    path = write(
        tmp_path / "a.jsonl", lines({"text": "[" * 1000, "n": [[]] * 1000, "deep": json.loads("[" * 499 + "]" * 499)})
    )
    (found,) = found_in(path)
    assert found.raw == b"[" * 1000


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_large_file_of_records_is_cut_and_every_record_is_read_once_in_order(tmp_path, ending):
    dice = random.Random(1)
    texts = [dice.randbytes(dice.randrange(40_000)).hex() for _ in range(1000)]
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        table(path, {"text": texts}, row_group_size=50)
    else:
        write(path, lines(*({"text": text} for text in texts)))
    tasks = plan([str(path)], STRICT, shard_bytes=4_000_000).tasks
    found = [list(read(task, STRICT)) for task in tasks]
    assert len(tasks) >= 8
    assert [page.file for page in chain.from_iterable(found)] == [f"a.{ending}!{row}" for row in range(1, 1001)]
    assert [page.raw.decode() for page in chain.from_iterable(found)] == texts


def test_one_line_longer_than_a_shard_is_in_one_of_them(tmp_path):
    path = write(tmp_path / "a.jsonl", lines({"text": "x" * 40_000_000}, {"text": "two"}))
    tasks = plan([str(path)], STRICT, shard_bytes=4_000_000).tasks
    found = [[page.file for page in read(task, STRICT)] for task in tasks]
    assert found == [["a.jsonl!1"], ["a.jsonl!2"]]


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.binary(),
        pa.large_binary(),
        pa.dictionary(pa.int32(), pa.string()),
    ],
    ids=str,
)
def test_a_row_is_a_page_whatever_kind_of_string_it_is(tmp_path, kind):
    column = pa.array(["روسيا", "two", "two"]).cast(kind)
    path = table(tmp_path / "a.parquet", {"text": column, "url": ["https://h/1", None, "https://h/3"]})
    assert [(found.file, found.raw.decode(), found.url) for found in found_in(path)] == [
        ("a.parquet!1", "روسيا", "https://h/1"),
        ("a.parquet!2", "two", None),
        ("a.parquet!3", "two", "https://h/3"),
    ]


def test_a_row_without_a_text_is_refused_or_listed(tmp_path):
    path = table(tmp_path / "a.parquet", {"text": ["one", None, "three"]})
    with pytest.raises(InputError, match=r"a\.parquet!2: S408 has no text"):
        found_in(path)
    assert [found.file for found in found_in(path, SKIPPING)] == ["a.parquet!1", "a.parquet!2", "a.parquet!3"]


@pytest.mark.parametrize("columns", [{"content": ["one"]}, {"text": [7]}, {"text": [["one"]]}])
def test_a_table_without_a_column_of_text_is_refused(tmp_path, columns):
    with pytest.raises(InputError, match="S409 has no column of text named 'text'"):
        found_in(table(tmp_path / "a.parquet", columns))


@pytest.mark.parametrize("name", ["text", "url"])
def test_a_table_with_two_columns_of_one_name_is_refused_as_none_of_them_is_the_right_one(tmp_path, name):
    names = ["text", "url", name]
    pq.write_table(pa.Table.from_arrays([pa.array(["one"])] * 3, names=names), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=f"S409 has 2 columns named '{name}'"):
        found_in(tmp_path / "a.parquet")


class _Keys(encryption.KmsClient):
    """Keeps keys nowhere: each is its own wrapping."""

    def wrap_key(self, key_bytes, master_key_identifier):
        return base64.b64encode(key_bytes)

    def unwrap_key(self, wrapped_key, master_key_identifier):
        return base64.b64decode(wrapped_key)


@pytest.mark.parametrize("plaintext_footer", [True, False])
def test_an_encrypted_table_is_beyond_the_bounds(tmp_path, plaintext_footer):
    keys = encryption.EncryptionConfiguration("key", column_keys={"key": ["text"]}, plaintext_footer=plaintext_footer)
    made = encryption.CryptoFactory(lambda _: _Keys())
    sealed = made.file_encryption_properties(encryption.KmsConnectionConfig(), keys)
    pq.write_table(pa.table({"text": ["one"]}), tmp_path / "a.parquet", encryption_properties=sealed)
    with pytest.raises(InputError, match=r"a\.parquet: S406 is encrypted"):
        found_in(tmp_path / "a.parquet")


def test_columns_of_text_that_are_there_instead_are_named(tmp_path):
    columns = {"n": [7], **{f"c{number}": ["one"] for number in range(7)}}
    with pytest.raises(InputError, match=r"named 'text'; it has 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', …\n"):
        found_in(table(tmp_path / "a.parquet", columns))


def test_fields_of_text_that_are_there_instead_are_named(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"n": 7, "content": "one", "ti\x1btle": "two"}) + "\n")
    with pytest.raises(InputError, match=r"S408 has no text in the field 'text'; it has 'content', 'ti\\x1btle'\n"):
        found_in(tmp_path / "a.jsonl")


def test_a_row_beyond_16_mib_keeps_size_and_hash_but_no_bytes(tmp_path):
    large, small = found_in(table(tmp_path / "a.parquet", {"text": ["x" * 16_777_217, "two"]}))
    assert (large.raw, large.size, small.raw) == (None, 16_777_217, b"two")


def test_a_table_without_rows_is_read(tmp_path):
    assert found_in(table(tmp_path / "a.parquet", {"text": pa.array([], pa.string())})) == []


def test_a_truncated_table_is_never_silent(tmp_path):
    path = table(tmp_path / "a.parquet", {"text": TEXTS}, row_group_size=7)
    whole = path.read_bytes()
    for end in {0, 1, len(whole) - 1, *random.Random(1).sample(range(len(whole)), 60)}:
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"S404 cut short|S405 damaged"):
            found_in(path)


def test_a_damaged_table_raises_nothing_but_our_errors(tmp_path):
    path = table(tmp_path / "a.parquet", {"text": TEXTS}, row_group_size=7, write_page_checksum=True)
    whole, dice = path.read_bytes(), random.Random(1)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        assert found_in(path, SKIPPING)


def wet(bodies: list[str]) -> list[bytes]:
    head = "WARC/1.0\r\nWARC-Type: {}\r\n{}WARC-Date: 2023-09-20T00:00:00Z\r\nContent-Length: {}\r\n\r\n"
    records = [(head.format("warcinfo", "", 4) + "info\r\n\r\n").encode()]
    for number, body in enumerate(bodies, start=1):
        uri = f"WARC-Target-URI: https://h/صفحة/{number}\r\n"
        records.append((head.format("conversion", uri, len(body.encode())) + body + "\r\n\r\n").encode())
    return records


WET = {
    "a.warc.wet": b"".join(wet(TEXTS)),
    "a.warc.wet.gz": b"".join(gzip.compress(record) for record in wet(TEXTS)),
}


@pytest.mark.parametrize("name", WET)
def test_a_conversion_record_is_a_page_with_its_target_as_url(tmp_path, name):
    pytest.importorskip("fastwarc")
    found = found_in(write(tmp_path / name, WET[name]))
    assert [page.raw.decode() for page in found] == TEXTS
    assert (found[16].file, found[16].url) == (f"{name}!17", "https://h/صفحة/17")


@pytest.mark.parametrize("name", WET)
def test_a_truncated_wet_file_is_never_silent(tmp_path, name):
    pytest.importorskip("fastwarc")
    whole, path = WET[name], tmp_path / name
    records = [gzip.compress(record) for record in wet(TEXTS)] if name.endswith("gz") else wet(TEXTS)
    borders = {sum(map(len, records[:count])) for count in range(1, len(records))}
    for end in {0, 1, len(whole) - 1, *random.Random(1).sample(range(len(whole)), 60)} - borders:
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"S40[45] "):
            found_in(path)


def test_wet_records_without_a_type_are_told_and_those_of_other_types_passed_over(tmp_path):
    pytest.importorskip("fastwarc")
    info, one, two = wet(["one", "two"])
    untyped = two.replace(b"WARC-Type: conversion\r\n", b"")
    *pages, told = found_in(write(tmp_path / "a.warc.wet", info + one + untyped + two + untyped), options=SKIPPING)
    assert [(page.file, page.raw) for page in pages] == [("a.warc.wet!1", b"one"), ("a.warc.wet!2", b"two")]
    assert (told.code, told.file) == ("S408", "a.warc.wet")
    place = f"the first of them after {len(info + one)} decoded bytes"
    assert told.message == f"has a record without a WARC-Type, {place}"


def test_a_wet_record_beyond_16_mib_keeps_size_and_hash_but_no_bytes(tmp_path):
    pytest.importorskip("fastwarc")
    large, small = found_in(write(tmp_path / "a.warc.wet", b"".join(wet(["x" * 16_777_217, "two"]))))
    assert (large.raw, large.size, small.raw) == (None, 16_777_217, b"two")


def test_wet_without_fastwarc_is_a_usage_error_with_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fastwarc.warc", None)
    with pytest.raises(UsageError) as refused:
        found_in(write(tmp_path / "a.warc.wet", WET["a.warc.wet"]))
    assert refused.value.mend == 'pip install "article-toolkit[warc]"'


def test_wet_that_is_no_wet_is_damaged(tmp_path):
    pytest.importorskip("fastwarc")
    with pytest.raises(InputError, match="S405"):
        found_in(write(tmp_path / "a.warc.wet", b"garbage\r\n" * 100))


@pytest.mark.parametrize(
    ("raw", "places", "starts"),
    [
        pytest.param(b"a\nb\nc\n", [0, 2, 4], [(0, 1), (2, 2), (4, 3)], id="where lines begin"),
        pytest.param(b"a\nbb\nc\n", [1, 3], [(2, 2), (5, 3)], id="within lines"),
        pytest.param(b"\n\nab\nc", [1, 3], [(1, 2), (5, 4)], id="after blank lines"),
        pytest.param(b"ab\ncd", [4], [(5, 2)], id="within the last line"),
    ],
)
def test_a_part_of_records_starts_at_the_next_line_and_with_its_number(raw, places, starts):
    assert line_starts(io.BytesIO(raw), places) == starts
