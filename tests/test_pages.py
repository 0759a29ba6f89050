"""The page format by example: tests/cases/pages/*.yaml, and the two sample pages.

A case has a name, the rule that it shows, a page and what is read from it:
- `page`: in it `\\uXXXX` is that character and `\\xNN` that raw byte; `encode` is how the page is written (UTF-8),
  `encoding` what the user names, `required` what the contract requires, `levels` what it says of codes;
- `row`: the fields in which the article differs from `PLAIN`; null for a reject;
- `findings`: `CODE LINE:COLUMN` and what was found, all of them in order; codes of the file's `quiet` are off;
- `each`: the case is read for each of these, code points or texts, in place of `{each}` (`{code}`: as it is written).
Teasers and dates have a line or a text instead of a page; their files say how.
"""

from __future__ import annotations

import datetime
import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from toolkit.pages import Article, PageRules, Related, parse_layout, read_page

LAYOUT = parse_layout(
    files("toolkit").joinpath("schemas/layouts/aggregator.yaml").read_text("utf-8"), file="aggregator.yaml"
)
FAMILIES = ("bytes", "lines", "labels", "headline", "footer", "body", "related", "optional")
REQUIRED = ("headline", "date", "body", "source")
PLAIN = {
    "headline": "عنوان",
    "date": datetime.date(2023, 9, 20),
    "body": "فقرة",
    "source": "الراي",
    "related": [],
    "date_text": "20th, September 2023 GMT",
    "tags_text": None,
}
CASES = Path(__file__).parent / "cases" / "pages"
RAW = Path(__file__).parent.parent / "raw"


def load_cases(family):
    document = yaml.safe_load((CASES / f"{family}.yaml").read_text("utf-8"))
    for case in document["cases"]:
        case["quiet"] = document.get("quiet", [])
        for each in case.get("each", [None]):
            name = case["name"] if each is None else f"{case['name']}-{each}"
            yield pytest.param(fill(case, each), id=f"{family}-{name}")


def fill(value, each):
    if isinstance(value, dict):
        return {key: fill(part, each) for key, part in value.items()}
    if isinstance(value, list):
        return [fill(part, each) for part in value]
    if not isinstance(value, str):
        return value
    if each is not None:
        character = chr(int(each[2:], 16)) if re.fullmatch("U[+][0-9A-F]{4}", each) else each
        value = value.replace("{code}", each).replace("{each}", character)
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), value)


def page_bytes(case):
    parts = re.split(r"\\x([0-9a-f]{2})", case["page"])
    encoded = [part.encode(case.get("encode", "utf-8")) for part in parts[::2]]
    encoded[1:] = [bytes.fromhex(byte) + part for byte, part in zip(parts[1::2], encoded[1:], strict=True)]
    return b"".join(encoded)


def rules(case):
    return PageRules(
        layout=LAYOUT,
        encoding=case.get("encoding"),
        required=frozenset(case.get("required", REQUIRED)),
        levels={**dict.fromkeys(case["quiet"], "off"), **case.get("levels", {})},
    )


def related(text=None, **fields):
    item = {"headline": text, "body": None, "kind": "inline", "age": None, "paragraph": None, **fields}
    return Related(**item)


def article(row):
    fields = {**PLAIN, **row}
    return Article(**{**fields, "related": tuple(related(**item) for item in fields["related"])})


def said(finding):
    place = f"{finding.code} {finding.line}:{finding.column}"
    return place if finding.found is None else f"{place} {finding.found}"


@pytest.mark.parametrize(
    "case",
    [case for family in FAMILIES for case in load_cases(family)],
)
def test_page(case):
    reading = read_page(page_bytes(case), rules(case))
    assert [said(finding) for finding in reading.findings] == case.get("findings", [])
    row = case.get("row", {})
    assert reading.article == (None if row is None else article(row))
    if "rendering" in case:
        assert reading.rendering.decode() + "\n" == case["rendering"]


def test_headline_lines_that_join_to_a_label_are_told_so():
    page = "تاريخ\nالنشر: خبر\nتاريخ النشر: 20th, September 2023 GMT\nفقرة\nالمصدر: الراي\n"
    found = read_page(page.encode(), PageRules(layout=LAYOUT, required=REQUIRED, levels={})).findings[0]
    assert (found.code, found.line, found.column) == ("P207", 1, 1)
    assert found.detail == "the headline lines, joined, open with a label"


def teaser_items(case):
    """The related items that the case expects; a bare number stands for the paragraphs before the items after it."""
    paragraph, items = 1, []
    for teaser in case.get("teasers", []):
        if "|" in teaser:
            text, age = teaser.split(" | ")
            items.append(related(text, age=age, paragraph=paragraph))
        else:
            paragraph += int(teaser)
    return tuple(items)


@pytest.mark.parametrize("case", [*load_cases("teasers")])
def test_teasers(case):
    page = f"عنوان\nتاريخ النشر: 20th, September 2023 GMT\nقبل\n{case['line']}\nبعد\nالمصدر: الراي\n"
    reading = read_page(page.encode(), rules({"quiet": ["P222", "P223"]}))
    items = teaser_items(case)
    between = case.get("body", [] if items else case["line"].split("\n"))
    assert reading.findings == ()
    assert reading.article.related == items
    assert reading.article.body.split("\n") == ["قبل", *between, "بعد"]


@pytest.mark.parametrize("case", [*load_cases("dates")])
def test_dates(case):
    page = f"عنوان\nتاريخ النشر: {case['text']}\nفقرة\nالمصدر: الراي\n"
    reading = read_page(page.encode(), rules({"quiet": ["P222", "P223"]}))
    if "day" in case:
        assert reading.findings == ()
        assert str(reading.article.date) == case["day"]
        assert reading.article.date_text == case["text"]
    else:
        assert [said(finding) for finding in reading.findings] == [f"P203 2:14 {case['text']}"]
        assert reading.article is None


TWO_TEASERS = (
    related(
        "بيان خليجي - أميركي: نشدد على التزام العراق بسيادة الكويت ووحدة أراضيها",
        age="منذ ساعة",
        paragraph=2,
    ),
    related(
        "السعودية ترحب بالنتائج الإيجابية لنقاشات دعم مسار السلام في اليمن",
        age="منذ ساعة",
        paragraph=2,
    ),
)


def read_sample(name):
    reading = read_page((RAW / name).read_bytes(), PageRules(layout=LAYOUT, required=REQUIRED, levels={}))
    assert reading.findings == ()
    return reading


def test_the_first_sample_page_has_two_teasers_and_a_related_item():
    found = read_sample("000_9fd02a7e2fa6c110.txt").article
    assert found.headline == "موسكو تدعو لوقف «إراقة الدماء» في قره باغ"
    assert (found.date, found.source, found.tags_text) == (datetime.date(2023, 9, 20), "الراي", "قره باغ")
    assert found.body.count("\n") == 7
    assert found.body.split("\n")[1].startswith("وقالت وزارة الخارجية الروسية في بيان إنّه ")
    assert found.body.split("\n")[2].startswith("وشدّدت في بيانها على ضرورة العودة ")
    assert found.related[:2] == TWO_TEASERS
    (item,) = found.related[2:]
    assert item.headline == "هبة القدسي: مصر تمتلك أدوات ضغط على أمريكا لوقف أي مخططات لتهجير الفلسطينيين"
    assert (item.body.count("\n"), item.kind, item.age, item.paragraph) == (2, "block", None, None)


def test_the_second_sample_page_has_no_teasers_and_a_related_item():
    found = read_sample("003_f456b89ae5f4ebca.txt").article
    assert found.headline == "روسيا تدعو طرفي النزاع في قره باغ إلى وقف القتال فورا"
    assert (found.date, found.source) == (datetime.date(2023, 9, 20), "البوابة نيوز")
    assert found.tags_text == "روسيا قره باغ أرمينيا قره باغ"
    assert found.body.count("\n") == 5
    (item,) = found.related
    assert item.headline == "الخارجية الروسية: نعتزم تطوير العلاقات مع سوريا.. والوجود العسكري قيد النقاش"
    assert (item.body.count("\n"), item.kind, item.age, item.paragraph) == (7, "block", None, None)


@pytest.mark.parametrize("name", ["000_9fd02a7e2fa6c110.txt", "003_f456b89ae5f4ebca.txt"])
def test_the_sample_pages_are_their_rendering(name):
    assert read_sample(name).rendering == (RAW / name).read_bytes()
