"""How `validate` proves rows: whole columns at a time where that is enough, page by page where it is not."""

import datetime
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.dataset.tables import article_of
from toolkit.inspection.rows.plain import PlainRows
from toolkit.inspection.tables.keys import find_repeats, make_keys
from toolkit.pages import PageRules, covers, read_page, render
from toolkit.settings import load_contract, load_layout

CONTRACT, LAYOUT = load_contract(), load_layout()
RULES = PageRules(layout=LAYOUT, required=frozenset({"headline", "date", "body", "source"}), levels=CONTRACT.levels)
SHADDA_FATHA, FATHA_SHADDA = "\u0651\u064e", "\u064e\u0651"


def block(headline: str = "خبر آخر", body: str | None = "فقرة.") -> dict:
    return {"headline": headline, "body": body, "kind": "block", "age": None, "paragraph": None}


def inline(headline: str = "خبر سابق", age: str | None = "منذ ساعة", paragraph: int | None = 1) -> dict:
    return {"headline": headline, "body": None, "kind": "inline", "age": age, "paragraph": paragraph}


def row(**members: object) -> dict:
    page = {"date": members.pop("date_text", "2023-09-20"), "tags": members.pop("tags_text", "النقل")}
    return {
        "headline": "عنوان الخبر",
        "date": datetime.date(2023, 9, 20),
        "body": "فقرة أولى.\nفقرة ثانية.",
        "source": "الراي",
        "related": [block()],
        **members,
        "page": {"file": "a.txt", "sha256": "0" * 64, "rendering": "0" * 64, "warnings": [], "url": None, **page},
    }


def batch_of(*rows: dict) -> pa.RecordBatch:
    full = [{"id": "0" * 16, "tags": [], **each} for each in rows]
    return pa.RecordBatch.from_pylist(full, schema=CONTRACT.arrow())


def is_plain(row: dict) -> bool:
    return bool(PlainRows(LAYOUT).find(batch_of(row)).mask[0])


PLAIN = {
    "as it comes": row(),
    "no tags line": row(tags_text=None),
    "no related article": row(related=[]),
    "related article without text": row(related=[block(body=None), block()]),
    "teasers": row(related=[inline(paragraph=0), inline("ثان", "منذ 3 أيام", 0), inline(paragraph=2), block()]),
    "inline article behind its label": row(related=[inline(age=None), inline(), inline(age=None)]),
    "marks of which every pair has an order": row(body="قر\u064e\u064fر"),  # FATHA, DAMMA
    "marks in their order": row(body=f"قر{FATHA_SHADDA}ر"),
    "an age that ends no line": row(body="وصل منذ ساعة إلى المطار."),
    "a point in time": row(body="يعمل هنا منذ عام 2011"),
}


@pytest.mark.parametrize("row", PLAIN.values(), ids=PLAIN.keys())
def test_a_plain_row_is_found_to_be_one_and_rendered_as_a_page(row):
    rows = batch_of(row)
    found = PlainRows(LAYOUT).find(rows)

    assert found.mask.tolist() == [True]
    assert PlainRows(LAYOUT).render(rows, found.bodies).to_pylist() == ["\n".join(render(article_of(row), LAYOUT))]


ODD = {
    "null headline": row(headline=None),
    "empty source": row(source=""),
    "two lines of headline": row(headline="أول\nثان"),
    "label in the headline": row(headline="المصدر: الراي"),
    "label in the body": row(body="فقرة.\nالمصدر : الراي"),
    "label with marks in the body": row(body="فقرة.\nالمَصدر:\nفقرة."),
    "label between lone tatweels in the body": row(body="فقرة.\n\u0640 المصدر \u0640: الراي"),
    "standalone label in the body": row(body="فقرة.\nاقرأ أيضا\nفقرة."),
    "label in a related article": row(related=[block(body="المصدر: الراي")]),
    "teaser line in the body": row(body="فقرة.\nخبر منذ ساعة"),
    "teaser line with marks in the body": row(body="فقرة.\nخبر مُنذ ساعة"),
    "two spaces": row(body="فقرة  أولى."),
    "empty line": row(body="فقرة.\n\nفقرة."),
    "space at the end of a line": row(body="فقرة. \nفقرة."),
    "no-break space": row(body="فقرة\u00a0أولى."),
    "right-to-left mark": row(body="فقرة\u200f أولى."),
    "marks out of order": row(body=f"قر{SHADDA_FATHA}ر"),
    "letter and mark that compose": row(body="ا\u0653"),
    "character beyond those known": row(body="فقرة \U0001f600"),
    "date of another day": row(date=datetime.date(2023, 9, 21)),
    "date that cannot be read": row(date_text="أمس"),
    "no date": row(date=None),
    "empty tags line": row(tags_text=""),
    "inline article after the block": row(related=[block(), inline()]),
    "inline article beyond the body": row(related=[inline(paragraph=3)]),
    "inline articles out of order": row(related=[inline(paragraph=2), inline(paragraph=1)]),
    "inline article nowhere": row(related=[inline(paragraph=None)]),
    "inline article with a text": row(related=[inline() | {"body": "فقرة."}]),
    "age that is none": row(related=[inline(age="منذ زمن")]),
    "age that the next headline continues": row(related=[inline(age="منذ عام"), inline("2011 كان عاما")]),
    "age in a headline": row(related=[inline("أول منذ ساعة ثان")]),
    "block with an age": row(related=[block() | {"age": "منذ ساعة"}]),
    "null item": row(related=[None]),
    "null list": row(related=None),
}


@pytest.mark.parametrize("row", ODD.values(), ids=ODD.keys())
def test_what_columns_alone_do_not_prove_is_left_to_the_reader_of_pages(row):
    assert not is_plain(row)


WORDS = st.sampled_from(
    [
        "خبر", "فقرة.", "منذ", "ساعة", "يومين", "3", "أيام", "عام", "2011", "شهر", "رمضان", "المصدر", "المصدر:", ":",
        "إقرأ", "أيضاً", "أيضاً:", "كلمات", "دلالية:", "تاريخ", "النشر:", "قر\u0651\u064eر", "قر\u064e\u0651ر", "a\u0301",
        "\u0640", "\u200c", "20th,", "September", "2023", "GMT", "",
    ]
)  # fmt: skip
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join)
AGES = st.sampled_from(["منذ ساعة", "منذ 3 أيام", "منذ عام", "منذ شهر", "منذ"])
ITEMS = st.one_of(
    st.builds(block, LINES, st.one_of(st.none(), TEXTS)),
    st.builds(inline, LINES, st.one_of(st.none(), AGES), st.integers(0, 4)),
)
ROWS = st.builds(
    row,
    headline=LINES,
    body=TEXTS,
    source=LINES,
    date_text=st.sampled_from(["2023-09-20", "20th, September 2023 GMT", "21/09/2023"]),
    tags_text=st.one_of(st.none(), LINES),
    related=st.lists(ITEMS, max_size=4),
)


PLAIN_ROWS = PlainRows(LAYOUT)


@settings(max_examples=600)
@given(ROWS)
def test_a_plain_row_is_what_its_rendering_reads_as(row):
    rows = batch_of(row)
    found = PLAIN_ROWS.find(rows)
    if found.mask[0]:
        page = PLAIN_ROWS.render(rows, found.bodies)[0].as_py()
        assert page == "\n".join(render(article_of(row), LAYOUT))
        assert page == unicodedata.normalize("NFC", page)
        assert read_page(page.encode(), RULES).article == article_of(row)


COVERS = {
    "one tag": ("النقل", ["النقل"], True),
    "a repeat": ("روسيا قره باغ أرمينيا قره باغ", ["روسيا", "قره باغ", "أرمينيا"], True),
    "no line": (None, [], True),
    "empty line": ("", [], True),
    "tag without line": (None, ["النقل"], False),
    "line without tags": ("النقل", [], False),
    "another order": ("روسيا مصر", ["مصر", "روسيا"], False),
    "a word left over": ("روسيا مصر", ["روسيا"], False),
    "a tag that the line lacks": ("روسيا", ["روسيا", "مصر"], False),
    "a tag twice": ("روسيا روسيا", ["روسيا", "روسيا"], False),
    "two ways to split": ("ا ب ا ب ج", ["ا", "ب", "ا ب", "ج"], True),
    "the last tag cut short": ("روسيا قره", ["روسيا", "قره باغ"], False),
}


@pytest.mark.parametrize(("line", "tags", "expected"), COVERS.values(), ids=COVERS.keys())
def test_tags_cover_their_line_in_order_and_with_repeats(line, tags, expected):
    assert covers(line, tags) is expected


def test_a_hostile_line_of_tags_takes_no_longer_than_its_words():
    words = [str(number) for number in range(100_000)]

    assert covers(" ".join([*words, *words]), words)


def test_repeats_are_found_over_all_parts_and_nulls_are_none():
    parts = [make_keys(pa.array(values)) for values in (["a", None, "b"], [], ["b", None, "a", "c"])]

    assert list(find_repeats(parts)) == [((2, 0), (0, 2)), ((2, 2), (0, 0))]
