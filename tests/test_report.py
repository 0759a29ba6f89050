"""The report: what it says of a dataset, whatever stands in its pages; how it looks is test_report_browser.py's."""

import json
import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import toolkit_run
from forgery import manifest_of, measure
from made_pages import BAD_PAGES, page, write_pages

import toolkit
from toolkit.codes import CODES
from toolkit.dataset import stored
from toolkit.dataset.facts import Characters, Facts, Histogram, Sample, Tally
from toolkit.dataset.manifest import Counts
from toolkit.diagnostics import diagnose
from toolkit.errors import IntegrityError, OutputError, UsageError
from toolkit.pages import PageRules
from toolkit.reporter import report
from toolkit.reporting import PageView, ReportFacts, figures, render_report, view_rows
from toolkit.reporting.embedding import json_for_script
from toolkit.reporting.page_view import ViewedLine, ViewedPart
from toolkit.reporting.plots import Column, Segment, columns, round_up, stack
from toolkit.reporting.reject_view import RawLine, RejectView, choose_rejects, view_reject
from toolkit.reporting.wording import load_words
from toolkit.settings import load_contract, load_layout

CONTRACT = load_contract()
NO_PAGES = Counts(pages=0, rows=0, rejected=0, duplicates=0, foreign=0, excluded=0)
RAW = Path(__file__).parent.parent / "raw"
HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(1)"> {{ 7 * 7 }} &amp;'


class Page(HTMLParser):
    """What a browser would make of a report: its elements, the text of each kind of them, and its JSON."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.data = json.loads(self.texts["script"][0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "link", "img", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag: str) -> str:
        return " ".join(" ".join(self.texts.get(tag, [])).split())


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    out = tmp_path_factory.mktemp("seed") / "dist"
    toolkit.build([RAW], out, workers=1)
    return out


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """A dataset of 3 rows, one of them hostile, a duplicate, and a reject of each kind."""
    raw = write_pages(tmp_path_factory.mktemp("bad") / "raw", 2)
    (raw / "copy.txt").write_bytes((raw / "0000.txt").read_bytes())
    (raw / "hostile.txt").write_text(
        page(headline=HOSTILE, body=HOSTILE, source=f"المصدر: {HOSTILE}", related=""), "utf-8"
    )
    (raw / "secret.txt").write_text(page(headline="نص سري", date="تاريخ النشر: أمس"), "utf-8")
    for name, (content, *_) in BAD_PAGES.items():
        (raw / name).write_bytes(content)
    toolkit.build([raw], raw.parent / "dist", workers=1)
    return raw.parent / "dist"


def report_of(dataset: Path, tmp_path: Path, **options) -> Page:
    return Page(report(dataset, tmp_path / "report.html", **options).path.read_text("utf-8"))


def facts(*, counts: Counts = NO_PAGES, **changes) -> ReportFacts:
    given = {"contract": CONTRACT, "manifest": manifest_of(counts), "facts": Facts(), "characters": Characters()}
    return ReportFacts(**{**given, **changes})


def rows(*ids: str, warnings: dict[str, list[str]] | None = None) -> pa.RecordBatch:
    day = {"headline": "ع", "date": None, "body": "م", "source": "س", "tags": [], "related": []}
    made = [
        {"id": identity, **day, "page": {"file": identity, "date": "د", "warnings": (warnings or {}).get(identity, [])}}
        for identity in ids
    ]
    return pa.RecordBatch.from_pylist(made, schema=CONTRACT.arrow())


# What it says


def test_the_counts_of_the_manifest_stand_in_the_report(bad, tmp_path):
    shown = report_of(bad, tmp_path)

    assert "Pages 15 = rows 3 + rejected 11 + duplicates 1 + foreign 0 + excluded 0." in shown.text("bdi")


def test_rejects_are_counted_by_code(bad, tmp_path):
    table = report_of(bad, tmp_path).text("table")

    assert "P205 no source 2 13.3%" in table
    assert "D101 not decodable 1 6.7%" in table


def test_the_text_of_rejects_is_in_a_private_report_alone(bad, tmp_path):
    assert "نص سري" not in report(bad, tmp_path / "a.html").path.read_text("utf-8")
    assert "نص سري" in report(bad, tmp_path / "b.html", with_rejects=True).path.read_text("utf-8")


def test_each_row_stands_beside_its_page_with_the_field_that_each_part_became(seed, tmp_path):
    row = next(row for row in report_of(seed, tmp_path).data["rows"] if row["source"] == "الراي")
    lines = [(number, block, [[mark, path] for mark, _, path in parts]) for number, block, parts in row["lines"]]

    assert lines[0] == (1, "headline", [["headline", "headline"]])
    assert lines[1] == (2, "date", [["label", ""], ["date", "date"]])
    assert lines[2] == (3, "body", [["text", "body"]])
    teasers = [["teaser", "related[0].headline"], ["age", "related[0].age"]]
    assert lines[4] == (5, "teasers", [*teasers, ["teaser", "related[1].headline"], ["age", "related[1].age"]])
    assert lines[-5:] == [
        (14, "label", [["label", ""]]),
        (15, "related", [["headline", "related[2].headline"]]),
        (16, "related", [["text", "related[2].body"]]),
        (17, "related", [["text", "related[2].body"]]),
        (18, "related", [["text", "related[2].body"]]),
    ]


def test_the_parts_of_a_page_are_the_values_of_its_row(seed, tmp_path):
    rows = sorted(pq.read_table(seed / "data").to_pylist(), key=lambda row: row["id"])
    for row, shown in zip(rows, report_of(seed, tmp_path).data["rows"], strict=True):
        assert "\n".join(texts_at(shown, "headline")) == row["headline"]
        assert "\n".join(texts_at(shown, "body")) == row["body"]
        assert texts_at(shown, "source") == [row["source"]]
        assert list(dict.fromkeys(texts_at(shown, "tags"))) == row["tags"]
        for number, item in enumerate(row["related"]):
            assert texts_at(shown, f"related[{number}].headline") == [item["headline"]]
            assert "\n".join(texts_at(shown, f"related[{number}].body")) == (item["body"] or "")
            assert "".join(texts_at(shown, f"related[{number}].age")) == (item["age"] or "")


def texts_at(row: dict, path: str) -> list[str]:
    return [text for _, _, parts in row["lines"] for _, text, at in parts if at == path]


def test_a_long_page_is_cut_and_says_how_many_lines_are_left_out(tmp_path):
    body = "\n".join(f"فقرة طويلة رقم {number} " + "كلمة " * 200 for number in range(20))
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "long.txt").write_text(page(body=body), "utf-8")
    toolkit.build([tmp_path / "raw"], tmp_path / "dist", workers=1)
    row = report_of(tmp_path / "dist", tmp_path).data["rows"][0]

    assert len(row["lines"]) == 8
    assert row["left_out"] == 19


def test_a_page_view_of_a_row_without_a_page_date_has_no_lines():
    batch = rows("a")
    table = pa.Table.from_batches([batch])
    index = table.schema.get_field_index("page")
    pages = [{**entry, "date": None} for entry in table["page"].to_pylist()]
    table = table.set_column(index, table.schema.field("page"), pa.array(pages, table.schema.field("page").type))

    (view,) = view_rows(table, load_layout(), CONTRACT)
    assert view.lines == ()


def test_the_report_of_the_same_dataset_is_the_same_to_the_byte(bad, tmp_path):
    first = report(bad, tmp_path / "a.html", with_rejects=True).path.read_bytes()
    script = f"from toolkit.reporter import report; report({str(bad)!r}, 'b.html', with_rejects=True)"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})

    assert (tmp_path / "b.html").read_bytes() == first


def test_it_is_the_report_that_the_build_has_written_however_the_rows_are_read(tmp_path, monkeypatch):
    raw = write_pages(tmp_path / "raw", 400)
    toolkit.build([raw], tmp_path / "dist", workers=1, shard_size=64 * 1024)
    monkeypatch.setattr(stored, "BATCH_ROWS", 37)
    written = report(tmp_path / "dist", tmp_path / "report.html").path.read_bytes()

    assert len(list((tmp_path / "dist" / "data").iterdir())) > 1
    assert written == (tmp_path / "dist" / "report.html").read_bytes()


def test_rows_of_one_month_need_no_plot_and_two_rows_no_sample(seed, tmp_path):
    shown = report_of(seed, tmp_path)

    assert "All dated rows are of one month: 2023-09" in shown.text("p")
    assert "Counted in all rows." in shown.text("p")


def test_an_arabic_report_is_written_from_right_to_left_in_arabic(seed, tmp_path):
    shown = report_of(seed, tmp_path, language="ar")

    assert shown.tags[0] == ("html", {"lang": "ar", "dir": "rtl"})
    assert shown.text("h1") == "مقالات إخبارية عربية"
    assert "أين ذهبت كل صفحة" in shown.text("h2")


def test_both_languages_have_the_same_words():
    english, arabic = (
        tomllib.loads(files("toolkit.reporting").joinpath("assets", f"{language}.toml").read_text("utf-8"))
        for language in ("en", "ar")
    )
    slots = {key: set(re.findall(r"\{\w+\}", text)) for key, text in english.items() if isinstance(text, str)}

    assert slots == {key: set(re.findall(r"\{\w+\}", text)) for key, text in arabic.items() if isinstance(text, str)}
    assert english["blocks"].keys() == arabic["blocks"].keys()


def test_a_code_without_an_arabic_title_has_its_english_one():
    words = load_words("ar")

    assert words.title("P231") == "كلمات دلالية غير مؤكدة"
    assert words.title("S402") == "unreadable"
    assert words.title("X999") == ""


@pytest.mark.parametrize("code", [code for code in CODES if re.match("D|P|C30|C31|S401", code)])
def test_what_a_page_may_have_is_told_in_arabic_with_its_mend(code):
    words = load_words("ar")

    assert re.search("[\u0621-\u064a]", words.title(code))
    assert re.search("[\u0621-\u064a]", words.mend(code, CODES[code].mend))


def test_faults_are_told_in_arabic_in_an_arabic_report(bad, tmp_path):
    shown = report_of(bad, tmp_path, language="ar", with_rejects=True)
    told = [
        fault[name] or "" for page in shown.data["rejects"] for fault in page["faults"] for name in ("expected", "mend")
    ]

    assert len(told) > 20
    assert [text for text in told if text and not re.search("[\u0621-\u064a]", text)] == []


def test_the_example_of_what_was_expected_is_kept_in_arabic():
    assert load_words("ar").expected("a day such as 20th, September 2023 UTC") == "يوم مثل 20th, September 2023 UTC"
    assert load_words("ar").expected("a value") == "قيمة"
    assert load_words("ar").expected("a licence, such as mit") == "a licence, such as mit"


def test_a_mend_of_its_own_is_kept_as_it_was_written():
    assert load_words("ar").mend("C305", "Ask the archive.") == "Ask the archive."


# A release before


def test_the_counts_of_the_previous_release_stand_beside_those_of_now(seed, bad, tmp_path):
    shown = report_of(bad, tmp_path, previous=seed)

    assert "Pages 2 15 +13" in shown.text("table")
    assert "added 3 removed 2 changed 0" in shown.text("dl")
    assert "The version that follows: a minor one" in shown.text("li")


def test_changed_rows_fields_and_sources_are_told(seed, tmp_path):
    (tmp_path / "raw").mkdir()
    for path in RAW.iterdir():
        text = path.read_text("utf-8").replace("المصدر: الراي", "المصدر: الرأي العام")
        (tmp_path / "raw" / path.name).write_text(text, "utf-8")
    contract = (seed / "article.odcs.yaml").read_text("utf-8")
    (tmp_path / "looser.yaml").write_text(contract.replace("        required: true\n", "", 1), "utf-8")
    toolkit.build([tmp_path / "raw"], tmp_path / "dist", workers=1, schema=tmp_path / "looser.yaml")
    shown = report_of(tmp_path / "dist", tmp_path, previous=seed)

    assert "added 0 removed 0 changed 1" in shown.text("dl")
    assert "source 1" in shown.text("dl")
    assert "الراي 1 0 \u22121" in shown.text("table")
    assert "Readers of the previous release break on: headline" in shown.text("p")
    assert "headline: string, required became string" in shown.text("li")


def test_without_a_previous_release_nothing_is_compared(seed, tmp_path):
    assert "Since the previous release" not in report_of(seed, tmp_path).text("h2")


# Hostile text


def test_text_of_pages_never_becomes_an_element(bad, tmp_path):
    shown = report_of(bad, tmp_path, with_rejects=True)

    assert [tag for tag, _ in shown.tags].count("script") == 2
    assert "img" not in [tag for tag, _ in shown.tags]
    assert any(row["source"] == HOSTILE for row in shown.data["rows"])
    assert HOSTILE in shown.text("bdi")


def test_no_attribute_runs_or_styles_anything(bad, tmp_path):
    shown = report_of(bad, tmp_path)
    names = {name for _, attributes in shown.tags for name in attributes}

    assert not {name for name in names if name.startswith("on") or name in ("style", "src", "action", "srcdoc")}
    assert {attributes["href"][0] for tag, attributes in shown.tags if "href" in attributes} == {"#"}


def test_the_policy_allows_the_one_script_and_the_one_style_and_nothing_else(seed, tmp_path):
    shown = report_of(seed, tmp_path)
    policy = next(attributes["content"] for tag, attributes in shown.tags if attributes.get("http-equiv"))

    source = r"'sha256-[A-Za-z0-9+/]{43}='"
    assert re.fullmatch(
        f"default-src 'none'; script-src {source}; style-src {source}; base-uri 'none'; form-action 'none'", policy
    )


@pytest.mark.parametrize("text", ["</script>", "<!--", "]]>", "\u2028\u2029", "&lt;", '"\\', "\x01\x7f"])
def test_embedded_json_gives_back_any_text_and_holds_nothing_that_ends_it(text):
    written = json_for_script({"text": text})

    assert json.loads(written) == {"text": text}
    assert not set(written) & set("<>&\u2028\u2029")


def test_what_is_too_much_for_a_report_is_left_out_and_said():
    views = [
        PageView(
            id=str(number),
            file="f",
            url=None,
            date=None,
            source="م" * 300,
            tags=("ت" * 300,) * 60,
            warnings=(),
            lines=(),
        )
        for number in range(200)
    ]
    counts = Counts(pages=200, rows=200, rejected=0, duplicates=0, foreign=0, excluded=0)
    shown = Page(render_report(facts(counts=counts), views))

    assert len(shown.data["rows"]) == 54
    assert "54 of 200 rows are in this file" in shown.text("p")


def long_view(number: int) -> PageView:
    """A row as long as a report shows one: 6,000 characters of its page, 60 tags of 300."""
    part = ViewedPart(mark="text", text="م" * 1_500, path="body")
    return PageView(
        id=f"{number:016x}",
        file="ف" * 300,
        url="ر" * 300,
        date="2023-09-20",
        source="س" * 300,
        tags=("ت" * 300,) * 60,
        warnings=tuple(code for code in CODES if code[0] == "P"),
        lines=(ViewedLine(number=1, block="body", parts=(part,) * 4),) * 4,
    )


def long_reject(number: int) -> RejectView:
    line = RawLine(number=1, block="body", before="م" * 1_500)
    return RejectView(file="ف" * 300, bytes=number, codes=("P203",), faults=(), lines=(line,) * 4)


def test_the_report_of_a_million_rows_stays_below_5_mb_whatever_their_values():
    names = tuple((f"{number:04d}" + "اسم " * 200, 5_000 - number) for number in range(5_000))
    spread = Histogram(width=1, bins=(1,) * 81, total=81, least=0, greatest=80)
    measured = Facts(
        rows=10**6,
        sources=Tally(counts=names, others=10**6),
        tags=Tally(counts=names, others=10**6),
        kinds=Tally(counts=(("inline", 1), ("block", 2))),
        months=tuple((f"{year}-{month:02d}", 400) for year in range(1800, 2023) for month in range(1, 13)),
        warnings=tuple((code, 10**6) for code in CODES),
        spreads=(spread,) * 5,
    )
    counts = Counts(pages=2 * 10**6, rows=10**6, rejected=10**6, duplicates=0, foreign=0, excluded=0)
    written = render_report(
        facts(counts=counts, facts=measured, rejects=measured.warnings),
        map(long_view, range(500)),
        rejects=map(long_reject, range(500)),
    )

    assert 4_000_000 < len(written.encode()) < 5_000_000


@pytest.mark.parametrize(("others", "told"), [(0, 0), (1, 1)])
def test_numbers_of_tags_that_may_be_too_small_say_so(others, told):
    measured = Facts(rows=3, tags=Tally(counts=(("روسيا", 3),), others=others))
    text = Page(render_report(facts(facts=measured), ())).text("p")
    assert text.count("the number of one may be too small") == told


def test_rows_that_are_too_long_to_be_shown_are_told(tmp_path):
    raw = write_pages(tmp_path / "raw", 2)
    (raw / "long.txt").write_text(page(body="كلمة " * 20_000), "utf-8")
    toolkit.build([raw], tmp_path / "dist", workers=1)
    told = report_of(tmp_path / "dist", tmp_path).text("p")

    assert "2 of 3 rows are in this file: those with the lowest ids, which is as good as a draw, but for" in told
    assert "Counted in 2 rows: those with the lowest ids, which is as good as a draw, but for rows of very long" in told


def test_a_report_without_any_row_says_why():
    shown = Page(render_report(facts(), ()))
    assert "No row is short enough to be shown." in shown.text("p")


# The sample


def sampled(*batches: pa.RecordBatch) -> list[str]:
    sample = Sample()
    for batch in batches:
        sample.add(batch)
    return sample.table(CONTRACT)["id"].to_pylist()


def test_the_sample_is_the_rows_with_the_lowest_ids():
    ids = [f"{number * 7919 % 1000:016x}" for number in range(1000)]

    assert sampled(rows(*ids)) == [f"{number:016x}" for number in range(200)]


def test_the_sample_is_the_same_however_the_rows_are_cut():
    ids = [f"{number * 7919 % 400:016x}" for number in range(400)]
    warnings = {identity: ["P231"] for identity in ids if identity[-1] in "0a"}
    whole = sampled(rows(*ids, warnings=warnings))
    cut = sampled(*(rows(*ids[start : start + 37], warnings=warnings) for start in range(0, 400, 37)))
    backwards = sampled(*(rows(identity, warnings=warnings) for identity in reversed(ids)))

    assert whole == cut == backwards


def test_each_warning_has_rows_in_the_sample_however_rare_it_is():
    ids = [f"{number:016x}" for number in range(1000)]

    assert sampled(rows(*ids, warnings={ids[999]: ["P226"], ids[998]: ["P221"]}))[-2:] == ids[998:]


def test_characters_are_counted_in_the_rows_that_were_drawn_from_all():
    sample = Sample()
    sample.add(rows(*(f"{number:016x}" for number in range(300)), warnings={f"{299:016x}": ["P226"]}))

    assert sample.characters(CONTRACT) == Characters(sampled_rows=200, arabic_letters=400)


def test_a_sample_of_no_rows_is_an_empty_table():
    assert sampled() == []


# Rejected pages

RULES = PageRules(layout=load_layout(), required=frozenset({"headline", "body", "source", "date"}), levels={})


def reject(raw: bytes | None, *faults: dict, codes: tuple[str, ...] = ("P203",)) -> dict:
    return {"file": "a.txt", "bytes": 9, "codes": list(codes), "diagnostics": list(faults), "raw": raw}


def fault(code: str, line: int, column: int, found: str | None = None) -> dict:
    from dataclasses import asdict

    from toolkit.diagnostics import Location

    return asdict(diagnose(code, "", Location(file="a.txt", line=line, column=column), found=found))


def test_the_value_at_fault_is_marked_in_its_line():
    raw = page(date="تاريخ النشر: 31st, February 2023 GMT").encode()
    view = view_reject(reject(raw, fault("P203", 2, 14, "31st, February 2023 GMT")), RULES)

    assert (view.lines[1].before, view.lines[1].at, view.lines[1].after) == (
        "تاريخ النشر: ",
        "31st, February 2023 GMT",
        "",
    )
    assert [line.block for line in view.lines[:4]] == ["headline", "date", "body", "source"]


def test_a_missing_line_is_shown_behind_the_last():
    view = view_reject(reject("عنوان".encode(), fault("D105", 1, 1), fault("P202", 2, 1)), RULES)

    assert [(line.number, line.before) for line in view.lines] == [(1, "عنوان"), (2, "")]


def test_bytes_that_are_no_text_are_shown_as_far_as_they_are():
    view = view_reject(reject(b"abc \xff\xfe", fault("D101", 1, 5, "ff fe"), codes=("D101",)), RULES)

    assert view.lines[0].before == "abc "
    assert view.lines[0].at + view.lines[0].after == "\\xff\\xfe"


def test_invisible_characters_of_a_rejected_page_are_seen():
    view = view_reject(reject("\u202eعنوان".encode(), fault("P202", 2, 1)), RULES)

    assert view.lines[0].before == "\\u202eعنوان"


def test_a_page_whose_bytes_were_not_kept_has_no_lines():
    assert view_reject(reject(None, fault("D104", 1, 1)), RULES).lines is None


def test_the_lines_at_fault_of_a_long_page_are_shown_and_the_others_counted():
    raw = ("سطر " * 300 + "\n").encode() * 100
    view = view_reject(reject(raw, fault("P202", 90, 1)), RULES)

    assert [line.number for line in view.lines] == [1, 2, 3, 4, 5, 90]
    assert view.left_out == 95


def test_every_code_has_pages_among_the_rejects_that_are_shown():
    many = [{"file": f"{number}", "codes": ["P203"]} for number in range(1000)]
    chosen = list(choose_rejects([*many, {"file": "rare", "codes": ["P206"]}]))

    assert len(chosen) == 201
    assert chosen[-1]["file"] == "rare"


# Plots


def test_a_scale_ends_at_a_number_whose_half_is_whole():
    assert [round_up(value) for value in (0, 1, 2, 3, 5, 7, 9, 11, 61, 81, 1234)] == [
        1,
        1,
        2,
        4,
        6,
        8,
        10,
        20,
        80,
        100,
        2000,
    ]


def test_a_column_says_its_value_and_is_as_high_as_its_share():
    drawn = columns(
        [Column(label="2023", value=1, reading="2023: 1"), Column(label="2024", value=2, reading="2024: 2")], name="n"
    )

    assert "<title>2023: 1</title>" in drawn
    assert re.findall(r'class="value"[^>]* height="([\d.]+)"', drawn) == ["75", "150"]


def test_the_scale_is_drawn_over_the_columns():
    drawn = columns([Column(label="a", value=4, reading="a: 4"), Column(label="b", value=4, reading="b: 4")], name="n")

    assert drawn.index('class="scale" x="1"') > drawn.rindex('class="value"')


def test_text_in_a_plot_is_escaped():
    drawn = stack([Segment(kind="rows", value=1, reading='"><script>')], name="<b>")

    assert "<script>" not in drawn
    assert "<b>" not in drawn


def test_a_part_of_a_stack_is_never_too_narrow_to_see():
    drawn = stack(
        [Segment(kind="rows", value=10**6, reading="r"), Segment(kind="rejected", value=1, reading="x")], name="n"
    )

    assert re.findall(r'class="rejected" x="99.404%" width="0.596%"', drawn)


def test_months_without_rows_have_their_place_in_time():
    figure = figures.over_time(Facts(months=(("2023-11", 2), ("2024-02", 1))), load_words("en"))

    assert figure.plot.count('class="column"') == 4
    assert figure.cells == (("2023-11", "2"), ("2024-02", "1"))


def test_a_long_time_is_shown_by_year():
    figure = figures.over_time(Facts(months=(("2003-11", 2), ("2024-02", 1), ("2024-03", 4))), load_words("en"))

    assert figure.plot.count('class="column"') == 22
    assert figure.cells == (("2003", "2"), ("2024", "5"))


def test_one_month_needs_no_plot():
    assert figures.over_time(Facts(months=(("2023-11", 2),)), load_words("en")) is None


def test_the_thin_tail_of_a_spread_is_one_column():
    histogram = Histogram(width=1, bins=(0, 990, 5, 1, 1, 1, 0, 2), total=1024, least=1, greatest=9)
    spread = figures.spreads(Facts(spreads=(histogram, *Facts().spreads[1:])), load_words("en"))[0]

    assert spread.cells == (("1", "990"), ("2", "5"), ("≥ 3", "5"))


def test_sources_beyond_those_shown_are_counted_together():
    tally = Tally(counts=tuple((f"س{number:02}", 100 - number) for number in range(20)), nulls=3)
    first, further = figures.by_source(Facts(rows=1813, sources=tally), load_words("en"))

    assert [line.label for line in first[-3:]] == ["س11", "others (8)", "without a source"]
    assert [line.number for line in first[-3:]] == ["89", "676", "3"]
    assert [line.label for line in further] == [f"س{number:02}" for number in range(12, 20)]


def test_tags_are_sure_where_their_row_has_no_warning(seed):
    measured = measure(pq.read_table(seed / "data"))
    _, uncertain, tagged = figures.sureness(measured, load_words("en"))

    assert (uncertain, tagged) == (0, 2)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "0.0%"), (1, 3, "33.3%"), (1, 10**6, "<0.1%"), (5, 5, "100.0%"), (2999, 3000, ">99.9%")],
)
def test_shares_are_said_with_one_digit(part, whole, said):
    assert figures.percent(part, whole) == said


# The files


def test_a_report_is_never_written_into_the_dataset(seed):
    with pytest.raises(UsageError, match="lies in the dataset"):
        report(seed, seed / "report-2.html")
    assert not (seed / "report-2.html").exists()


def test_a_folder_that_is_no_dataset_has_no_report(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"no manifest\.json in it"):
        report(tmp_path, tmp_path.parent / "report.html")


def test_a_damaged_shard_is_named(seed, tmp_path):
    copy = tmp_path / "copy"
    for path in (path for path in seed.rglob("*") if path.is_file()):
        (copy / path.relative_to(seed)).parent.mkdir(parents=True, exist_ok=True)
        (copy / path.relative_to(seed)).write_bytes(path.read_bytes())
    shard = next((copy / "data").iterdir())
    shard.write_bytes(shard.read_bytes()[:-100])

    with pytest.raises(IntegrityError, match=re.escape(str(shard))):
        report(copy, tmp_path / "report.html")


def test_a_release_without_its_rejects_says_that_their_codes_are_not_known(bad, tmp_path):
    copy = tmp_path / "copy"
    for path in (path for path in bad.rglob("*") if path.is_file() and path.parent.name != "rejects"):
        (copy / path.relative_to(bad)).parent.mkdir(parents=True, exist_ok=True)
        (copy / path.relative_to(bad)).write_bytes(path.read_bytes())

    assert "This copy came without its rejected pages" in report_of(copy, tmp_path).text("p")
    with pytest.raises(UsageError, match="its rejected pages are not there"):
        report(copy, tmp_path / "report.html", with_rejects=True)


def test_a_report_that_cannot_be_written_is_an_output_error(seed, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        report(seed, tmp_path / "file" / "report.html")


# The command


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess:
    return toolkit_run("report", *arguments, cwd=cwd)


def test_the_command_writes_the_report_into_the_current_folder(seed, tmp_path):
    done = run(seed, cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout == f"report.html ({(tmp_path / 'report.html').stat().st_size:,} bytes)\n"


def test_the_command_takes_a_file_a_language_and_the_rejects(bad, tmp_path):
    done = run(bad, "--output", "تقرير.html", "--language", "ar", "--with-rejects", cwd=tmp_path)

    assert done.returncode == 0
    assert "It holds the text of rejected pages" in done.stdout
    assert Page((tmp_path / "تقرير.html").read_text("utf-8")).tags[0] == ("html", {"lang": "ar", "dir": "rtl"})


def test_the_command_refuses_to_write_into_the_dataset(seed):
    before = (seed / "report.html").read_bytes()
    done = run(".", "--language", "ar", cwd=seed)

    assert done.returncode == 2
    assert "lies in the dataset" in done.stderr
    assert (seed / "report.html").read_bytes() == before
