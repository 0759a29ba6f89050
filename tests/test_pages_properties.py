"""What holds for every page: no exception, no text lost, places in the page, one answer from both readers."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_layout import OTHER

from bench.fuzz.readings import read_each, read_together
from toolkit.pages import PageRules, parse_layout, read_page, render
from toolkit.pages.batches import PageReader
from toolkit.pages.explanation import explain
from toolkit.pages.findings import Finding
from toolkit.pages.parsing import parse
from toolkit.pages.proof import disprove
from toolkit.pages.text import canonical, decode, line_numbers, place

LAYOUT = parse_layout(
    files("toolkit").joinpath("schemas/layouts/aggregator.yaml").read_text("utf-8"), file="aggregator.yaml"
)
REQUIRED = frozenset({"headline", "date", "body", "source"})
RULES = PageRules(layout=LAYOUT, required=REQUIRED, levels={})
LAX = PageRules(layout=LAYOUT, required=frozenset(), levels={})
LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")

quick = settings(derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow], database=None)

LABELS = [
    "تاريخ النشر:",
    "المصدر:",
    "المصـدر :",
    "\u0640 المصدر \u0640:",
    "كلمات دلالية:",
    "إقرأ أيضاً:",
    "اقرأ ايضا",
    "إقرأ أيضًا\uff1a",
    "المصدر",
    ":",
]
DATES = [
    "20th, September 2023 GMT",
    "31st, February 2023 GMT",
    "2023-09-20T23:30:00-02:00",
    "٢٠/٠٩/٢٠٢٣",
    "20 أيلول/سبتمبر 2023",
]
AGES = ["منذ ساعة", "منذ 3 أيام", "منذ ٣ ساعات", "منذ عام", "منذ يوم", "منذ شهر", "مُنْذُ سـاعة"]
AGE_WORDS = [
    "منذ",
    "ساعة",
    "عام",
    "2011",
    "2011،",
    "$2011",
    "_2011",
    "السبت",
    "(السبت)",
    "شهر",
    "رمضان",
    "ربيع",
    "ربيع،",
    "الأول",
    "3",
]
ODD_WORDS = [
    "\u0640",
    "\u064b",
    "\u200c",
    "\u200d",
    "\ufdfa",
    "\u00b4",
    "منذ\u00b4",
    "\u00b4\u0301",
    "ا\u0653",
    "شد\u0651\u064e",
    "\u1100\u0301\u1161",
    "a:b",
]
WORDS = ["خبر", "زلزال في اليابان", "قال", "نص", "كلمة " * 39 + "كلمة", "كلمة " * 40 + "كلمة"]
HIDDEN = ["\u200b", "\u200f", "\u00ad", "\ufeff", "\x01", "\x7f"]
SPACES = [" ", "  ", "\t", "\u00a0", "\u3000", "\x1f"]
LINE_ENDS = ["\n", "\r\n", "\r", "\v", "\x85", "\u2028", "\n\n"]

fragments = st.sampled_from(
    [*LABELS, *DATES, *AGES, *AGE_WORDS, *ODD_WORDS, *WORDS, *HIDDEN, *SPACES, *LINE_ENDS, "\0"]
)
scraps = st.one_of(fragments, st.text(max_size=5)).map(str)
byte_scraps = st.one_of(
    fragments.map(str.encode),
    st.binary(max_size=4),
    st.sampled_from([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\0", b"\xd8"]),
)
bytes_of_scraps = st.lists(byte_scraps, max_size=30).map(b"".join)

sign = st.sampled_from(["", "", "،", "(", "$", "_", "\u200c", "\u00b4", "\u0640"])
moment = st.tuples(
    st.sampled_from(["منذ عام ", "منذ سنة ", "منذ يوم ", "منذ شهر "]),
    sign,
    st.sampled_from(
        ["2011", "٢٠١١", "1299", "20111", "السبت", "رمضان", "سبتمبر", "ربيع الأول", "ربيع، الأول", "ربيع خبر"]
    ),
    sign,
).map("".join)
words = st.one_of(st.sampled_from([*WORDS[:4], *AGES, *AGE_WORDS, *ODD_WORDS, *DATES]), moment)
line = st.lists(words, min_size=1, max_size=6).map(" ".join)
teasers = st.lists(st.tuples(line, st.sampled_from(AGES)).map(" ".join), min_size=1, max_size=3).map(" ".join)
related_label = st.sampled_from(["إقرأ أيضاً:", "اقرأ ايضا", "إقرأ أيضًا :"])
label_line = st.tuples(st.sampled_from(LABELS), line).map(" ".join)
long_line = st.sampled_from([*WORDS, f"{WORDS[4]} منذ عام", "2011 خبر منذ ساعة", f"{WORDS[5]} منذ عام"])
body_line = st.one_of(line, line, teasers, teasers, label_line, related_label, long_line)
source_line = st.sampled_from(["المصدر: الراي", "المصـدر:الراي", "المصدر: الراي: الكويت"])
tags_line = st.sampled_from(["كلمات دلالية: روسيا قره باغ", "كلمات دلالية:", "كلمات دلالية : \u200c"])


@st.composite
def page_lines(draw):
    """The lines of a page whose blocks stand where they belong, made of what is hard to read."""
    date = draw(st.sampled_from(["تاريخ النشر: ", "تأريخ النشر :"])) + draw(
        st.sampled_from([DATES[0], DATES[0], *DATES])
    )
    lines = [draw(st.sampled_from([*WORDS[:4], *AGES])), date]
    lines[1:1] = draw(st.lists(line, max_size=1))
    lines += draw(st.lists(body_line, max_size=6))
    lines += draw(st.lists(source_line, min_size=0 if draw(st.integers(0, 9)) == 0 else 1, max_size=1))
    lines += draw(st.lists(tags_line, max_size=1))
    for _ in range(draw(st.integers(0, 3))):
        lines += [draw(related_label), *draw(st.lists(body_line, max_size=3))]
    return lines


@st.composite
def pages(draw):
    """The bytes of such a page: line ends, spaces and invisible characters of every kind between."""
    lines = draw(page_lines())
    if draw(st.booleans()):
        return "\n".join(lines).encode()
    end, space = draw(st.sampled_from(LINE_ENDS)), draw(st.sampled_from(SPACES))
    text = end.join(line.replace(" ", space) for line in lines)
    at = draw(st.integers(0, len(text)))
    return (text[:at] + draw(st.sampled_from([*HIDDEN, ""])) + text[at:]).encode()


def assert_sound(raw, rules):
    reading = read_page(raw, rules)
    assert (reading.article is None) == any(finding.level == "error" for finding in reading.findings)
    assert "P207" not in {finding.code for finding in reading.findings}
    if reading.article is not None:
        rendered = render(reading.article, LAYOUT)
        assert parse(rendered, LAYOUT, rules.required).article == reading.article
        assert disprove(reading.article, reading.text.lines, LAYOUT) is None
        assert disprove(reading.article, rendered, LAYOUT) is None
        assert reading.rendering == "\n".join(rendered).encode()
        assert canonical(reading.rendering.decode()).lines == rendered
    return reading


def assert_places_in_page(reading, raw):
    decoded = reading.text.decoded if reading.text is not None else raw.decode("utf-8", "replace")
    physical = [*LINE_END.split(decoded), ""]
    for finding in reading.findings:
        if reading.text is None and finding.code == "D101":
            assert finding.line >= 1 <= finding.column
        else:
            assert 1 <= finding.line <= len(physical)
            assert 1 <= finding.column <= len(physical[finding.line - 1]) + 1


@given(st.one_of(st.binary(max_size=200), bytes_of_scraps))
@quick
def test_no_bytes_raise(raw):
    for rules in (RULES, LAX):
        assert_places_in_page(read_page(raw, rules), raw)


@given(
    bytes_of_scraps,
    st.sampled_from(["windows-1256", "utf-16", "utf-7", "iso-8859-6", "utf-8-sig", "iso2022_jp", "punycode"]),
)
@quick
def test_no_bytes_raise_in_a_named_encoding(raw, encoding):
    reading = read_page(raw, PageRules(layout=LAYOUT, encoding=encoding, required=REQUIRED, levels={}))
    assert reading.findings or reading.article is not None


@given(st.lists(scraps, max_size=40).map("".join))
@quick
def test_canonical_text_is_a_fixed_point(text):
    first = canonical(text)
    if not isinstance(first, Finding):
        again = decode("\n".join(first.lines).encode())
        assert again.lines == first.lines
        assert again.invisible is None


@given(st.lists(scraps, max_size=40).map("".join))
@quick
def test_each_canonical_line_has_its_physical_line(text):
    found = canonical(text)
    if not isinstance(found, Finding):
        physical = LINE_END.split(found.decoded)
        assert len(line_numbers(found)) == len(found.lines)
        for index, (number, expected) in enumerate(zip(line_numbers(found), found.lines, strict=True)):
            assert canonical(physical[number - 1]).lines == (expected,)
            assert place(found, index)[0] == number
            assert canonical(physical[number - 1][place(found, index)[1] - 1 :]).lines == (expected,)


@given(pages())
@settings(quick, max_examples=150)
def test_rendering_inverts_reading(raw):
    for rules in (RULES, LAX):
        reading = assert_sound(raw, rules)
        assert_places_in_page(reading, raw)


@given(st.lists(st.one_of(line, teasers, label_line, related_label), min_size=1, max_size=12).map("\n".join))
@quick
def test_rendering_inverts_reading_of_loose_lines(text):
    assert_sound(text.encode(), LAX)


@given(pages())
@settings(quick, max_examples=60)
def test_explained_parts_are_the_page(raw):
    reading = read_page(raw, RULES)
    if reading.text is not None:
        explained = explain(reading.text, reading.outline, ())
        assert tuple(re.sub(" +", " ", " ".join(part.text for part in line.parts)) for line in explained) == tuple(
            re.sub("([:\uff1a]) ?", r"\1 ", line, count=1).strip() if parts_of_label(line_) else line
            for line, line_ in zip(reading.text.lines, explained, strict=True)
        )


def parts_of_label(line):
    return line.parts[0].mark == "label"


@given(st.lists(pages(), min_size=1, max_size=5))
@settings(quick, max_examples=50)
def test_both_readers_agree(raws):
    assert read_together(PageReader(RULES), raws) == read_each(raws, RULES)


fillings = st.lists(
    st.sampled_from(
        ["", "", "\u0640", "\u064e\u0651", "\u0301", "\u200b", " ", "\u00a0", "\u0654", "\u200d", "a", "\ufeff"]
    ),
    min_size=14,
    max_size=14,
)


def fill(label_and_fillings: tuple[str, list[str]]) -> str:
    """A label with something after each of its letters."""
    label, found = label_and_fillings
    return "".join(letter + filling for letter, filling in zip(label, found, strict=False)) + ":"


odd_pages = st.one_of(
    pages(),
    st.binary(max_size=30),
    st.text(max_size=60).map(str.encode),
    st.lists(scraps, max_size=20).map("".join).map(str.encode),
    st.tuples(st.sampled_from(["تاريخ النشر", "المصدر", "كلمات دلالية", "إقرأ أيضاً"]), fillings)
    .map(fill)
    .map(str.encode),
    st.sampled_from([b"", b"\0", b"a\0b", b"Storm\n" * 3, "\ufeff \u200b\n".encode(), "\ufeffStorm".encode("utf-16")]),
)


@given(st.lists(odd_pages, min_size=1, max_size=5))
@quick
def test_pages_that_are_passed_over_are_the_foreign_ones(raws):
    each = [read_page(raw, RULES) for raw in raws]
    reader = PageReader(RULES, skip_foreign=True)
    for reading, is_told in zip(each, reader.are_foreign(raws), strict=True):
        assert reading.is_foreign or not is_told
    refused = reader.read(raws).refused
    assert {number: one.is_foreign for number, one in refused.items()} == {
        number: reading.is_foreign for number, reading in enumerate(each) if reading.article is None
    }
    assert all(one.is_foreign or one.findings == each[number].findings for number, one in refused.items())


def test_a_page_without_a_label_is_told_to_be_foreign_unless_it_may_be_no_text_or_too_long():
    foreign = ["Storm \U0001f327", "\u5317\u4eac\uff0c", "", "عاصفة \u2192", "مصدر: لا", "تاريخ المصنع النشرة"]
    doubtful = ["Storm \ufe8e", "\0", "Storm\n" * 100_000, "هنا المصدر", "الـمَـصـدر"]
    raws = [*(page.encode() for page in [*foreign, *doubtful]), b"Storm \xff"]
    assert PageReader(RULES, skip_foreign=True).are_foreign(raws) == [True] * len(foreign) + [False] * (
        len(doubtful) + 1
    )
    assert PageReader(OTHER_RULES, skip_foreign=True).are_foreign(raws) == [False] * len(raws)


def test_a_label_between_lone_tatweels_is_one_to_both_readers():
    raw = "عنوان\nتاريخ النشر: 2023-09-20\nفقرة\n\u0640 المصدر \u0640: الراي\nالمصدر: كذا".encode()
    assert [finding.code for finding in read_page(raw, RULES).findings] == ["P224", "P222", "P223"]
    assert read_together(PageReader(RULES), [raw]) == read_each([raw], RULES)


OTHER_RULES = PageRules(layout=parse_layout(OTHER, file="other.yaml"), required=REQUIRED, levels={})
OTHER_WORDS = [
    "Storm",
    "vor Minute",
    "vor 3 Tagen",
    "vor Tag",
    "Montag",
    "1950",
    "M\u00c4RZ",
    "A\u0308",
    "\u00ad",
    "via:",
    "Via",
]
other_line = st.lists(st.sampled_from([*OTHER_WORDS, *ODD_WORDS]), min_size=1, max_size=5).map(" ".join)
other_label = st.sampled_from(
    ["Published:", "Source\uff1a", "Ｖia: x", "Topics :", "See also", "Read more:", "See also: x"]
)
other_pages = st.tuples(
    other_line,
    st.sampled_from(["Published: 20TH, M\u00e4rz 2023 UTC", "Published on : 2023-03-20", "Published: 20 MAI 2023 utc"]),
    st.lists(st.one_of(other_line, other_label), min_size=1, max_size=5).map("\n".join),
    st.sampled_from(["Via: Agency", "Source:Agency\nTopics: storm", "Via: a\nRead more\nOther\nText"]),
).map("\n".join)


@given(st.lists(other_pages.map(str.encode), min_size=1, max_size=5))
@quick
def test_both_readers_agree_on_another_site(raws):
    assert read_together(PageReader(OTHER_RULES), raws) == read_each(raws, OTHER_RULES)
    assert not any("P207" in {finding.code for finding in read_page(raw, OTHER_RULES).findings} for raw in raws)


@pytest.mark.parametrize(
    ("words", "printed", "found"),
    [
        (('"Read more"', '"Read more..."'), "Read more\u2026: Flood", ("Flood", None)),
        (('"Read more"', '"\u2010 more"'), "\u2011 more: Flood", ("Flood", None)),
        (("[Minute,", '["Min.",'), "Flood vor Min\u2024", ("Flood", "vor Min\u2024")),
        (("[Minute,", "[H24,"), "Flood vor H\u0662\u0664", ("Flood", "vor H\u0662\u0664")),
    ],
    ids=["an ellipsis is three stops", "a hyphen", "a stop", "digits"],
)
def test_words_of_a_layout_that_are_spelt_otherwise_are_read_alike(words, printed, found):
    rules = PageRules(layout=parse_layout(OTHER.replace(*words), file="other.yaml"), required=REQUIRED, levels={})
    raw = f"Title\nPublished: 2023-03-20\nText\n{printed}\nVia: Agency".encode()
    assert [(item.headline, item.age) for item in read_page(raw, rules).article.related] == [found]
    assert read_together(PageReader(rules), [raw]) == read_each([raw], rules)


def test_many_short_teasers_are_too_many_to_both_readers():
    teasers = " ".join(["a vor Tag"] * 50_001)
    raw = f"Title\nPublished: 2023-03-20\nText\n{teasers}\nText\n{teasers}\nVia: Agency".encode()
    assert [finding.code for finding in read_page(raw, OTHER_RULES).findings] == ["D104", "P222", "P223"]
    assert read_together(PageReader(OTHER_RULES), [raw]) == read_each([raw], OTHER_RULES)


def test_a_month_written_with_a_stop_is_no_age():
    text = OTHER.replace("before_month: [Monat]", "before_month: [Tag]").replace("[de]", "[de, fr]")
    rules = PageRules(layout=parse_layout(text, file="other.yaml"), required=REQUIRED, levels={})
    reading = read_page(b"Storm\nPublished: 2023-09-02\nrain vor Tag oct. vor Minute\nText\nVia: Agency", rules)
    assert [(item.headline, item.age) for item in reading.article.related] == [("rain vor Tag oct.", "vor Minute")]
    assert reading.article.body == "Text"
