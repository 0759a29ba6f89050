"""`explain`: how a page is read, line by line."""

from __future__ import annotations

from importlib.resources import files

import pytest

from toolkit.pages import PageRules, parse_layout, read_page
from toolkit.pages.explanation import explain

LAYOUT = parse_layout(
    files("toolkit").joinpath("schemas/layouts/aggregator.yaml").read_text("utf-8"), file="aggregator.yaml"
)
RULES = PageRules(layout=LAYOUT, required=frozenset({"headline", "date", "body", "source"}), levels={})

PAGE = """\
عنوان

تاريخ النشر: 20th, September 2023 GMT
فقرة
زلزال منذ ساعة فيضان منذ 3 أيام
اقرأ ايضا : خبر
المصدر: الراي
كلمات دلالية: روسيا قره باغ روسيا
إقرأ أيضاً:
خبر آخر
نص
إقرأ أيضاً
"""
EXPLAINED = [
    (1, "headline", [("headline", "عنوان")]),
    (3, "date", [("label", "تاريخ النشر:"), ("date", "20th, September 2023 GMT")]),
    (4, "body", [("text", "فقرة")]),
    (5, "teasers", [("teaser", "زلزال"), ("age", "منذ ساعة"), ("teaser", "فيضان"), ("age", "منذ 3 أيام")]),
    (6, "inline", [("label", "اقرأ ايضا :"), ("headline", "خبر")]),
    (7, "source", [("label", "المصدر:"), ("source", "الراي")]),
    (8, "tags", [("label", "كلمات دلالية:"), ("tag", "روسيا"), ("tag", "قره باغ"), ("tag", "روسيا")]),
    (9, "label", [("label", "إقرأ أيضاً:")]),
    (10, "related", [("headline", "خبر آخر")]),
    (11, "related", [("text", "نص")]),
    (12, "label", [("label", "إقرأ أيضاً")]),
]


def explained(page, tags=()):
    reading = read_page(page.encode(), RULES)
    lines = explain(reading.text, reading.outline, tags)
    return [(line.line, line.block, [(part.mark, part.text) for part in line.parts]) for line in lines]


def test_every_line_has_its_number_its_block_and_its_parts():
    assert explained(PAGE, ["روسيا", "قره باغ"]) == EXPLAINED


def test_a_page_without_a_date_line_has_no_blocks_but_its_footer():
    found = explained("عنوان\nفقرة\nالمصدر: الراي\n")
    assert [block for _, block, _ in found] == ["text", "text", "source"]


def test_tags_before_the_source_are_shown_as_tags():
    found = explained("عنوان\nتاريخ النشر: أمس\nفقرة\nكلمات دلالية: روسيا\nالمصدر: الراي\n", ["روسيا"])
    assert [block for _, block, _ in found] == ["headline", "date", "body", "tags", "source"]


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        (
            ("زلزال منذ ساعة", "فيضان منذ يوم"),
            [[("teaser", "زلزال"), ("age", "منذ ساعة")], [("teaser", "فيضان"), ("age", "منذ يوم")]],
        ),
        (
            ("خبر منذ ساعة", "منذ يوم ب منذ شهر"),
            [[("teaser", "خبر منذ ساعة")], [("age", "منذ يوم"), ("teaser", "ب"), ("age", "منذ شهر")]],
        ),
        (
            ("خبر منذ ساعة", "منذ يوم منذ شهر"),
            [[("teaser", "خبر منذ ساعة")], [("teaser", "منذ يوم"), ("age", "منذ شهر")]],
        ),
    ],
    ids=["each its own", "an age in the next line", "a text that goes on in the next line"],
)
def test_adjacent_teaser_lines_are_shown_as_the_items_they_are_read_as(lines, parts):
    found = explained("\n".join(["عنوان", "تاريخ النشر: أمس", *lines, "المصدر: الراي"]))
    assert found[2:4] == [(3, "teasers", parts[0]), (4, "teasers", parts[1])]
