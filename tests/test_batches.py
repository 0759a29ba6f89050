"""`PageReader`: pages read together are what each is read as alone, and ordinary ones are read together."""

from __future__ import annotations

import pytest
from test_pages import FAMILIES, LAYOUT, REQUIRED, load_cases, page_bytes

from bench.fuzz.readings import read_each, read_together
from toolkit.pages import PageReader, PageRules
from toolkit.pages.batches.bodies import SplitBody

RULES = PageRules(layout=LAYOUT, required=REQUIRED, levels={})
HEAD = "عنوان\nتاريخ النشر: 20th, September 2023 GMT\n"
SOURCE = "المصدر: الراي"
TAGS = "كلمات دلالية: قره باغ"
ITEM = "إقرأ أيضاً:\nخبر آخر\nنص"


GOLDEN = [
    *(page_bytes(case.values[0]) for family in FAMILIES for case in load_cases(family)),
    *(f"{HEAD}قبل\n{case.values[0]['line']}\nبعد\n{SOURCE}".encode() for case in load_cases("teasers")),
    *(f"عنوان\nتاريخ النشر: {case.values[0]['text']}\nفقرة\n{SOURCE}".encode() for case in load_cases("dates")),
]


@pytest.mark.parametrize("required", [REQUIRED, ()], ids=["required", "optional"])
def test_golden_pages_are_read_together_as_alone(required):
    rules = PageRules(layout=LAYOUT, required=required, levels={})
    assert read_together(PageReader(rules), GOLDEN) == read_each(GOLDEN, rules)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(f"{HEAD}فقرة\n{SOURCE}\n{TAGS}\n{ITEM}", id="every block"),
        pytest.param(f"{HEAD}ف\nفقرة ثانية\n{SOURCE}\n{TAGS}\n{ITEM}", id="a letter and a paragraph"),
        pytest.param(f"{HEAD}ف\n{SOURCE}", id="neither tags nor related items"),
        pytest.param(f"{HEAD}فقرة\n{SOURCE}\n{TAGS}", id="no related items"),
        pytest.param(f"{HEAD}فقرة\n{SOURCE}\n{ITEM}", id="no tags"),
        pytest.param(f"{HEAD}فقرة\n{SOURCE}\nكلمات دلالية:\n{ITEM}", id="no tags after their label"),
        pytest.param(f"{HEAD}فقرة\n{SOURCE}\n{TAGS}\n{ITEM}\n{ITEM}\nإقرأ أيضاً:\nخبر", id="three related items"),
        pytest.param(f"{HEAD}فقرة\nإقرأ أيضاً: خبر\nفقرة\n{SOURCE}\n{TAGS}\n{ITEM}", id="a related label in the body"),
        pytest.param(f"{HEAD}فقرة\nزلزال منذ ساعة فيضان منذ 3 أيام\nفقرة\n{SOURCE}\n{TAGS}", id="teasers"),
        pytest.param(f"{HEAD}زلزال منذ ساعة\nفقرة\n{SOURCE}\n{TAGS}", id="teasers before the first paragraph"),
        pytest.param(f"{HEAD}فقرة\nمنذ ساعة\n{SOURCE}\n{TAGS}", id="nothing but an age"),
        pytest.param(f"{HEAD}فقرة\nحرب منذ عام 2011\n{SOURCE}\n{TAGS}", id="a year after the word of an age"),
        pytest.param(f"{HEAD}فقرة\n{SOURCE}\n{TAGS}\n", id="a line end after the last line"),
    ],
)
def test_an_ordinary_page_is_read_with_others(page):
    """What is read together is a slice of the batch; what is read alone, as a page of two headlines is, is rendered."""
    alone = f"عنوان\n{HEAD}فقرة\n{SOURCE}\n{ITEM}".encode()
    assert PageReader(RULES).read([alone, page.encode()]).renderings == [alone.replace(b"\n", b" ", 1), None]


class BlindSplitter:
    """Takes every line of a body for a paragraph."""

    def split(self, data, body, inline):
        start, end = body
        return SplitBody(data[start:end], [])


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("زلزال منذ ساعة", id="teaser"),
        pytest.param("إقرأ أيضاً: خبر", id="related label"),
    ],
)
def test_a_page_in_whose_body_a_broken_splitter_leaves_an_item_is_read_alone(line):
    reader = PageReader(RULES)
    reader._bodies = BlindSplitter()
    page = f"{HEAD}فقرة\n{line}\nفقرة\n{SOURCE}\n{TAGS}".encode()
    assert read_together(reader, [page]) == read_each([page], RULES)
