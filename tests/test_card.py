"""The card: what readers, the Hub and `datasets` see in it, and what people wrote and find again."""

import datetime
import functools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pyarrow as pa
import pytest
import yaml
from datasets import load_dataset
from forgery import manifest_of, measure
from huggingface_hub import DatasetCard
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from toolkit.contract.about import License
from toolkit.contract.fields import Bilingual
from toolkit.dataset.card import CardFacts, dump_key, owned_metadata, parse_card
from toolkit.dataset.card import render_card as render
from toolkit.dataset.card.front_matter import size_category
from toolkit.dataset.facts import tally as tally_module
from toolkit.dataset.manifest import Counts
from toolkit.dataset.tables import digest, row_hashes, write_shard
from toolkit.errors import UsageError
from toolkit.markdown_text import escaped, one_line
from toolkit.settings import load_contract
from toolkit.storage.output import create, open_staging

CONTRACT = load_contract()

ROW = {
    "id": "0123456789abcdef",
    "headline": "عنوان المقال",
    "date": datetime.date(2023, 9, 20),
    "body": "فقرة أولى\nفقرة ثانية",
    "source": "الراي",
    "tags": ["روسيا", "قره باغ"],
    "related": [
        {"headline": "خبر آخر", "body": "نص\nنص آخر", "kind": "block", "age": None, "paragraph": None},
    ],
    "page": {
        "file": "a/1.txt",
        "url": None,
        "sha256": "ab" * 32,
        "rendering": "cd" * 32,
        "date": "20th, September 2023 GMT",
        "tags": "روسيا قره باغ",
        "warnings": ["P231"],
    },
}


def table(*rows):
    return pa.Table.from_pylist(list(rows), schema=CONTRACT.arrow())


def facts(*rows, version="0.0.0", **changes):
    rows = table(*(rows or (ROW,)))
    counts = Counts(pages=4, rows=len(rows), rejected=2, duplicates=1, foreign=0, excluded=0, warnings=(("P231", 1),))
    values = {
        "contract": CONTRACT,
        "manifest": manifest_of(counts, version=version, digest=digest([row_hashes(rows)])),
        "facts": measure(rows),
        "num_bytes": 1234,
        "download_size": 567,
        "rejects": (("P203", 1), ("P205", 2)),
        "example": rows.slice(0, 1).to_pylist()[0],
    }
    return CardFacts(**{**values, **changes})


def render_card(made, previous="", **options):
    """The new card, where `previous` is the text of the one whose human part is kept."""
    return render(made, parse_card(previous), **options)


NEW = render_card(facts())


# ---------------------------------------------------------------- what machines read


def test_the_hub_reads_the_front_matter():
    data = DatasetCard(NEW).data.to_dict()
    assert {key: data[key] for key in ("language", "pretty_name", "license", "license_name", "size_categories")} == {
        "language": ["ar"],
        "pretty_name": "Arabic news articles",
        "license": "other",
        "license_name": "rights-held-by-the-named-outlets",
        "size_categories": ["n<1K"],
    }
    assert data["configs"] == [
        {
            "config_name": "default",
            "data_files": [{"split": "train", "path": "data/train-*.parquet"}],
            "default": True,
            "version": "0.0.0",
            "description": "Arabic news articles, digest " + facts().manifest.digest,
        }
    ]
    assert {key: data["dataset_info"][key] for key in ("splits", "download_size", "dataset_size")} == {
        "splits": [{"name": "train", "num_bytes": 1234, "num_examples": 1}],
        "download_size": 567,
        "dataset_size": 1234,
    }


def test_the_front_matter_says_what_the_facts_say():
    assert parse_card(NEW).metadata == owned_metadata(facts())


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1_000, "1K<n<10K"),
        (30_000, "10K<n<100K"),
        (100_000, "100K<n<1M"),
        (10**6, "1M<n<10M"),
        (10**12, "n>1T"),
    ],
)
def test_a_size_category_holds_the_rows(rows, name):
    assert size_category(rows) == name


def build(folder, *rows):
    """A dataset folder of these rows: one shard and the card around it."""
    staging = open_staging(folder, key="test")
    schema = CONTRACT.arrow().with_metadata(CONTRACT.hub_metadata())
    path = "data/train-00000-of-00001.parquet"
    shard = write_shard(table(*rows).to_batches(), functools.partial(create, staging), path, schema)
    made = facts(*rows, num_bytes=shard.decoded_bytes, download_size=shard.bytes)
    (staging.dataset / "README.md").write_text(render_card(made), "utf-8", newline="")
    return staging.dataset


def test_datasets_loads_exact_rows_and_features(tmp_path):
    folder = build(tmp_path / "one", ROW, {**ROW, "id": "1" * 16})
    loaded = load_dataset(str(folder), cache_dir=str(tmp_path / "cache"), split="train")
    assert loaded.to_list() == [ROW, {**ROW, "id": "1" * 16}]
    assert loaded.features == CONTRACT.features()
    assert (
        loaded.info.dataset_size
        == parse_card((folder / "README.md").read_text("utf-8")).metadata["dataset_info"]["dataset_size"]
    )


def test_other_rows_are_never_taken_from_the_cache(tmp_path):
    folder = build(tmp_path / "one", ROW)
    load = functools.partial(load_dataset, str(folder), cache_dir=str(tmp_path / "cache"), split="train")
    assert load()["headline"][:] == ["عنوان المقال"]
    other = build(tmp_path / "two", {**ROW, "headline": "عنوان جديد"})
    for path in ("README.md", "data/train-00000-of-00001.parquet"):
        (folder / path).write_bytes((other / path).read_bytes())
    assert load()["headline"][:] == ["عنوان جديد"]


# ---------------------------------------------------------------- what people read


def section(name, **changes):
    return parse_card(render_card(facts(**changes))).sections[name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("summary", "# Arabic news articles"),
        ("summary", "**1 article · 1 outlet · 2023-09-20 · version 0.0.0**"),
        ("summary", '<div dir="rtl" lang="ar">\n<p><strong>مقالات إخبارية عربية</strong></p>'),
        ("summary", "عدد المقالات: 1، عدد المصادر: 1، اليوم: 20/9/2023."),
        ("loading", 'load_dataset("ORG/NAME", split="train")'),
        ("fields", "| `related[].headline` | `string` | yes |"),
        ("example", '<tr><th>headline</th><td dir="rtl" lang="ar">عنوان المقال</td></tr>'),
        ("example", '<tr><th>body</th><td dir="rtl" lang="ar">فقرة أولى<br>فقرة ثانية</td></tr>'),
        ("example", "<tr><th>date</th><td>2023-09-20</td></tr>"),
        ("example", "<tr><th>page.url</th><td><em>null</em></td></tr>"),
        ("counts", "| rejected | 2 |"),
        ("counts", "| P205 | no source | 2 |"),
        ("counts", "| P231 | uncertain tags | 1 |"),
        ("counts", "| paragraphs of a body | 2 | 2.0 | 2 |"),
        ("sources", '| <span dir="auto">الراي</span> | 1 |'),
        ("making", "toolkit validate DATASET --expect-digest " + facts().manifest.digest),
        ("rights", "Licence: other (rights-held-by-the-named-outlets)."),
        ("rights", "```bibtex\n@misc{arabic_news_articles,"),
    ],
)
def test_a_section_tells_what_a_reader_asks(name, text):
    assert text in section(name)


def test_a_released_version_is_pinned():
    assert 'revision="v1.2.0")' in section("loading", version="1.2.0")
    assert "--version 1.2.0" in section("making", version="1.2.0")


def test_only_the_largest_outlets_are_named():
    rows = table(*({**ROW, "source": f"outlet {number:02d}"} for number in range(23)), {**ROW, "source": None})
    text = section("sources", facts=measure(rows))
    assert text.count('<span dir="auto">outlet ') == 20
    assert "| others (3) | 3 |\n| without an outlet | 1 |" in text


def test_outlets_beyond_those_that_are_counted_are_told_in_both_languages(monkeypatch):
    monkeypatch.setattr(tally_module, "MAX_VALUES", 2)
    text = section("summary", facts=measure(table(*({**ROW, "source": name} for name in "abc"))))
    assert "more than 2 outlets" in text
    assert "عدد المصادر: أكثر من 2" in text


def test_large_numbers_are_grouped_in_both_languages():
    manifest = facts().manifest
    many = replace(manifest, counts=replace(manifest.counts, pages=1_203, rows=1_200))
    text = section("summary", manifest=many)
    assert "**1,200 articles ·" in text
    assert "عدد المقالات: 1,200،" in text


def test_the_period_is_told_in_both_languages():
    days = [datetime.date(2022, 1, 1), datetime.date(2023, 9, 20)]
    text = section("summary", facts=measure(table(*({**ROW, "date": day} for day in days))))
    assert "2022-01-01 to 2023-09-20" in text
    assert "الفترة: من 1/1/2022 إلى 20/9/2023." in text


def test_years_are_counted_where_there_are_several():
    days = [datetime.date(2022, 1, 1), datetime.date(2023, 9, 20), datetime.date(2023, 10, 1), None]
    text = section("sources", facts=measure(table(*({**ROW, "date": day} for day in days))))
    assert "| 2022 | 1 |\n| 2023 | 2 |\n| without a date | 1 |" in text


def test_a_dataset_without_dates_and_example_has_a_card():
    card = parse_card(render_card(facts(facts=measure(table({**ROW, "date": None})), example={})))
    assert "without dates" in card.sections["summary"]
    assert not card.sections["example"].strip()


def test_the_same_facts_give_the_same_card():
    assert render_card(facts()) == NEW


# ---------------------------------------------------------------- hostile text

HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- toolkit:end example -->",
    "--> <b>bold</b>",
    "</td></tr></table>\n\n# heading",
    "](javascript:alert(1)) [x](y) ![z](w)",
    "a | b | c\n| --- |",
    "`code` **bold** _em_ ~~gone~~ $math$ :smile: @user #1",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "---\nlicense: mit\n---",
    "a\u0085b\u2028c\u2029d",
    "a\x1b[31mb\x00c\u202ed\u2066e\u200fg",
    "\\*not\\* 1. one",
    '" onmouseover="x" \'',
    "https://example.com www.example.com a@example.com",
    "\U000e0041\ufeff",
    "```\nfence",
]


class Shown(HTMLParser):
    """The text that a browser shows, and the tags around it."""

    def __init__(self):
        super().__init__()
        self.text, self.tags = "", set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def shown(markdown):
    page = Shown()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
    page.close()
    return page


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_a_page_stays_text(text):
    calm = facts()
    row = {**ROW, "headline": text, "source": text, "tags": [text], "related": [{**ROW["related"][0], "body": text}]}
    row["page"] = {**ROW["page"], "file": text, "tags": text}
    sections = parse_card(render_card(replace(calm, facts=measure(table(row)), example=row))).sections
    for name in ("example", "sources"):
        page = shown(sections[name])
        assert page.tags <= {"table", "tr", "th", "td", "thead", "tbody", "h2", "ol", "li", "em", "br", "span"}
        assert one_line(text).split() == [] or one_line(text).replace(" ", "") in re.sub(r"\s", "", page.text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_a_contract_stays_text(text):
    both = Bilingual(english=text, arabic=text)
    named = replace(CONTRACT.about.license, name=text)
    about = replace(CONTRACT.about, title=both, purpose=both, limitations=both, license=named)
    card = parse_card(render_card(facts(contract=replace(CONTRACT, about=about))))
    assert card.metadata["pretty_name"] == text
    assert card.metadata["license_name"] == text
    assert shown(card.sections["summary"]).tags <= {"h1", "p", "strong", "div", "code"}


@given(st.text(max_size=60))
def test_any_text_is_shown_as_it_is(text):
    page = shown(f"| x | y |\n| --- | --- |\n| {escaped(text)} | |\n")
    assert page.text.split() == ["x", "y", *one_line(text).split()]
    assert page.tags == {"table", "thead", "tbody", "tr", "th", "td"}


@given(st.recursive(st.text() | st.integers() | st.booleans(), st.lists, max_leaves=5))
def test_any_value_of_the_front_matter_reads_back(value):
    assert yaml.safe_load(dump_key("key", value)) == {"key": value}


# ---------------------------------------------------------------- what people write

HUMAN = """---
# mine
annotations_creators:
- no-annotation   # indeed
license: mit
# about sizes

my_key: {a: [1, 2]}
size_categories: [n<1K]
---

A first word.
<!-- toolkit:begin counts -->
old counts
<!-- toolkit:end counts -->

Between \u0085 sections, with trailing space \t
<!-- an own comment -->
<!-- toolkit:begin summary -->
<!-- toolkit:end summary -->
The end, without a line feed"""

BY_PEOPLE = (
    "\nA first word.\n",
    "\nBetween \u0085 sections, with trailing space \t\n<!-- an own comment -->\n",
    "The end, without a line feed",
)


def test_what_people_wrote_stands_where_it_stood():
    card = parse_card(render_card(facts(), HUMAN))
    assert card.written_by_people == BY_PEOPLE
    assert list(card.sections) == ["counts", "summary"]
    assert "old counts" not in card.sections["counts"]


def test_keys_and_comments_of_people_stand_where_they_stood():
    front = parse_card(render_card(facts(), HUMAN)).front
    assert front.startswith(
        "# mine\nannotations_creators:\n- no-annotation   # indeed\nlicense: other\n"
        "# about sizes\n\nmy_key: {a: [1, 2]}\nsize_categories:\n- n<1K\nlanguage:\n- ar\n"
    )


def test_rebuilding_changes_nothing():
    once = render_card(facts(), HUMAN)
    assert render_card(facts(), once) == once
    assert render_card(facts(), NEW) == NEW


def test_an_edited_paragraph_survives_three_rebuilds():
    text = NEW.replace("<!-- toolkit:begin fields -->", "We thank *everybody*.\r\n\n<!-- toolkit:begin fields -->")
    for number in range(3):
        text = render_card(facts({**ROW, "headline": str(number)}), text)
    assert "<!-- toolkit:end loading -->\n\nWe thank *everybody*.\r\n\n<!-- toolkit:begin fields -->" in text


def test_a_section_that_was_taken_out_stays_out():
    card = parse_card(NEW)
    less = "".join(str(part) for part in card.parts if part.name != "sources")
    again = parse_card(render_card(facts(), card.opening + card.front + card.closing + less))
    assert list(again.sections) == [name for name in card.sections if name != "sources"]


def test_a_section_comes_back_where_its_markers_are_put():
    text = "# Mine\n\n<!-- toolkit:begin rights -->\n<!-- toolkit:end rights -->\n"
    assert "Licence: other" in parse_card(render_card(facts(), text)).sections["rights"]


def test_a_section_of_a_newer_toolkit_is_left_alone():
    text = "<!-- toolkit:begin future -->\nnew\n<!-- toolkit:end future -->\n"
    assert render_card(facts(), text).endswith(text)


def test_a_card_without_sections_gets_all_of_them_after_its_text():
    card = parse_card(render_card(facts(), "# Mine\n\nA word."))
    assert card.parts[0].text.strip() == "# Mine\n\nA word."
    assert list(card.sections) == list(parse_card(NEW).sections)


def test_line_ends_of_windows_stay():
    card = parse_card(render_card(facts(), HUMAN.replace("\n", "\r\n")))
    assert card.written_by_people == tuple(text.replace("\n", "\r\n") for text in BY_PEOPLE)


def test_a_licence_name_goes_with_its_licence():
    mit = replace(CONTRACT, about=replace(CONTRACT.about, license=License(id="mit", name=None, link=None)))
    metadata = parse_card(render_card(facts(contract=mit), NEW)).metadata
    assert (metadata["license"], "license_name" in metadata) == ("mit", False)


def test_a_changelog_grows_by_one_entry_a_version():
    first = render_card(facts(version="1.0.0"), NEW, entry="- 1 row")
    edited = first.replace("- 1 row", "- the first row of many")
    second = render_card(facts(version="1.1.0"), edited, entry="- 2 rows")
    again = render_card(facts(version="1.1.0"), second, entry="- something else")
    assert again == second
    assert parse_card(second).sections["changelog"] == (
        "\n## Changelog\n\n### 1.1.0\n\n- 2 rows\n\n### 1.0.0\n\n- the first row of many\n\n"
    )


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=30)


@given(texts, texts, texts)
@settings(max_examples=40)
def test_any_text_of_people_survives(before, between, after):
    sections = [f"<!-- toolkit:begin {name} -->\nx\n<!-- toolkit:end {name} -->\n" for name in ("counts", "making")]
    text = f"---\nkey: 1\n---\n{before}\n{sections[0]}{between}\n{sections[1]}{after}"
    kept = tuple(piece for piece in (f"{before}\n", f"{between}\n", after) if piece.strip())
    assert parse_card(render_card(facts(), text)).written_by_people == kept


@given(texts)
@example("---")
@example("\n---\na: 1\n---")
def test_any_card_is_its_pieces_again_or_has_front_matter_that_is_damaged(text):
    try:
        card = parse_card("\n" + text)
    except UsageError:
        assert text.lstrip().startswith("---")
    else:
        assert str(card) == "\n" + text


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\na: 1\n", "README.md:1: the front matter does not end"),
        ("\n---", "README.md:2: the front matter does not end"),
        ("---\na: [1\n---\n", "README.md:3: "),
        ("---\na: 1\nb: 2\na: 3\n---\n", "README.md:4: the key 'a' stands here a second time"),
        ("---\na: &x 1\nb: *x\n---\n", "README.md:2: anchors"),
        ("---\n- a\n---\n", "README.md:2: the front matter is not a mapping"),
        ("x\n<!-- toolkit:begin counts -->\n", "README.md:2: section counts does not end"),
        ("x\n\n<!-- toolkit:end counts -->\n", "README.md:3: section counts ends, but it did not begin"),
        (
            "---\na: 1\n---\n<!-- toolkit:begin counts -->\n<!-- toolkit:begin making -->\n",
            "README.md:5: section making begins inside another",
        ),
        (
            "<!-- toolkit:begin counts -->\n<!-- toolkit:end counts -->\n" * 2,
            "README.md:3: section counts begins inside another section or a second time",
        ),
        ("<!-- toolkit:begin counts -->\n<!-- toolkit:end making -->\n", "README.md:2: section making ends"),
        ("<!-- toolkit:begin Counts -->\n", "README.md:1: '<!-- toolkit:begin Counts -->' is not a marker"),
        ("text <!-- toolkit:begin counts -->\n", "README.md:1: .* is not a marker"),
        ("<!--toolkit:begin counts-->\n", "README.md:1: .* is not a marker"),
        ("---\n{a: 1, b: 2}\n---\n", "README.md: the keys of its front matter do not stand"),
    ],
)
def test_a_damaged_card_is_refused_with_its_line(text, message):
    with pytest.raises(UsageError, match=message):
        render_card(facts(), text)


def test_the_file_that_was_given_is_named():
    with pytest.raises(UsageError, match=r"my card\.md:1: the front matter does not end"):
        parse_card("---\n", file="my card.md")
