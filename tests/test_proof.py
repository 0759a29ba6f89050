"""`disprove` and `covers`: a row that is not its page is found out, whatever the parser did to it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench.fuzz.readings import is_proven
from toolkit.pages import ARTICLES, PageRules, Related, parse_layout, read_page, render
from toolkit.pages import reading as reading_module
from toolkit.pages.columns import Spans, to_columns
from toolkit.pages.parsing import parse
from toolkit.pages.proof import ColumnsProof, covers, disprove
from toolkit.pages.proof.one_page import names_day

LAYOUT = parse_layout(
    files("toolkit").joinpath("schemas/layouts/aggregator.yaml").read_text("utf-8"), file="aggregator.yaml"
)
REQUIRED = frozenset({"headline", "date", "body", "source"})
RULES = PageRules(layout=LAYOUT, required=REQUIRED, levels={})
RAW = Path(__file__).parent.parent / "raw"

RICH = """\
عنوان
تاريخ النشر: 20th, September 2023 GMT
زلزال في اليابان منذ ساعة
فقرة أولى
فيضان في الهند منذ 3 أيام حريق في الغابات منذ يوم
اقرأ ايضا : خبر من الداخل
فقرة ثانية
وقع ذلك منذ عام 2011 في المدينة
إقرأ أيضاً: خبر في النهاية
المصدر: الراي
كلمات دلالية: روسيا قره باغ
إقرأ أيضاً:
خبر آخر
نص أول
نص ثان
إقرأ أيضاً:
خبر ثالث
نص ثالث
إقرأ أيضاً:
"""
PAGES = {
    "first-sample": (RAW / "000_9fd02a7e2fa6c110.txt").read_text("utf-8"),
    "second-sample": (RAW / "003_f456b89ae5f4ebca.txt").read_text("utf-8"),
    "rich": RICH,
}


def paragraphs(article):
    return article.body.split("\n")


def with_paragraphs(article, lines):
    return replace(article, body="\n".join(lines))


def with_item(article, number, **fields):
    items = list(article.related)
    items[number] = replace(items[number], **fields)
    return replace(article, related=tuple(items))


def without_item(article, number):
    return replace(article, related=article.related[:number] + article.related[number + 1 :])


def with_swapped(article, one, other):
    items = list(article.related)
    items[one], items[other] = items[other], items[one]
    return replace(article, related=tuple(items))


def first_block(article):
    return next(number for number, item in enumerate(article.related) if item.kind == "block")


def move_line_into_related_headline(article):
    number = first_block(article)
    first, *rest = article.related[number].body.split("\n")
    joined = f"{article.related[number].headline} {first}"
    return with_item(article, number, headline=joined, body="\n".join(rest) or None)


def move_related_headline_into_its_body(article):
    number = first_block(article)
    headline, *body = [article.related[number].headline, *article.related[number].body.split("\n")]
    return with_item(article, number, headline=body[0], body="\n".join([headline, *body[1:]]))


def move_last_paragraph_into_related(article):
    number = first_block(article)
    body = f"{article.related[number].body}\n{paragraphs(article)[-1]}"
    return with_item(with_paragraphs(article, paragraphs(article)[:-1]), number, body=body)


ANYWHERE = {
    "drop-the-first-paragraph": lambda a: with_paragraphs(a, paragraphs(a)[1:]),
    "drop-the-last-paragraph": lambda a: with_paragraphs(a, paragraphs(a)[:-1]),
    "drop-the-body": lambda a: replace(a, body=None),
    "swap-two-paragraphs": lambda a: with_paragraphs(a, [*paragraphs(a)[1::-1], *paragraphs(a)[2:]]),
    "join-two-paragraphs": lambda a: replace(a, body=a.body.replace("\n", " ", 1)),
    "duplicate-a-paragraph": lambda a: with_paragraphs(a, [*paragraphs(a), paragraphs(a)[-1]]),
    "add-an-empty-paragraph": lambda a: replace(a, body=a.body.replace("\n", "\n\n", 1)),
    "change-a-character": lambda a: replace(a, body=a.body[:-1] + "ـ"),
    "drop-a-mark": lambda a: replace(a, body=a.body[1:]),
    "drop-the-headline": lambda a: replace(a, headline=None),
    "cut-the-headline": lambda a: replace(a, headline=a.headline[:-1]),
    "first-paragraph-into-the-headline": lambda a: replace(
        with_paragraphs(a, paragraphs(a)[1:]), headline=f"{a.headline} {paragraphs(a)[0]}"
    ),
    "last-paragraph-into-the-headline": lambda a: replace(
        with_paragraphs(a, paragraphs(a)[:-1]), headline=f"{a.headline} {paragraphs(a)[-1]}"
    ),
    "last-paragraph-into-the-source": lambda a: replace(
        with_paragraphs(a, paragraphs(a)[:-1]), source=f"{a.source} {paragraphs(a)[-1]}"
    ),
    "headline-into-the-body": lambda a: replace(a, headline=None, body=f"{a.headline}\n{a.body}"),
    "last-paragraph-into-the-related-block": move_last_paragraph_into_related,
    "swap-source-and-tags": lambda a: replace(a, source=a.tags_text, tags_text=a.source),
    "source-into-the-body": lambda a: replace(a, source=None, body=f"{a.body}\nالمصدر: {a.source}"),
    "lose-the-source": lambda a: replace(a, source=None),
    "empty-the-source": lambda a: replace(a, source=""),
    "lose-the-tags": lambda a: replace(a, tags_text=None),
    "empty-the-tags": lambda a: replace(a, tags_text=""),
    "lose-a-repeated-tag": lambda a: replace(a, tags_text=a.tags_text.rsplit(" ", 1)[0]),
    "a-day-later": lambda a: replace(a, date=a.date + datetime.timedelta(days=1)),
    "day-and-month-swapped": lambda a: replace(a, date=datetime.date(2023, 9, 2)),
    "another-year": lambda a: replace(a, date=a.date.replace(year=2022)),
    "another-date-text": lambda a: replace(a, date_text="2023-09-20"),
    "drop-a-related-item": lambda a: without_item(a, first_block(a)),
    "drop-a-related-body": lambda a: with_item(a, first_block(a), body=None),
    "drop-a-related-line": lambda a: with_item(
        a, first_block(a), body=a.related[first_block(a)].body.rsplit("\n", 1)[0][:-1]
    ),
    "line-into-the-related-headline": move_line_into_related_headline,
    "two-lines-as-the-related-headline": lambda a: with_item(
        a,
        first_block(a),
        headline=f"{a.related[first_block(a)].headline}\n{a.related[first_block(a)].body}",
        body=None,
    ),
    "related-headline-into-its-body": move_related_headline_into_its_body,
    "related-item-twice": lambda a: replace(a, related=(*a.related, a.related[-1])),
    "age-for-a-related-item": lambda a: with_item(a, first_block(a), age="منذ ساعة"),
    "paragraph-for-a-related-item": lambda a: with_item(a, first_block(a), paragraph=0),
    "related-item-as-inline": lambda a: with_item(a, first_block(a), kind="inline", paragraph=len(paragraphs(a))),
}
WITH_TEASERS = {
    "drop-a-teaser": lambda a: without_item(a, 0),
    "shift-a-teaser": lambda a: with_item(a, 0, paragraph=a.related[0].paragraph + 1),
    "shift-a-teaser-beyond-the-body": lambda a: with_item(a, 0, paragraph=99),
    "teaser-without-a-paragraph": lambda a: with_item(a, 0, paragraph=None),
    "teaser-with-a-body": lambda a: with_item(a, 0, body="نص"),
    "teaser-without-its-age": lambda a: with_item(a, 0, age=None),
    "age-in-the-text": lambda a: with_item(a, 0, headline=f"{a.related[0].headline} {a.related[0].age}", age=None),
    "another-age": lambda a: with_item(a, 0, age="منذ يوم"),
    "teaser-after-the-related-block": lambda a: replace(a, related=(*a.related[1:], a.related[0])),
    "cut-before-the-age-begins": lambda a: with_item(
        a,
        0,
        headline=a.related[0].headline.rsplit(" ", 1)[0],
        age=f"{a.related[0].headline.rsplit(' ', 1)[1]} {a.related[0].age}",
    ),
    "cut-inside-the-age": lambda a: with_item(
        a, 0, headline=f"{a.related[0].headline} منذ", age=a.related[0].age.removeprefix("منذ ")
    ),
}
RICH_ONLY = {
    "two-teasers-as-one": lambda a: replace(
        a,
        related=(
            a.related[0],
            replace(a.related[2], headline="فيضان في الهند منذ 3 أيام حريق في الغابات"),
            *a.related[3:],
        ),
    ),
    "teaser-line-left-in-the-body": lambda a: replace(
        a,
        body=a.body.replace("فقرة أولى", "فقرة أولى\nفيضان في الهند منذ 3 أيام حريق في الغابات منذ يوم"),
        related=(
            a.related[0],
            replace(a.related[3], paragraph=2),
            replace(a.related[4], paragraph=4),
            *a.related[5:],
        ),
    ),
    "sentence-taken-for-a-teaser": lambda a: replace(
        a,
        body=a.body.replace("\nوقع ذلك منذ عام 2011 في المدينة", ""),
        related=(
            *a.related[:4],
            replace(a.related[1], headline="وقع ذلك", age="منذ عام 2011 في المدينة", paragraph=2),
            replace(a.related[4], paragraph=2),
            *a.related[5:],
        ),
    ),
    "inline-label-left-in-the-body": lambda a: replace(
        a,
        body=a.body.replace("فقرة ثانية", "اقرأ ايضا : خبر من الداخل\nفقرة ثانية"),
        related=(*a.related[:3], replace(a.related[4], paragraph=4), *a.related[5:]),
    ),
    "inline-label-as-a-teaser": lambda a: with_item(a, 3, headline="خبر من", age="الداخل"),
    "swap-two-teasers": lambda a: with_swapped(a, 1, 2),
    "swap-items-of-two-paragraphs": lambda a: with_swapped(a, 2, 4),
    "swap-two-related-items": lambda a: with_swapped(a, 5, 6),
    "last-item-a-paragraph-farther": lambda a: with_item(a, 4, paragraph=4),
    "swap-related-headlines": lambda a: with_item(with_item(a, 5, headline="خبر ثالث"), 6, headline="خبر آخر"),
    "two-related-items-as-one": lambda a: replace(
        a,
        related=(
            *a.related[:5],
            replace(a.related[5], body="نص أول\nنص ثان\nإقرأ أيضاً:\nخبر ثالث\nنص ثالث"),
        ),
    ),
    "related-line-into-the-next-item": lambda a: with_item(with_item(a, 5, body="نص أول"), 6, body="نص ثان\nنص ثالث"),
    "footer-left-in-the-body": lambda a: replace(
        a,
        body=f"{a.body}\nالمصدر: الراي\nكلمات دلالية: روسيا قره باغ\nإقرأ أيضاً:\nخبر آخر",
        source=None,
        tags_text=None,
    ),
}
BROKEN = [
    pytest.param(page, change, id=f"{page}-{name}")
    for page, changes in {
        "first-sample": ANYWHERE | WITH_TEASERS,
        "second-sample": ANYWHERE,
        "rich": ANYWHERE | WITH_TEASERS | RICH_ONLY,
    }.items()
    for name, change in changes.items()
]


def canonical_lines(page):
    reading = read_page(page.encode(), RULES)
    return reading.text.lines


def parsed(page):
    return parse(canonical_lines(page), LAYOUT, REQUIRED).article


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_what_the_parser_reads_is_proven(page):
    assert disprove(parsed(page), canonical_lines(page), LAYOUT) is None


@pytest.mark.parametrize(("page", "change"), BROKEN)
def test_a_broken_row_is_disproved(page, change):
    broken = change(parsed(PAGES[page]))
    assert broken != parsed(PAGES[page])
    assert disprove(broken, canonical_lines(PAGES[page]), LAYOUT)


def holds(article, page):
    return columns_hold(article, [line.encode() for line in render(parsed(page), LAYOUT)])


def columns_hold(article, lines):
    printed = {text.encode() + b":": label[0] for label, text in LAYOUT.printed.items()}
    labels = "".join(letter for line in lines for text, letter in printed.items() if line.startswith(text))
    return is_proven(article, lines, labels, ColumnsProof(LAYOUT))


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_columns_of_a_row_are_proven(page):
    assert holds(parsed(page), page)


@pytest.mark.parametrize(("page", "change"), BROKEN)
def test_broken_columns_are_disproved(page, change):
    assert not holds(change(parsed(PAGES[page])), PAGES[page])


def test_columns_that_lack_what_their_page_has_empty_are_not_proven():
    lines = ["عنوان", "تاريخ النشر: 20th, September 2023 GMT", "نص", "المصدر:"]
    article = parse(lines, LAYOUT, frozenset()).article
    page = [line.encode() for line in lines]
    assert article.source == ""
    assert not columns_hold(replace(article, source=None), page)


def small_page(body, block=()):
    return ["عنوان", "تاريخ النشر: 20th, September 2023 GMT", *body, "المصدر: الراي", *block]


TEASER = "زلزال منذ ساعة"
UNSEEN = {
    "second-of-two-equal-teasers-left-in-the-body": (
        small_page(["أول", TEASER, "ثان", TEASER]),
        lambda a: replace(a, related=a.related[:1], body=f"أول\nثان\n{TEASER}"),
    ),
    "line-of-a-tatweel-in-the-age-before-it": (
        small_page(["أول", TEASER, "\u0640", "ثان"]),
        lambda a: replace(with_item(a, 0, age="منذ ساعة\n\u0640"), body="أول\nثان"),
    ),
    "headline-of-an-item-in-its-body": (
        small_page(["أول"], ["إقرأ أيضاً:", "آخر", "نص"]),
        lambda a: with_item(a, 0, headline=None, body="آخر\nنص"),
    ),
    "bare-label-in-the-body-as-an-item": (
        small_page(["أول", "إقرأ أيضاً:", "ثان"]),
        lambda a: replace(
            a, body="أول\nثان", related=(Related(headline="", body=None, kind="inline", age=None, paragraph=1),)
        ),
    ),
    "teaser-in-its-age": (
        small_page(["أول", TEASER]),
        lambda a: with_item(a, 0, headline=None, age=TEASER),
    ),
    "teaser-after-one-paragraph-more-than-there-are": (
        small_page(["أول", TEASER]),
        lambda a: with_item(a, 0, paragraph=2),
    ),
    "teaser-left-in-the-body-behind-lines-that-are-none-together": (
        small_page([f"{'و ' * 38}منذ عام", f"2011 {TEASER}", "ثان", TEASER]),
        lambda a: replace(a, related=(), body=f"{a.body}\n{TEASER}"),
    ),
}


@pytest.mark.parametrize(("lines", "change"), UNSEEN.values(), ids=UNSEEN)
def test_what_a_rendering_does_not_show_is_disproved(lines, change):
    article = parse(lines, LAYOUT, REQUIRED).article
    assert disprove(article, lines, LAYOUT) is None
    assert disprove(change(article), lines, LAYOUT)


@pytest.mark.parametrize(("lines", "change"), UNSEEN.values(), ids=UNSEEN)
def test_columns_are_disproved_by_what_a_rendering_does_not_show(lines, change):
    page = [line.encode() for line in lines]
    assert not columns_hold(change(parse(lines, LAYOUT, REQUIRED).article), page)


def test_columns_without_a_list_of_items_are_not_proven():
    lines = small_page(["نص"])
    columns = to_columns([(parse(lines, LAYOUT, REQUIRED).article, ())])
    related = ARTICLES.field("related")
    without = columns.set_column(ARTICLES.get_field_index("related"), related, pa.nulls(1, related.type))
    page = "\n".join(lines).encode()
    place, labels, proof = Spans(np.array([0]), np.array([len(page)])), pa.array(["ds"]), ColumnsProof(LAYOUT)
    assert proof.prove(columns, page, place, labels, {}).tolist() == [True]
    assert proof.prove(without, page, place, labels, {}).tolist() == [False]


@pytest.mark.parametrize(("page", "change"), BROKEN)
def test_a_page_that_a_broken_parser_reads_is_rejected(monkeypatch, page, change):
    def parse_wrongly(lines, layout, required):
        reading = parse(lines, layout, required)
        return replace(reading, article=change(reading.article))

    # the one mock of our own code: page-format.md asks for a parser with a defect
    monkeypatch.setattr(reading_module, "parse", parse_wrongly)
    reading = read_page(PAGES[page].encode(), RULES)
    assert reading.article is None
    assert reading.rendering is None
    assert "P207" in {finding.code for finding in reading.findings}


def test_the_two_lines_of_one_teaser_run_are_one_teaser_line():
    page = RICH.replace("أيام حريق", "أيام\nحريق")
    assert parsed(page) == parsed(RICH)
    assert disprove(parsed(RICH), canonical_lines(page), LAYOUT) is None


def test_half_a_teaser_run_left_in_the_body_is_disproved():
    page = RICH.replace("أيام حريق", "أيام\nحريق")
    article = parsed(page)
    items = (
        *article.related[:2],
        replace(article.related[3], paragraph=2),
        replace(article.related[4], paragraph=4),
        *article.related[5:],
    )
    body = article.body.replace("فقرة أولى", "فقرة أولى\nحريق في الغابات منذ يوم")
    assert disprove(replace(article, body=body, related=items), canonical_lines(page), LAYOUT)


@pytest.mark.parametrize(
    ("text", "day", "holds"),
    [
        pytest.param("20th, September 2023 GMT", "2023-09-20", True, id="as printed"),
        pytest.param("20th, September 2023 GMT", "2023-09-19", False, id="another day"),
        pytest.param("20 أيلول/سبتمبر 2023", "2023-09-20", True, id="double name"),
        pytest.param("20 أيلول 2023", "2023-10-20", False, id="another month"),
        pytest.param("03/04/2023", "2023-04-03", True, id="day first"),
        pytest.param("03/04/2023", "2023-03-04", False, id="month first"),
        pytest.param("2023-09-20T01:30+03:00", "2023-09-19", True, id="east of GMT"),
        pytest.param("2023-09-20T01:30+03:00", "2023-09-20", False, id="the day of its own zone"),
        pytest.param("2023-09-20T23:30-01:00", "2023-09-21", True, id="west of GMT"),
        pytest.param("2023-09-20T10:00 GMT", "2023-09-20", True, id="time and GMT"),
        pytest.param("2023-09-20T10:00 GMT", "2023-09-21", False, id="a day later"),
        pytest.param("2023-09-20T10:00+00:00 GMT", "2023-09-20", True, id="GMT twice"),
        pytest.param("2023-99-99T10:00Z", "2023-09-20", False, id="no day of the calendar"),
        pytest.param("0001-01-01T00:00+01:00", "0001-01-01", False, id="before the calendar"),
        pytest.param("", "2023-09-20", False, id="empty"),
        pytest.param("1" * 5000, "2023-09-20", False, id="a number too long to read"),
    ],
)
def test_a_date_line_names_its_day_and_no_other(text, day, holds):
    assert names_day(text, datetime.date.fromisoformat(day), LAYOUT) is holds


@pytest.mark.parametrize(
    ("line", "tags", "covered"),
    [
        pytest.param("روسيا قره باغ أرمينيا قره باغ", ["روسيا", "قره باغ", "أرمينيا"], True, id="a repeat"),
        pytest.param("روسيا قره باغ", ["روسيا قره باغ"], True, id="one tag"),
        pytest.param("روسيا قره باغ", ["روسيا", "قره", "باغ"], True, id="each word"),
        pytest.param("روسيا قره باغ", ["قره باغ", "روسيا"], False, id="another order"),
        pytest.param("روسيا قره باغ", ["روسيا"], False, id="words left"),
        pytest.param("روسيا", ["روسيا", "قره باغ"], False, id="a tag too many"),
        pytest.param("روسيا روسيا", ["روسيا"], True, id="nothing but repeats"),
        pytest.param("روسيا روسيا", ["روسيا", "روسيا"], False, id="a repeat kept"),
        pytest.param("روسيا قره باغ", ["روسيا", "قره  باغ"], False, id="another space"),
        pytest.param("ا ب ا ب ج", ["ا", "ب", "ا ب ج"], True, id="a tag that begins as repeats do"),
        pytest.param("ا ا ا ب", ["ا", "ا ا", "ب"], True, id="two ways to cover, one of all tags"),
        pytest.param("ا ب", ["ا", "ج", "ب"], False, id="a tag not on the line"),
        pytest.param("", [], True, id="empty line"),
        pytest.param("", [""], False, id="an empty tag"),
        pytest.param(None, [], True, id="no line"),
        pytest.param(None, ["روسيا"], False, id="tags without a line"),
        pytest.param("روسيا", [], False, id="a line without tags"),
    ],
)
def test_tags_cover_their_line(line, tags, covered):
    assert covers(line, tags) is covered


def test_a_hundred_thousand_tags_are_covered():
    words = [f"و{number}" for number in range(50_000)]
    assert covers(" ".join([*words, *words]), words)
    assert not covers(" ".join([*words, *words[:-1], "و"]), words)
