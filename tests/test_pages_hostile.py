"""Pages made to be slow: each is read in a time that grows with its length, and to the right end."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from importlib.resources import files

import pytest

from bench.fuzz.readings import read_together, row_of
from toolkit.pages import PageReader, PageRules, Refused, parse_layout, place_of_field, read_page
from toolkit.pages.explanation import explain
from toolkit.pages.parsing import split_teasers

LAYOUT = parse_layout(
    files("toolkit").joinpath("schemas/layouts/aggregator.yaml").read_text("utf-8"), file="aggregator.yaml"
)
RULES = PageRules(layout=LAYOUT, required=frozenset({"headline", "date", "body", "source"}), levels={})
HEAD = "عنوان\nتاريخ النشر: 20th, September 2023 GMT\n"
FOOT = "\nالمصدر: الراي\nكلمات دلالية: قره باغ\n"
MANY = 15_000


def times(number, *lines):
    return "".join(f"{line}\n" for line in lines) * number


PAGES = {
    "one line": (f"{HEAD}{'ا' * 1_000_000}{FOOT}", {"P223": 1}),
    "a headline of one line": (f"{'ا' * 1_000_000}\n{HEAD}فقرة{FOOT}", {"P221": 1, "P223": 1}),
    "line ends": (f"{HEAD}فقرة{chr(10) * 1_000_000}{FOOT}", {"P223": 1}),
    "line ends before a fault": (f"{HEAD}فقرة{chr(10) * 1_000_000}", {"P205": 1, "P222": 1, "P223": 1}),
    "labels": (f"{HEAD}{times(MANY, 'المصدر: كذا')}فقرة{FOOT}", {"P224": MANY, "P223": 1}),
    "standalone related labels": (f"{HEAD}{times(MANY, 'إقرأ أيضاً:')}فقرة{FOOT}", {"P224": MANY, "P223": 1}),
    "empty related labels": (f"{HEAD}فقرة{FOOT}{times(MANY, 'إقرأ أيضاً:')}", {"P226": MANY}),
    "related items": (f"{HEAD}فقرة{FOOT}{times(MANY, 'إقرأ أيضاً:', 'خبر')}", {}),
    "more related items than are read": (
        f"{HEAD}فقرة\n{'زلزال منذ ساعة ' * 100_000}{FOOT}إقرأ أيضاً:\nخبر",
        {"D104": 1},
    ),
    "lines of more teasers than are read": (
        f"{HEAD}فقرة\n{times(MANY, 'ا منذ يوم ' * 7)}{FOOT}",
        {"D104": 1, "P223": 1},
    ),
    "inline related items": (f"{HEAD}فقرة\n{times(MANY, 'إقرأ أيضاً: خبر')}{FOOT}", {"P223": 1}),
    "teaser lines": (f"{HEAD}فقرة\n{times(MANY, 'زلزال منذ ساعة')}{FOOT}", {"P223": 1}),
    "teaser lines between paragraphs": (f"{HEAD}{times(MANY, 'زلزال منذ ساعة', 'فقرة')}{FOOT}", {"P223": 1}),
    "teasers on one line": (f"{HEAD}فقرة\n{'زلزال منذ ساعة ' * MANY}{FOOT}", {"P223": 1}),
    "ages on one line": (f"{HEAD}فقرة\n{'منذ ساعة ' * MANY}{FOOT}", {"P223": 1}),
    "a word of signs": (f"{HEAD}حرب منذ عام {'.' * 300_000} منذ ساعة{FOOT}", {"P204": 1, "P223": 1}),
    "paragraphs": (f"{HEAD}{times(MANY, 'فقرة')}{FOOT}", {"P223": 1}),
    "marks in falling order": (f"{HEAD}ب{chr(0x301) * 100_000}{chr(0x323) * 100_000}{FOOT}", {"P223": 1}),
    "marks in a label": (
        f"{HEAD}المصدر{chr(0x301) * 100_000}{chr(0x323) * 100_000}: كذا\nفقرة{FOOT}",
        {"P224": 1, "P223": 1},
    ),
    "tatweels behind a word of a label": (f"{HEAD}كلمات{chr(0x640) * 500_000}\nفقرة{FOOT}", {"P223": 1}),
    "marks that only NFKC sees": (f"{HEAD}المصدر{(chr(0x301) + chr(0xFF9E)) * 50_000}\nفقرة{FOOT}", {"P223": 1}),
    "spaces in a date label": (
        f"عنوان\nتاريخ{' ' * 1_000_000}النشر: أمس\nفقرة{FOOT}",
        {"P203": 1, "P223": 1},
    ),
    "invisible characters": (f"{HEAD}فقرة{chr(0x200B) * 300_000}{FOOT}", {"D105": 1, "P223": 1}),
    "a long date": (f"عنوان\nتاريخ النشر: {'1' * 1_000_000}\nفقرة{FOOT}", {"P203": 1, "P223": 1}),
    "tags": (f"{HEAD}فقرة\nالمصدر: الراي\nكلمات دلالية: {'كلمة ' * 100_000}", {"P223": 1}),
    "more words of tags than are read": (
        f"{HEAD}فقرة\nالمصدر: الراي\nكلمات دلالية: {'كلمة ' * 100_001}",
        {"D104": 1, "P223": 1},
    ),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize(("page", "codes"), PAGES.values(), ids=PAGES)
def test_a_hostile_page_is_read_and_explained_alone_and_read_alike_with_others(page, codes):
    reading = read_page(page.encode(), RULES)
    assert Counter(finding.code for finding in reading.findings) == codes
    assert len(explain(reading.text, reading.outline, ())) == len(reading.text.lines)
    found, _ = read_together(PageReader(RULES), [page.encode(), f"{HEAD}فقرة{FOOT}".encode()])
    assert found == row_of(reading)


def test_no_pages_give_no_readings():
    assert read_together(PageReader(RULES), []) == []


@pytest.mark.parametrize(
    ("line", "lines", "codes"),
    [
        ("فقرة", 100_000, set()),
        ("\u2603", 100_000, set()),
        ("فقرة", 100_001, {"D104"}),
        ("\u2603", 100_001, {"D104"}),
        ("المصدر:", 100_001, {"D104"}),
        ("إقرأ أيضاً:", 100_001, {"D104"}),
    ],
)
def test_a_page_of_more_lines_than_are_read_is_too_large(line, lines, codes):
    page = f"{HEAD}{times(lines - 5, line)}فقرة{FOOT}".encode()
    assert {finding.code for finding in read_page(page, RULES).findings} - {"P223", "P224"} == codes
    (found,) = read_together(PageReader(RULES), [page])
    assert isinstance(found, Refused) == bool(codes)


@pytest.mark.parametrize(
    ("code", "line", "column", "expected", "detail"),
    [
        ("more related items than are read", 1, 1, "at most 100000", "related items"),
        ("more words of tags than are read", 5, 1, "at most 100000", "words of tags"),
    ],
)
def test_too_large_says_what_is(code, line, column, expected, detail):
    finding = next(found for found in read_page(PAGES[code][0].encode(), RULES).findings if found.code == "D104")
    assert (finding.line, finding.column, finding.expected, finding.detail) == (line, column, expected, detail)


def test_a_line_is_not_cut_into_more_teasers_than_make_a_page_too_large():
    assert len(split_teasers(" ".join(["زلزال منذ ساعة"] * 100_100), LAYOUT)) == 100_001


PLACED = """\

 إقرأ أيضاً: عنوان
تاريخ النشر:  20th, September 2023 GMT
زلزال منذ ساعة فيضان منذ يوم

فقرة
 إقرأ أيضاً: خبر
\u200fالمصدر : الراي
كلمات دلالية: قره باغ
إقرأ أيضاً:
خبر آخر
نص
إقرأ أيضاً:
إقرأ أيضاً:

خبر ثالث
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("headline", (2, 2)),
        ("date", (3, 15)),
        ("page.date", (3, 15)),
        ("body", (6, 1)),
        ("source", (8, 11)),
        ("tags", (9, 15)),
        ("tags[1]", (9, 15)),
        ("page.tags", (9, 15)),
        ("related", (10, 1)),
        ("related[0].headline", (4, 1)),
        ("related[0].age", (4, 7)),
        ("related[1].headline", (4, 16)),
        ("related[1].age", (4, 22)),
        ("related[2].headline", (7, 14)),
        ("related[2].age", (7, 14)),
        ("related[3].headline", (11, 1)),
        ("related[3].body", (12, 1)),
        ("related[4].headline", (16, 1)),
        ("related[9].headline", (10, 1)),
        ("id", (None, None)),
        ("page.file", (None, None)),
        ("page.sha256", (None, None)),
    ],
)
def test_the_place_of_a_field(path, place):
    reading = read_page(PLACED.encode(), RULES)
    assert reading.article is not None
    assert place_of_field(reading, path) == place


def test_the_place_of_a_teaser_that_goes_on_in_the_next_line():
    page = f"{HEAD}فقرة\nزلزال منذ ساعة فيضان منذ عام\n2011 منذ يوم حريق منذ شهر{FOOT}"
    reading = read_page(page.encode(), RULES)
    paths = ("related[1].headline", "related[1].age", "related[2].headline", "related[2].age")
    assert [place_of_field(reading, path) for path in paths] == [(4, 16), (5, 6), (5, 14), (5, 19)]


def test_bytes_that_are_no_text_have_no_place_of_a_field():
    assert place_of_field(read_page(b"\xff", RULES), "headline") == (None, None)


@pytest.mark.parametrize(
    ("body", "number"),
    [
        pytest.param("\x01" * 1_000_000, 8, id="characters to leave out"),
        pytest.param("ا\n" * 90_000, 27, id="short lines that may be labels"),
    ],
)
def test_many_pages_take_some_times_their_memory_together(body, number):
    pages = [f"{HEAD}{body}{FOOT}".encode()] * number
    reader = PageReader(RULES)
    tracemalloc.start()
    reader.read(pages)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * sum(map(len, pages))


def test_a_headline_whose_lines_join_into_a_label_is_a_reject_read_alone_and_with_others():
    raw = f"المصدر\n:\n{HEAD.partition(chr(10))[2]}نص{FOOT}".encode()
    (found,) = read_together(PageReader(RULES), [raw])
    assert isinstance(found, Refused)
    assert read_page(raw, RULES).article is None
    for reading in (found, read_page(raw, RULES)):
        assert "P207" in {finding.code for finding in reading.findings}
