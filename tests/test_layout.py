"""`parse_layout`: a site's layout is data; what cannot be obeyed is refused with its line."""

from __future__ import annotations

import datetime
from importlib.resources import files

import pytest

from toolkit.errors import ContractError
from toolkit.pages import PageRules, Related, parse_layout, read_page

TEXT = files("toolkit").joinpath("schemas/layouts/aggregator.yaml").read_text("utf-8")
REQUIRED = frozenset({"headline", "date", "body", "source"})

REFUSED = [
    ("format: article-layout/1", "format: article-layout/2", 4, "format 'article-layout/2' is not read"),
    ("format: article-layout/1", "", 5, "the key 'format' is missing"),
    ("name: aggregator", "name: ''", 5, "name must be a text, and not empty"),
    ("name: aggregator", "name: 7", 5, "name must be a text, and not empty"),
    ("name: aggregator", "name:", 5, "name must be a text, and not empty"),
    ("name: aggregator", "name: a\nsite: b", 6, "unknown key 'site'"),
    ("name: aggregator", "name: a\nname: b", 6, "the key 'name' stands here a second time"),
    ("name: aggregator", "name: &a b", 5, "anchors and aliases are not read"),
    ("  source: {", "  outlet: {", 10, "unknown key 'outlet'"),
    ('  source: {printed: "المصدر", forms: ["المصدر"]}\n', "", 8, "the key 'source' is missing"),
    ('{printed: "المصدر", forms: ["المصدر"]}', '["المصدر"]', 10, "source must be a mapping, and not empty"),
    ('{printed: "المصدر", forms: ["المصدر"]}', '{printed: "المصدر"}', 10, "the key 'forms' is missing"),
    (
        '{printed: "المصدر", forms: ["المصدر"]}',
        '{printed: "المصدر", forms: []}',
        10,
        "forms must be a list, and not empty",
    ),
    ('forms: ["المصدر"]', "forms: [7]", 10, "labels.source.forms must be text"),
    ('forms: ["المصدر"]', 'forms: ["المصدر", "\\u0640"]', 10, "labels.source.forms must be more than tatweel"),
    ('forms: ["المصدر"]', 'forms: ["المصدر", "\\u200fالمصدر"]', 10, "without invisible characters"),
    ('forms: ["المصدر"]', 'forms: ["المصدر", "من\\nأين"]', 10, "on one line"),
    ('forms: ["المصدر"]', 'forms: ["المصدر:"]', 10, "a label is written without its colon"),
    ('forms: ["المصدر"]', 'forms: ["المصدر\\uff1a"]', 10, "a label is written without its colon"),
    ('forms: ["المصدر"]', 'forms: ["المصدر", "تأريخ النشر"]', 10, "is a form of the label 'date' already"),
    ('printed: "المصدر"', 'printed: "الصادر"', 10, "the printed form 'الصادر' is not among the label's forms"),
    ('printed: "المصدر"', 'printed: "المصدر "', 10, "the printed form 'المصدر ' is read as 'المصدر'"),
    ('printed: "المصدر"', 'printed: "\\u200fالمصدر"', 10, "without invisible characters"),
    ('printed: "المصدر"', 'printed: "ا\\u0653لمصدر"', 10, "is read as 'آلمصدر'"),
    ("  since: منذ", "  since: ''", 16, "since must be a text, and not empty"),
    ("  since: منذ", "  since: \\u0640", 16, "teasers.since must be more than tatweel and marks"),
    ("  since: منذ", "  since: منذ نحو", 16, "since: 'منذ نحو'; expected one word"),
    ("alone: [لحظات,", "alone: [بضع لحظات,", 17, "alone: 'بضع لحظات'; expected one word"),
    ("alone: [لحظات,", "alone: [\\ufdfa,", 17, "; expected one word"),
    ("alone: [لحظات,", "alone: [[لحظات],", 17, "teasers.alone must be text"),
    ("weekdays: [السبت,", "weekdays: [يوم السبت,", 24, "weekdays: 'يوم السبت'; expected one word"),
    (
        "months: [محرم,",
        "months: [شهر الله المحرم الحرام كله,",
        26,
        "months: 'شهر الله المحرم الحرام كله'; expected at most 4 words",
    ),
    ("{first: 1300, last: 2099}", "{first: 2099, last: 1300}", 23, "years must be from first to last"),
    ("{first: 1300, last: 2099}", "{first: 0, last: 999999999}", 23, "years must be from first to last"),
    ("{first: 1300, last: 2099}", "{first: 1300}", 23, "the key 'last' is missing"),
    ("{first: 1300, last: 2099}", "{first: true, last: 2099}", 23, "first must be a whole number, and not empty"),
    ("max_words: 40", "max_words: 0", 27, "max_words must be 1 or more"),
    ("max_words: 40", "max_words: '40'", 27, "max_words must be a whole number, and not empty"),
    ("zone: GMT", "zone: GMT+3", 31, "zone must be a name of GMT, found 'GMT+3'"),
    ("[en, ar,", "[en, xx,", 33, "CLDR has no locale 'xx'"),
    ("[en, ar,", "[en, ../en,", 33, "CLDR has no locale '../en'"),
    (
        "[en, ar,",
        "[en, no,",
        33,
        "dates.month_locales must be text on one line without invisible characters, found False",
    ),
    ("{first: 1300, last: 2099}", "no", 23, "years must be a mapping, and not empty"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), REFUSED, ids=[f"{row[2]}-{row[3]}" for row in REFUSED])
def test_a_layout_that_cannot_be_obeyed_is_refused_with_its_line(old, new, line, message):
    assert old in TEXT
    with pytest.raises(ContractError) as refused:
        parse_layout(TEXT.replace(old, unescaped(new) if '"' not in new else new, 1), file="site.yaml")
    assert refused.value.message.startswith(f"site.yaml:{line}: ")
    assert message in refused.value.message


def unescaped(text):
    return text.replace("\\u0640", "\u0640").replace("\\ufdfa", "\ufdfa")


@pytest.mark.parametrize(
    ("old", "new"),
    [("name: aggregator", "name: 7"), ('forms: ["المصدر"]', "forms: [7]"), ("[en, ar,", "[en, no,")],
    ids=["text", "form", "locale of Norway"],
)
def test_what_yaml_takes_for_no_text_wants_quotes(old, new):
    with pytest.raises(ContractError) as refused:
        parse_layout(TEXT.replace(old, new, 1), file="site.yaml")
    assert refused.value.mend == "Write it in quotes."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  source: {",
            "   source: {",
            "site.yaml:10: not read as YAML: while parsing a block mapping, did not find expected key",
        ),
        (
            '"المصدر",',
            '"المصدر"،',
            "site.yaml:10: not read as YAML: while parsing a flow mapping, did not find expected",
        ),
        (
            "labels:",
            "---\nlabels:",
            "site.yaml:8: not read as YAML: expected a single document in the stream, but found another document",
        ),
    ],
    ids=["indentation", "Arabic comma", "two documents"],
)
def test_what_is_no_yaml_is_told_as_that(old, new, message):
    with pytest.raises(ContractError) as refused:
        parse_layout(TEXT.replace(old, new, 1), file="site.yaml")
    assert refused.value.message.startswith(message)
    assert (
        refused.value.mend
        == "Look at indentation (spaces, no tabs), quotes, commas and colons there and in the line above."
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the layout must be a mapping"),
        ("- a\n- b\n", 1, "the layout must be a mapping"),
        ("format: article-layout/1\n", 1, "the key 'name' is missing"),
        ("format: [\n", 2, ""),
        ("1: a\n", 1, "a key must be text"),
        ("a: !!python/name:os.system x\n", 1, "could not determine a constructor"),
    ],
    ids=["empty", "list", "too little", "not closed", "key that is no text", "tag of Python"],
)
def test_what_is_no_layout_is_refused(text, line, message):
    with pytest.raises(ContractError) as refused:
        parse_layout(text, file="site.yaml")
    assert refused.value.message.startswith(f"site.yaml:{line}: ")
    assert message in refused.value.message


def test_a_layout_keeps_its_text_and_hash():
    layout = parse_layout(TEXT, file="site.yaml")
    assert layout.text == TEXT
    assert layout.name == "aggregator"
    assert layout.printed == {
        "date": "تاريخ النشر",
        "source": "المصدر",
        "tags": "كلمات دلالية",
        "related": "إقرأ أيضاً",
    }


def test_months_that_two_locales_name_differently_are_read_by_none():
    text = TEXT.replace("[en, ar,", "[en, hr, cs, ar,")  # listopad: October in Croatian, November in Czech
    months = parse_layout(text, file="site.yaml").months
    assert months["rujan"] == 9
    assert "listopad" not in months


OTHER = """\
format: article-layout/1
name: other
labels:
  date: {printed: "Published", forms: ["Published", "Published on"]}
  source: {printed: "Via", forms: ["Via", "Source"]}
  tags: {printed: "Topics", forms: ["Topics"]}
  related: {printed: "See also", forms: ["See also", "Read more"]}
teasers:
  since: vor
  alone: [Minute, Tag]
  counted: [Minuten, Tagen]
  before_year: [Jahr]
  before_weekday: [Tag]
  before_month: [Monat]
  years: {first: 1900, last: 1999}
  weekdays: [Montag]
  months: [Ramadan]
  max_words: 4
dates:
  ordinals: [TH, ST]
  zone: UTC
  month_locales: [de]
"""
OTHER_PAGE = """\
Title
Published on : 20th, MÄRZ 2023 utc
First
Storm vor Minute Rain over town vor 3 Tagen
One two three four five vor Minute
Strike vor Tag Montag vor Minute
المصدر: الراي
Source: Agency
Topics: storm rain
Read more
Other title
Other text
"""


def test_another_site_is_another_file():
    rules = PageRules(layout=parse_layout(OTHER, file="other.yaml"), required=REQUIRED, levels={})
    reading = read_page(OTHER_PAGE.encode(), rules)
    assert reading.findings == ()
    article = reading.article
    assert (article.headline, article.date, article.source) == ("Title", datetime.date(2023, 3, 20), "Agency")
    assert article.body == "First\nOne two three four five vor Minute\nالمصدر: الراي"
    assert (article.date_text, article.tags_text) == ("20th, MÄRZ 2023 utc", "storm rain")
    assert article.related == (
        Related(headline="Storm", body=None, kind="inline", age="vor Minute", paragraph=1),
        Related(headline="Rain over town", body=None, kind="inline", age="vor 3 Tagen", paragraph=1),
        Related(headline="Strike vor Tag Montag", body=None, kind="inline", age="vor Minute", paragraph=2),
        Related(headline="Other title", body="Other text", kind="block", age=None, paragraph=None),
    )


def test_another_site_is_rendered_with_its_printed_labels():
    rules = PageRules(layout=parse_layout(OTHER, file="other.yaml"), required=REQUIRED, levels={})
    assert read_page(OTHER_PAGE.encode(), rules).rendering.decode().split("\n") == [
        "Title",
        "Published: 20th, MÄRZ 2023 utc",
        "First",
        "Storm vor Minute Rain over town vor 3 Tagen",
        "One two three four five vor Minute",
        "Strike vor Tag Montag vor Minute",
        "المصدر: الراي",
        "Via: Agency",
        "Topics: storm rain",
        "See also:",
        "Other title",
        "Other text",
    ]


def test_a_page_of_another_site_is_foreign():
    rules = PageRules(layout=parse_layout(OTHER, file="other.yaml"), required=REQUIRED, levels={})
    assert read_page("عنوان\nالمصدر: الراي\n".encode(), rules).is_foreign
    assert not read_page(b"Title\nVia: x\n", rules).is_foreign
    assert read_page(b" \n", rules).is_foreign
    assert not read_page(b"\xff", rules).is_foreign


def expectations(text, page):
    rules = PageRules(layout=parse_layout(text, file="other.yaml"), required=REQUIRED, levels={})
    return {finding.code: finding.expected for finding in read_page(page.encode(), rules).findings}


def test_what_a_page_lacks_is_told_in_the_labels_of_its_layout():
    found = expectations(OTHER, "Title\nText\n")
    assert found["P202"] == "a date line after the headline, such as Published: 20th, September 2023 UTC"
    assert found["P205"] == "a source line, such as Via: OUTLET"


@pytest.mark.parametrize(
    ("locale", "example"), [("de", "20th, September 2023 UTC"), ("ar", "2023-09-20")], ids=["September", "no September"]
)
def test_a_day_that_the_layout_can_read_is_the_example(locale, example):
    text = OTHER.replace("month_locales: [de]", f"month_locales: [{locale}]")
    assert expectations(text, "Title\nPublished: soon\nText\nVia: A\n")["P203"] == f"a day such as {example}"
