"""Facts: what is counted, and that parts add up to the whole."""

import datetime
import pickle

import pyarrow as pa
import pytest
from forgery import measure
from hypothesis import given
from hypothesis import strategies as st

from toolkit.dataset.facts import Characters, Facts, Histogram, Measurement, Tally, merge
from toolkit.dataset.facts import tally as tally_module
from toolkit.dataset.facts.characters import count_characters
from toolkit.dataset.facts.tally import ValueCounts, add_tallies, histogram

SCHEMA = pa.schema(
    [
        ("headline", pa.string()),
        ("date", pa.date32()),
        ("body", pa.string()),
        ("source", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("related", pa.list_(pa.struct([("headline", pa.string()), ("kind", pa.string())]))),
        ("page", pa.struct([("file", pa.string()), ("warnings", pa.list_(pa.string()))])),
    ]
)

ROWS = [
    {
        "headline": "عنوان",
        "date": datetime.date(2023, 9, 20),
        "body": "فقرة أولى\nفقرة ثانية",
        "source": "الراي",
        "tags": ["روسيا", "قره باغ"],
        "related": [{"headline": "ا", "kind": "inline"}, {"headline": "ب", "kind": "block"}],
        "page": {"file": "a.txt", "warnings": ["P222", "P223"]},
    },
    {
        "headline": "عنوان آخر",
        "date": datetime.date(2024, 1, 2),
        "body": "فقرة",
        "source": "الراي",
        "tags": ["روسيا"],
        "related": [{"headline": "ج", "kind": "block"}],
        "page": {"file": "b.txt", "warnings": ["P223"]},
    },
    {
        "headline": None,
        "date": None,
        "body": None,
        "source": None,
        "tags": [],
        "related": None,
        "page": {"file": "c.txt", "warnings": None},
    },
]


def table(rows):
    return pa.Table.from_pylist(rows, schema=SCHEMA)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows", 3),
        ("sources", Tally(counts=(("الراي", 2),), nulls=1)),
        ("months", (("2023-09", 1), ("2024-01", 1))),
        ("first_day", datetime.date(2023, 9, 20)),
        ("last_day", datetime.date(2024, 1, 2)),
        ("tags", Tally(counts=(("روسيا", 2), ("قره باغ", 1)))),
        ("kinds", Tally(counts=(("block", 2), ("inline", 1)))),
        ("warnings", (("P222", 1), ("P223", 2))),
    ],
)
def test_a_fact_is_what_it_says(name, value):
    assert getattr(measure(table(ROWS)), name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("headline_characters", Histogram(width=10, bins=(2, *[0] * 30), total=14, least=5, greatest=9)),
        ("body_characters", Histogram(width=250, bins=(2, *[0] * 80), total=24, least=4, greatest=20)),
        ("paragraphs", Histogram(width=1, bins=(0, 1, 1, *[0] * 58), total=3, least=1, greatest=2)),
        ("tags_a_row", Histogram(width=1, bins=(1, 1, 1, *[0] * 18), total=3, least=0, greatest=2)),
        ("related_a_row", Histogram(width=1, bins=(0, 1, 1, *[0] * 18), total=3, least=1, greatest=2)),
    ],
)
def test_a_spread_is_what_it_says(name, value):
    assert measure(table(ROWS)).spread(name) == value


texts = st.none() | st.text("اب \nx", max_size=12)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "headline": texts,
            "date": st.none() | st.dates(datetime.date(1990, 1, 1), datetime.date(2030, 1, 1)),
            "body": texts,
            "source": texts,
            "tags": st.none() | st.lists(texts, max_size=3),
            "related": st.none() | st.lists(st.fixed_dictionaries({"headline": texts, "kind": texts}), max_size=3),
            "page": st.fixed_dictionaries({"file": texts, "warnings": st.none() | st.lists(texts, max_size=2)}),
        }
    ),
    max_size=8,
)


@given(rows, rows)
def test_parts_add_up_to_the_whole_in_any_order(one, other):
    parts = [measure(table(one)), measure(table(other))]
    assert merge(parts) == merge(parts[::-1]) == measure(table(one + other))


@given(rows, st.integers(0, 8), st.integers(0, 8))
def test_slices_and_chunks_change_nothing(values, start, cut):
    whole = table(values)
    chunked = pa.concat_tables([whole.slice(0, cut), whole.slice(cut)]).slice(start)
    assert measure(chunked) == measure(table(values[start:]))


def test_pieces_change_nothing_when_there_are_more_values_than_a_tally_keeps(monkeypatch):
    monkeypatch.setattr(tally_module, "MAX_VALUES", 3)
    values = [{**ROWS[0], "tags": [f"وسم {number % 7}", f"اسم {number % 5}"]} for number in range(60)]
    pieces = Measurement()
    for start in (0, 1, 2, 30, 59):
        pieces.add(table(values).slice(start, {0: 1, 1: 1, 2: 28, 30: 29, 59: 1}[start]))
    assert pieces.facts() == measure(table(values))
    assert measure(table(values)).tags.counts == (("اسم 0", 12), ("اسم 1", 12), ("اسم 2", 12))


def test_the_first_texts_are_counted_when_there_are_very_many_wherever_pieces_end(monkeypatch):
    monkeypatch.setattr(tally_module, "MAX_COUNTED", 3)
    values = pa.array(["a", "b", "a", "c", "d", "d", "d", "b", "e", "a"])
    for step in (1, 2, 3, 10):
        counts = ValueCounts()
        for start in range(0, len(values), step):
            counts.add(values[start : start + step])
        assert counts.tally() == Tally(counts=(("a", 3), ("b", 2), ("c", 1)), others=4)


def test_no_parts_are_no_rows():
    assert merge([]) == Facts() == measure(table([]))


def test_facts_travel_between_processes():
    facts = measure(table(ROWS))
    assert pickle.loads(pickle.dumps(facts)) == facts


def test_bodies_of_large_strings_are_counted():
    wide = SCHEMA.set(2, pa.field("body", pa.large_string()))
    rows = pa.Table.from_pylist(ROWS, schema=wide).slice(1)
    assert measure(rows).spread("paragraphs") == Histogram(
        width=1, bins=(0, 1, *[0] * 59), total=1, least=1, greatest=1
    )


def test_paragraphs_are_counted_across_the_blocks_they_are_looked_for_in():
    body = "سطر\n" * 400_000
    assert measure(table([{**ROWS[0], "body": body}])).spread("paragraphs").total == 400_001


def test_numbers_beyond_the_bins_fall_into_the_last():
    spread = histogram(pa.array([0, 9, 10, 500, None]), width=10, bins=3)
    assert spread == Histogram(width=10, bins=(2, 1, 1), total=519, least=0, greatest=500)
    assert (spread.count, spread.mean) == (4, 129.75)


def test_a_tally_keeps_the_most_frequent_values(monkeypatch):
    monkeypatch.setattr(tally_module, "MAX_VALUES", 2)
    counts = ValueCounts()
    counts.add(pa.array(["c", "b", "a", "b"]))
    counts.add(pa.array(["a", "d", None]))
    found = counts.tally()
    assert found == Tally(counts=(("a", 2), ("b", 2)), others=2, nulls=1)
    assert add_tallies([found, Tally(counts=(("e", 5),))]) == Tally(counts=(("e", 5), ("a", 2)), others=4, nulls=1)
    assert found.total == 6


def test_characters_are_counted_by_kind():
    row = {**ROWS[0], "headline": "عَرَبِيّ ٢٠ ۲۰", "body": "Été 2023\nـ؟😀"}
    assert count_characters(table([row])) == Characters(
        sampled_rows=1,
        arabic_letters=5,
        diacritics=4,
        digits_ascii=4,
        digits_arabic=2,
        digits_persian=2,
        latin_letters=3,
        spaces=4,
        other=2,
    )
