"""`check`: every failure of a table, with its rule, its row and its path into nested values."""

from __future__ import annotations

import copy
import datetime
import os
import pickle
import random
import subprocess
import sys
import tracemalloc
import unicodedata
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pandera.errors import SchemaErrors

from toolkit.codes import CODES
from toolkit.contract import check, parse_contract
from toolkit.contract.checking import MAX_LISTED_A_ROW
from toolkit.contract.fields import KINDS
from toolkit.contract.visibility import VISIBLE_RE2

TEXT = files("toolkit").joinpath("schemas/article.odcs.yaml").read_text("utf-8")
CONTRACT = parse_contract(TEXT, file="article.odcs.yaml")
SMALL = (Path(__file__).parent / "cases" / "contract" / "small.odcs.yaml").read_text("utf-8")

ROW = {
    "id": "0000000000000000",
    "headline": "عنوان",
    "date": datetime.date(2023, 9, 20),
    "body": "فقرة أولى\nفقرة ثانية",
    "source": "الراي",
    "tags": ["روسيا", "قره باغ"],
    "related": [
        {"headline": "خبر", "body": None, "kind": "inline", "age": "منذ ساعة", "paragraph": 0},
        {"headline": "خبر", "body": None, "kind": "inline", "age": None, "paragraph": 2},
        {"headline": "خبر آخر", "body": "فقرة", "kind": "block", "age": None, "paragraph": None},
        {"headline": "خبر آخر", "body": None, "kind": "block", "age": None, "paragraph": None},
    ],
    "page": {
        "file": "a.txt",
        "url": None,
        "sha256": "0" * 64,
        "rendering": "f" * 64,
        "date": "20th, September 2023 GMT",
        "tags": None,
        "warnings": [],
    },
}


def changed(path=(), value=None, *, number=0):
    row = copy.deepcopy(ROW)
    row["id"] = f"{number:016x}"
    holder = row
    for step in path[:-1]:
        holder = holder[step]
    if path:
        holder[path[-1]] = value
    return row


def table(*rows, contract=CONTRACT):
    return pa.Table.from_pylist(list(rows), schema=contract.arrow())


def briefly(failures):
    return [(failure.code, failure.level, failure.row, failure.path) for failure in failures]


def error_rows(failures):
    return sorted({failure.row for failure in failures if failure.level == "error"})


def small(old, new):
    assert old in SMALL
    return parse_contract(SMALL.replace(old, new), file="small.yaml")


def with_word_keys(*keys):
    """The small contract with these keys on the elements of `words`."""
    return small("description: Word.", "\n          ".join(["description: Word.", *keys]))


def with_title_rule(rule):
    """The small contract with this implementation of the rule on `title`."""
    return small("notBlank: true", rule)


def titles(*values):
    return pa.table(
        {
            "title": pa.array(values, pa.string()),
            "day": pa.nulls(len(values), pa.date32()),
            "count": pa.nulls(len(values), pa.int8()),
            "words": pa.nulls(len(values), pa.list_(pa.string())),
        }
    )


# --- what passes, and what does not --------------------------------------------------------------------------------


def test_a_legitimate_row_has_no_failures():
    failures = check(table(ROW), CONTRACT)

    assert (failures.listed, failures.totals) == ((), {})


def test_an_empty_table_has_no_failures():
    assert error_rows(check(table(), CONTRACT)) == []


def test_a_row_without_tags_and_related_items_has_no_failures():
    row = {**ROW, "tags": [], "related": []}

    assert error_rows(check(table(row), CONTRACT)) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("id",), "9FD02A7E2FA6C110", ("C305", "error", 0, "id")),
        (("id",), None, ("C301", "error", 0, "id")),
        (("headline",), None, ("C301", "error", 0, "headline")),
        (("headline",), "", ("C302", "error", 0, "headline")),
        (("headline",), "\u200c \u200f\n", ("C302", "error", 0, "headline")),
        (("headline",), "ع" * 301, ("C304", "warning", 0, "headline")),
        (("date",), None, ("C301", "error", 0, "date")),
        (("date",), datetime.date(1989, 12, 31), ("C306", "warning", 0, "date")),
        (("date",), datetime.date(2100, 1, 2), ("C307", "warning", 0, "date")),
        (("body",), " ", ("C302", "error", 0, "body")),
        (("source",), "", ("C302", "error", 0, "source")),
        (("tags",), None, ("C301", "error", 0, "tags")),
        (("tags", 1), None, ("C301", "error", 0, "tags[1]")),
        (("tags", 1), "", ("C302", "error", 0, "tags[1]")),
        (("tags", 1), "روسيا", ("C312", "error", 0, "tags[1]")),
        (("related",), None, ("C301", "error", 0, "related")),
        (("related", 1), None, ("C301", "error", 0, "related[1]")),
        (("related", 2, "headline"), None, ("C301", "error", 0, "related[2].headline")),
        (("related", 2, "headline"), "\u00a0", ("C302", "error", 0, "related[2].headline")),
        (("related", 2, "body"), "", ("C302", "error", 0, "related[2].body")),
        (("related", 3, "kind"), "aside", ("C308", "error", 0, "related[3].kind")),
        (("related", 0, "paragraph"), -1, ("C306", "error", 0, "related[0].paragraph")),
        (("page",), None, ("C301", "error", 0, "page")),
        (("page", "file"), None, ("C301", "error", 0, "page.file")),
        (("page", "sha256"), "0", ("C305", "error", 0, "page.sha256")),
        (("page", "warnings"), ["P231", "x"], ("C305", "error", 0, "page.warnings[1]")),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_broken_rule_is_one_failure_at_its_place(path, value, expected):
    assert briefly(check(table(changed(path, value)), CONTRACT)) == [expected]


def test_a_failure_says_what_was_found_and_what_is_expected():
    (failure,) = check(table(changed(("related", 2, "kind"), "as\u202eide")), CONTRACT)

    assert failure.rule == "related_kind_known"
    assert failure.column == "related"
    assert failure.found == "as\u202eide"
    assert failure.expected == "one of inline, block"
    assert failure.message == (
        "related[2].kind is 'as\\u202eide'; expected one of inline, block (rule related_kind_known)"
    )


def test_found_is_null_where_nothing_was_found():
    (failure,) = check(table(changed(("headline",), None)), CONTRACT)

    assert failure.found is None
    assert failure.message == "headline is null; expected a value (rule headline.required)"


def test_a_long_value_is_cut():
    (failure,) = check(table(changed(("headline",), "ع" * 1_000_000)), CONTRACT)

    assert failure.found == "ع" * 199 + "…"
    assert len(failure.message) < 200


def test_all_failures_come_at_once_in_the_order_of_rows():
    rows = [changed(number=0), changed(("source",), None, number=1), changed(("tags",), ["", "ا", ""], number=2)]
    rows[2]["headline"] = "x" * 301

    failures = check(table(*rows), CONTRACT)

    assert briefly(failures) == [
        ("C301", "error", 1, "source"),
        ("C304", "warning", 2, "headline"),
        ("C312", "error", 2, "tags[2]"),
        ("C302", "error", 2, "tags[0]"),
        ("C302", "error", 2, "tags[2]"),
    ]
    assert failures.totals == {"source.required": 1, "headline_length": 1, "tags_distinct": 1, "tag_not_blank": 2}
    assert error_rows(failures) == [1, 2]


def test_a_warning_makes_no_error_row():
    failures = check(table(changed(("headline",), "x" * 301)), CONTRACT)

    assert error_rows(failures) == []


def test_repeats_of_a_unique_column_are_found_in_every_row_but_the_first():
    rows = [changed(number=number) for number in (7, 8, 7, 7)]

    assert briefly(check(table(*rows), CONTRACT)) == [("C313", "error", 2, "id"), ("C313", "error", 3, "id")]


def test_repeats_of_a_unique_column_are_found_across_chunks():
    chunked = pa.concat_tables([table(changed(number=number)) for number in (7, 8, 7)])

    assert chunked.column("id").num_chunks == 3
    assert briefly(check(chunked, CONTRACT)) == [("C313", "error", 2, "id")]


# --- places under slicing and chunking -----------------------------------------------------------------------------


def spoiled_rows(count):
    rows = []
    for number in range(count):
        row = changed(number=number)
        row["tags"] = [f"{number}-{place}" for place in range(number % 4)]
        row["related"] = row["related"][: number % 5]
        if number % 7 == 3:
            row["related"].append({**ROW["related"][0], "headline": ""})
        if number % 5 == 4:
            row["tags"].append(None)
        rows.append(row)
    return rows


def expected_places(rows):
    places = []
    for number, row in enumerate(rows):
        places += [(number, f"tags[{place}]") for place, tag in enumerate(row["tags"]) if tag is None]
        places += [
            (number, f"related[{place}].headline") for place, item in enumerate(row["related"]) if not item["headline"]
        ]
    return places


@pytest.mark.parametrize(("first", "count"), [(0, 60), (1, 59), (13, 20), (59, 1), (30, 0)])
def test_places_are_right_in_a_slice(first, count):
    rows = spoiled_rows(60)
    sliced = table(*rows).slice(first, count)

    failures = check(sliced, CONTRACT)

    assert [(failure.row, failure.path) for failure in failures] == expected_places(rows[first : first + count])


@pytest.mark.parametrize(("first", "count"), [(0, 60), (13, 20)])
def test_places_are_right_in_a_slice_of_a_record_batch(first, count):
    rows = spoiled_rows(60)
    (batch,) = table(*rows).combine_chunks().to_batches()

    failures = check(batch.slice(first, count), CONTRACT)

    assert [(failure.row, failure.path) for failure in failures] == expected_places(rows[first : first + count])


def test_places_are_right_in_a_table_of_many_chunks():
    rows = spoiled_rows(60)
    whole = table(*rows)
    cuts = [0, 1, 1, 14, 40, 60]
    chunked = pa.concat_tables([whole.slice(start, end - start) for start, end in pairwise(cuts)]).slice(5)

    failures = check(chunked, CONTRACT)

    assert [(failure.row, failure.path) for failure in failures] == expected_places(rows[5:])


def test_places_are_right_where_values_lie_hidden_under_a_null_list():
    hidden = pa.ListArray.from_arrays(
        pa.array([0, 2, 4], pa.int32()), pa.array(["", "", "x", ""]), mask=pa.array([True, False])
    )
    contract = with_word_keys("quality: [{type: custom, engine: toolkit, implementation: {notBlank: true}}]")
    words = titles("a", "b").set_column(3, "words", hidden)

    assert briefly(check(words, contract)) == [("C302", "error", 1, "words[1]")]


def test_a_member_of_a_null_struct_breaks_no_rule():
    row = changed()
    row["related"] = [None]

    assert briefly(check(table(row), CONTRACT)) == [("C301", "error", 0, "related[0]")]


def test_lists_in_lists_have_a_place_each():
    text = (
        SMALL[: SMALL.index("      - name: title")]
        + """\
      - name: rows
        logicalType: array
        description: Rows.
        items:
          logicalType: array
          description: Cells.
          logicalTypeOptions: {maxItems: 2, uniqueItems: true}
          items:
            logicalType: string
            physicalType: string
            required: true
            description: A cell.
"""
    )
    contract = parse_contract(text, file="c")
    nested = pa.table(
        {"rows": pa.array([[["a"]], [[], ["a", None], ["b", "b", "c"]]], pa.list_(pa.list_(pa.string())))}
    )

    assert briefly(check(nested, contract)) == [
        ("C311", "error", 1, "rows[2]"),
        ("C312", "error", 1, "rows[2][1]"),
        ("C301", "error", 1, "rows[1][1]"),
    ]


# --- each kind of rule ---------------------------------------------------------------------------------------------

UNSEEN = ["", " ", "\u200b", "\u2028\t", "\ufe0f", "\U000e0041"]
SEEN = ["a", "\u0640", "\u06dd", "\u200fa"]
FACE = "\U0001f600"

KIND_CASES = [
    # rule, values, rows that break it
    ("notBlank: true", [None, *SEEN, *UNSEEN], [5, 6, 7, 8, 9, 10]),
    ("minLength: 3", ["أبج", "أب", "abc", "ab", "", FACE * 3, FACE * 2, None], [1, 3, 4, 6]),
    ("maxLength: 3", ["أبج", "أبجد", "abc", "abcd", "", FACE * 3, FACE * 4, None], [1, 3, 6]),
    ("maxLength: 0", ["", "a", None], [1]),
    ("pattern: '^[0-9]+$'", ["12", "1 2", "", "1\n", "\u0661", None], [1, 2, 3, 4]),
    ("pattern: '\\p{Arabic}'", ["خبر", "news", "news خبر", None], [1]),
    ("validValues: [a, b]", ["a", "b", "c", "", "A", None], [2, 3, 4]),
    ("missingValues: [N/A, '']", ["a", "N/A", "", "n/a", None], [1, 2]),
]


@pytest.mark.parametrize(("rule", "values", "broken"), KIND_CASES, ids=[case[0] for case in KIND_CASES])
def test_a_rule_on_texts(rule, values, broken):
    contract = with_title_rule(rule)

    failures = check(titles(*values), contract)

    assert [failure.row for failure in failures] == broken


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("{minItems: 1}", ["words has 0 items; expected at least 1 item (rule words.minItems)"]),
        ("{minItems: 3}", ["words has 0 items; expected at least 3 items (rule words.minItems)",
                           "words has 1 item; expected at least 3 items (rule words.minItems)"]),
    ],
)  # fmt: skip
def test_lists_that_are_too_short_are_told_by_their_length(options, told):
    contract = small("description: Words.", f"description: Words.\n        logicalTypeOptions: {options}")
    words = pa.array([[], ["a"], ["a", "b", "c"]], pa.list_(pa.string()))

    failures = check(titles(*"abc").set_column(3, "words", words), contract)

    assert [failure.message for failure in failures] == told


@pytest.mark.parametrize(
    ("options", "broken"),
    [
        ("{minItems: 2}", [0, 1]),
        ("{maxItems: 1}", [2, 3]),
        ("{uniqueItems: true}", [3]),
        ("{uniqueItems: false}", []),
    ],
)
def test_a_rule_on_lists(options, broken):
    contract = small("description: Words.", f"description: Words.\n        logicalTypeOptions: {options}")
    words = pa.array([[], ["a"], ["a", "b"], ["a", "b", "a"], None], pa.list_(pa.string()))

    failures = check(titles(*"abcde").set_column(3, "words", words), contract)

    assert [failure.row for failure in failures] == broken


@pytest.mark.parametrize(
    ("options", "broken"), [("{minimum: 2}", [0]), ("{maximum: 2}", [2]), ("{minimum: 2, maximum: 2}", [0, 2])]
)
def test_a_rule_on_numbers(options, broken):
    contract = small("          minimum: 0\n", f"          {options}\n")
    counts = titles(*"abcd").set_column(2, "count", pa.array([1, 2, 3, None], pa.int8()))

    assert [failure.row for failure in check(counts, contract)] == broken


@pytest.mark.parametrize(("options", "code"), [("{minimum: 2}", "C306"), ("{maximum: 2}", "C307")])
def test_nan_is_within_no_bounds(options, code):
    text = SMALL.replace("logicalType: integer", "logicalType: number").replace("int8", "float64")
    contract = parse_contract(text.replace("          minimum: 0\n", f"          {options}\n"), file="small.yaml")
    counts = titles("a", "b", "c").set_column(2, "count", pa.array([2.0, float("nan"), None], pa.float64()))

    (failure,) = check(counts, contract)

    assert (failure.code, failure.row, failure.found) == (code, 1, "nan")


def test_a_rule_on_days():
    contract = small("description: Day.", "description: Day.\n        logicalTypeOptions: {minimum: 2000-01-01}")
    days = pa.array([datetime.date(1999, 12, 31), datetime.date(2000, 1, 1), None])

    (failure,) = check(titles(*"abc").set_column(1, "day", days), contract)

    assert (failure.code, failure.row, failure.found, failure.expected) == (
        "C306",
        0,
        "1999-12-31",
        "at least 2000-01-01",
    )


def test_a_required_value_can_be_wanted_with_a_warning_only():
    contract = with_title_rule("notBlank: true\n          - {metric: nullValues, mustBe: 0, severity: warning}")

    failures = check(titles("a", None), contract)

    assert briefly(failures) == [("C301", "warning", 1, "title")]
    assert error_rows(failures) == []


def test_every_kind_of_rule_has_a_code_with_its_cause():
    assert [kind.code for kind in KINDS.values() if kind.code not in CODES] == []


def test_visible_is_all_but_spaces_controls_and_format_characters():
    # the Arabic signs that are format characters for Unicode (number sign, end of ayah, …) are drawn
    drawn = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}
    drawn |= {*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)}
    characters = [chr(point) for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]
    visible = pc.match_substring_regex(pa.array(characters), pattern=VISIBLE_RE2).to_numpy(zero_copy_only=False)
    unseen = {ord(characters[index]) for index in np.flatnonzero(~visible)}

    hidden = {ord(letter) for letter in characters if unicodedata.category(letter) in {"Cc", "Cf", "Zs", "Zl", "Zp"}}
    assert sorted(hidden - unseen - drawn) == []
    assert ord("ع") not in unseen
    assert ord("\u0640") not in unseen


# --- columns and types ---------------------------------------------------------------------------------------------


def test_columns_and_their_types_are_checked_first_and_the_rest_all_the_same():
    spoiled = (
        table(changed(("headline",), ""))
        .drop_columns(["source"])
        .append_column("extra", pa.array([1]))
        .set_column(2, "date", pa.array(["2023-09-20"]))
    )

    failures = check(spoiled, CONTRACT)

    assert [(failure.code, failure.row, failure.column, failure.found, failure.expected) for failure in failures] == [
        ("C321", None, "source", None, "a column of type string"),
        ("C322", None, "extra", "int64", "no such column"),
        ("C323", None, "date", "string", "a column of type date32[day]"),
        ("C302", 0, "headline", "", "something visible"),
    ]
    assert [failure.message for failure in failures][:3] == [
        "column source is missing; expected a column of type string",
        "column extra is int64; expected no such column",
        "column date is string; expected a column of type date32[day]",
    ]


@pytest.mark.parametrize(
    "wrong",
    [pa.large_string(), pa.string_view(), pa.binary(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
def test_another_type_of_text_is_a_wrong_type(wrong):
    spoiled = table(ROW).set_column(1, "headline", pa.array(["عنوان"]).cast(wrong))

    assert briefly(check(spoiled, CONTRACT)) == [("C323", "error", None, "headline")]


def test_a_wrong_type_deep_inside_is_a_wrong_type():
    members = {field.name: field.type for field in CONTRACT.arrow().field("related").type.value_type}
    longer = pa.list_(pa.struct({**members, "paragraph": pa.int64()}))
    spoiled = table(ROW).set_column(6, "related", pa.array([[]], longer))

    assert briefly(check(spoiled, CONTRACT)) == [("C323", "error", None, "related")]


def test_the_name_of_list_elements_does_not_matter():
    element = pa.list_(pa.field("element", pa.string()))
    other = table(ROW).set_column(5, "tags", pa.array([["a"]], element))

    assert error_rows(check(other, CONTRACT)) == []


def test_a_column_that_stands_twice_is_refused():
    twice = table(ROW).append_column("id", pa.array(["0" * 16]))

    assert briefly(check(twice, CONTRACT)) == [("C322", "error", None, "id")]


def test_another_order_of_columns_is_one_failure():
    other = table(ROW).select(["id", "date", "headline", "body", "source", "tags", "related", "page"])

    (failure,) = check(other, CONTRACT)

    assert (failure.code, failure.column) == ("C324", "date")


# --- editing the contract ------------------------------------------------------------------------------------------


def test_an_added_rule_is_obeyed():
    rule = "          - {id: short, type: custom, engine: toolkit, implementation: {minLength: 10}}\n"
    edited = parse_contract(
        TEXT.replace("          - id: body_not_blank\n", rule + "          - id: body_not_blank\n"), file="c"
    )
    row = changed(("body",), "قصير")

    assert error_rows(check(table(row), CONTRACT)) == []
    assert briefly(check(table(row), edited)) == [("C303", "error", 0, "body")]


def test_a_field_made_optional_may_be_null():
    edited = parse_contract(
        TEXT.replace("        required: true\n        description: The outlet", "        description: The outlet"),
        file="c",
    )
    row = changed(("source",), None)

    assert briefly(check(table(row), CONTRACT)) == [("C301", "error", 0, "source")]
    assert error_rows(check(table(row), edited)) == []


def test_a_rule_made_a_warning_spares_the_row():
    edited = parse_contract(
        TEXT.replace(
            "          - id: body_not_blank\n", "          - id: body_not_blank\n            severity: warning\n"
        ),
        file="c",
    )
    row = changed(("body",), "")

    assert error_rows(check(table(row), CONTRACT)) == [0]
    assert briefly(check(table(row), edited)) == [("C302", "warning", 0, "body")]
    assert error_rows(check(table(row), edited)) == []


def test_a_rule_on_a_nested_element_is_obeyed():
    start = TEXT.index("              quality:\n                - id: related_headline_not_blank")
    end = TEXT.index("            - name: body\n", start)
    edited = parse_contract(TEXT[:start] + TEXT[end:], file="c")
    row = changed(("related", 1, "headline"), "")

    assert briefly(check(table(row), CONTRACT)) == [("C302", "error", 0, "related[1].headline")]
    assert error_rows(check(table(row), edited)) == []


# --- bounds --------------------------------------------------------------------------------------------------------


def test_failures_of_one_rule_in_one_row_are_counted_all_and_listed_to_a_bound():
    hostile = table(changed(("tags",), [""] * 100_000), changed(("tags",), [""], number=1))

    failures = check(hostile, CONTRACT)

    assert failures.totals == {"tag_not_blank": 100_001, "tags_distinct": 99_999}
    assert sum(failure.rule == "tag_not_blank" and failure.row == 0 for failure in failures) == MAX_LISTED_A_ROW
    assert sum(failure.rule == "tag_not_blank" and failure.row == 1 for failure in failures) == 1
    assert error_rows(failures) == [0, 1]


def test_a_listing_is_bounded_but_has_the_first_failure_of_every_row():
    count = 12_000
    bare = titles(*["a"] * count)
    contract = with_word_keys("required: true")
    words = pa.array([[None, None]] * count, pa.list_(pa.string()))

    failures = check(bare.set_column(3, "words", words), contract)

    assert failures.totals == {"words[].required": 24_000}
    assert len(failures.listed) == count
    assert [failure.row for failure in failures] == list(range(count))


# --- pandera -------------------------------------------------------------------------------------------------------


def test_rows_that_are_wrong_are_not_spelt_out_in_memory():
    item = {"headline": " ", "body": "x" * 100_000, "kind": "block", "age": None, "paragraph": None}
    table = pa.Table.from_pylist([ROW | {"related": [item]}] * 200, schema=CONTRACT.arrow())
    check(table, CONTRACT)  # the first one imports

    tracemalloc.start()
    failures = check(table, CONTRACT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    blank = [failure.path for failure in failures if failure.code == "C302"]
    assert blank == ["related[0].headline"] * 200
    assert peak < 5_000_000


def test_users_can_validate_their_own_frames_with_the_schema():
    frame = table(ROW, changed(("headline",), "", number=1)).to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)

    with pytest.raises(SchemaErrors) as errors:
        CONTRACT.pandera().validate(frame, lazy=True)

    cases = errors.value.failure_cases
    assert cases[["column", "check", "index"]].to_dict("records") == [
        {"column": "headline", "check": "C302", "index": 1}
    ]


def test_a_frame_read_by_pandas_itself_is_valid(tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(table(ROW), tmp_path / "a.parquet")
    frame = pd.read_parquet(tmp_path / "a.parquet", dtype_backend="pyarrow")

    assert CONTRACT.pandera().validate(frame, lazy=True).equals(frame)


def test_a_frame_with_another_index_has_its_own_labels_in_the_report():
    frame = table(ROW, changed(("body",), None, number=1)).to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
    frame.index = ["first", "second"]

    with pytest.raises(SchemaErrors) as errors:
        CONTRACT.pandera().validate(frame, lazy=True)

    assert errors.value.failure_cases["index"].tolist() == ["second"]


def test_failures_of_nested_values_reach_pandera_users_too():
    rows = [changed(number=0), changed(("related", 1, "headline"), "", number=1)]
    frame = table(*rows).to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)

    with pytest.raises(SchemaErrors) as errors:
        CONTRACT.pandera().validate(frame, lazy=True)

    assert errors.value.failure_cases[["column", "check", "index"]].to_dict("records") == [
        {"column": "related", "check": "C302", "index": 1}
    ]


def run_check(environment=None, prelude=""):
    code = f"""
{prelude}
from importlib.resources import files
import pyarrow as pa
from toolkit.contract import check, parse_contract
contract = parse_contract(files("toolkit").joinpath("schemas/article.odcs.yaml").read_text("utf-8"), file="c")
table = pa.Table.from_pylist([{{"headline": ""}}], schema=contract.arrow())
print(check(table, contract).totals["headline_not_blank"])
"""
    environment = {**os.environ, **(environment or {})}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize(
    "environment",
    [
        {"PANDERA_VALIDATION_ENABLED": "False"},
        {"PANDERA_VALIDATION_DEPTH": "SCHEMA_ONLY"},
        {"PANDERA_VALIDATION_DEPTH": "DATA_ONLY"},
    ],
    ids=str,
)
def test_the_environment_cannot_switch_the_check_off(environment):
    assert run_check(environment).stdout == "1\n"


def test_without_pandera_a_check_fails():
    done = run_check(prelude="import sys; sys.modules['pandera'] = None")

    assert done.returncode == 1
    assert "UsageError: the rules of a contract need pandera, which cannot be imported" in done.stderr
    assert "pip install 'pandera[pandas]'" in done.stderr


def test_a_pandera_that_checks_nothing_is_no_silence():
    prelude = "import pandera.pandas; pandera.pandas.DataFrameSchema.validate = lambda self, frame, **_: frame"

    done = run_check(prelude=prelude)

    assert done.returncode == 1
    assert "ToolkitError: pandera is installed but checks nothing" in done.stderr


def test_failures_survive_pickling():
    failures = check(table(changed(("tags", 0), "")), CONTRACT)

    assert pickle.loads(pickle.dumps(failures)) == failures


def test_random_tables_are_judged_as_a_loop_over_their_values_would():
    contract = with_word_keys("required: true", "logicalTypeOptions: {maxLength: 2}")
    chance = random.Random(20230920)
    words = ["", "a", "أب", "abc", "أبجد", None]
    for _ in range(50):
        lists = [chance.choices(words, k=chance.randrange(5)) for _ in range(chance.randrange(1, 30))]
        lists = [None if chance.random() < 0.2 else value for value in lists]
        first = chance.randrange(len(lists))
        column = pa.array(lists, pa.list_(pa.string()))
        whole = titles(*["a"] * len(lists)).set_column(3, "words", column)

        found = {(failure.code, failure.row, failure.path) for failure in check(whole.slice(first), contract)}

        assert found == {
            ("C301" if word is None else "C304", row, f"words[{place}]")
            for row, value in enumerate(lists[first:])
            for place, word in enumerate(value or [])
            if word is None or len(word) > 2
        }
