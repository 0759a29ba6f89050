"""The command line as a person runs it: exit codes, JSON on stdout, messages on stderr."""

import json
import multiprocessing.util
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from commands import toolkit_command, toolkit_run
from made_pages import BAD_PAGES, page, write_pages

from toolkit.cli.options import parse_size, within_limit
from toolkit.cli.publications import print_publication
from toolkit.release import Plan, Publication

RAW = Path(__file__).parent.parent / "raw"
DIST = RAW.parent / "dist"


def run(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return toolkit_run(*arguments, cwd=cwd, env={**os.environ, **environment})


def test_build_says_what_was_made_and_what_to_try_next(tmp_path):
    done = run("build", RAW, "--out", "dist", cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[:3] == ["2  pages", "2  rows", "0  rejected"]
    assert lines[3].startswith("Built dist  ")
    assert lines[-1] == "Next: toolkit validate dist"


@pytest.mark.parametrize(("out", "told"), [("my dist; ls", "'my dist; ls'"), ("./-dist", "./-dist")])
def test_the_next_command_can_be_pasted_whatever_the_folder_is_called(tmp_path, out, told):
    done = run("build", RAW, "--out", out, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == f"Next: toolkit validate {told}"


def test_build_json_has_the_fixed_keys_and_nothing_else_on_stdout(tmp_path):
    done = run("build", RAW, "--out", tmp_path / "dist", "--format", "json")
    result = json.loads(done.stdout)
    assert list(result) == [
        "pages", "rows", "rejected", "duplicates", "foreign", "excluded", "warnings", "seconds", "out", "digest",
        "files", "diagnostics",
    ]  # fmt: skip
    assert set(result["files"][0]) == {"path", "rows", "bytes", "sha256"}


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_build_warns_of_exclusions_that_name_no_page_and_still_ends_well(tmp_path, form):
    (tmp_path / "list").write_text("".join(f"raw/{number}\n" for number in range(7)))
    done = run("build", RAW, "--out", "dist", "--exclude", "list", "--format", form, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "warning: --exclude: no page is named 'raw/0', 'raw/1', 'raw/2', 'raw/3', 'raw/4', … (7 in all)",
        "  A line is an id (16 hex digits), a page.file as the dataset has it, or a URL.",
    ]


@pytest.mark.parametrize(("field", "warned"), [("lnk", True), ("link", False), ("url", False)])
def test_build_warns_of_a_named_field_of_urls_that_no_record_has(tmp_path, field, warned):
    pages = [path.read_text("utf-8") for path in sorted(RAW.iterdir())]
    records = [{"text": pages[0]}, {"text": pages[1], "link": "https://example.org/1"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    done = run("build", "a.jsonl", "--out", "dist", "--url-field", field, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.splitlines() == warned * [
        "warning: --url-field: no record has a text called 'lnk'",
        "  No page has a URL: `page.url` is null in every row.",
    ]


@pytest.mark.parametrize("form", ["text", "json"])
def test_build_says_how_many_files_were_left_out_by_their_endings(tmp_path, form):
    write_pages(tmp_path / "raw", 2)
    for name in ("a.html", "b.html", "c", *(f"d.x{number}" for number in range(7))):
        (tmp_path / "raw" / name).write_text("")
    done = run("build", "raw", "--out", "dist", "--format", form, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "note: files left out by their endings: 2 .html, 1 without an ending, 1 .x0, 1 .x1, 1 .x2, 1 .x3, …"
    ]


@pytest.fixture
def bad_folder(tmp_path):
    write_pages(tmp_path / "raw", 2)
    for name, (raw, *_) in BAD_PAGES.items():
        (tmp_path / "raw" / name).write_bytes(raw)
    return tmp_path / "raw"


def test_rejects_end_with_exit_code_1_and_the_dataset_is_there(bad_folder, tmp_path):
    done = run("build", bad_folder, "--out", tmp_path / "dist", "--format", "json")
    result = json.loads(done.stdout)
    assert done.returncode == 1
    assert (tmp_path / "dist" / "manifest.json").exists()
    assert result["rejected"] == len(BAD_PAGES)
    places = {
        (Path(found["file"]).name, found["code"], found["line"], found["column"]) for found in result["diagnostics"]
    }
    assert {(name, *place) for name, (_, *place) in BAD_PAGES.items()} <= places
    assert set(result["diagnostics"][0]) == {
        "code", "level", "message", "file", "line", "column", "row", "path", "found", "expected", "mend"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rejected", "pages", "limit", "is_within"),
    [(1, 2, "50%", True), (1, 2, "49.9%", False), (0, 9, "0%", True), (2, 2, "100%", True), (2, 9, "2", True)],
)
def test_as_many_rejects_as_the_limit_says_are_within_it(rejected, pages, limit, is_within):
    assert within_limit(rejected, pages, limit) == is_within


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000000", 1_000_000), ("1B", 1), ("100KB", 102_400), ("256mb", 268_435_456), (" 1.5 GiB", 1_610_612_736)],
)
def test_units_of_sizes_are_powers_of_1024(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(("limit", "code"), [("100", 0), ("10", 0), ("9", 1), ("90%", 0), ("50%", 1)])
def test_max_rejected_decides_the_exit_code(bad_folder, tmp_path, limit, code):
    assert run("build", bad_folder, "--out", tmp_path / "dist", "--max-rejected", limit).returncode == code


def test_the_first_rejected_pages_are_told_with_their_places_and_how_to_get_them_back(bad_folder, tmp_path):
    lines = run("build", "raw", "--out", "dist", cwd=tmp_path).stdout.splitlines()
    assert lines[0] == "Rejected pages (the first 5 of 10 findings)"
    assert [line.partition("; ")[0] for line in lines if line.startswith("raw/")] == [
        "raw/binary.txt:1:4: D102 binary",
        "raw/empty.txt:1:1: D103 empty page",
        "raw/empty_source.txt:4:8: P205 no source",
        "raw/footer_order.txt:4:1: P206 footer order",
        "raw/no_body.txt:3:1: P204 no body",
    ]
    assert lines[-1] == "Next: toolkit rejects dist --to rejected"


def test_of_rejected_pages_only_what_they_are_rejected_for_is_told(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "raw" / "bad.txt").write_text("عنوان\nتاريخ النشر: 40/1/2024\nنص\nالمصدر: جهة\n", encoding="utf-8")
    printed = run("build", "raw", "--out", "dist", cwd=tmp_path).stdout
    listed = printed.split("\n\n")[1]
    assert listed.splitlines() == [
        "raw/bad.txt:2:14: P203 unreadable date; found '40/1/2024'; expected a day such as 20th, September 2023 GMT",
    ]
    assert "P222" not in printed


def test_rejects_gives_the_pages_back(bad_folder, tmp_path):
    run("build", bad_folder, "--out", tmp_path / "dist")
    done = run("rejects", tmp_path / "dist", "--to", tmp_path / "mend")
    assert done.returncode == 0
    for name, (raw, code, *_) in BAD_PAGES.items():
        assert (tmp_path / "mend" / name).read_bytes() == raw
        assert code in (tmp_path / "mend" / f"{name}.diagnostics.json").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes names in UTF-8 only")
def test_rejects_are_written_to_a_folder_whose_name_is_no_utf8(bad_folder, tmp_path):
    run("build", bad_folder, "--out", tmp_path / "dist")
    folder = tmp_path / os.fsdecode(b"to-\xd9")
    assert run("rejects", tmp_path / "dist", "--to", folder).returncode == 0
    assert {path.name for path in folder.glob("*.txt")} == set(BAD_PAGES)


def test_mended_rejects_build_and_their_diagnostics_are_not_read(bad_folder, tmp_path):
    run("build", bad_folder, "--out", tmp_path / "dist")
    run("rejects", tmp_path / "dist", "--to", tmp_path / "mend")
    for path in (tmp_path / "mend").glob("*.txt"):
        path.write_text(page(headline=path.stem), encoding="utf-8")
    done = run("build", tmp_path / "mend", "--out", tmp_path / "again", "--format", "json")
    assert json.loads(done.stdout)["pages"] == json.loads(done.stdout)["rows"] == len(BAD_PAGES)


def test_rejects_tells_which_pages_are_files_of_another_name(tmp_path):
    write_pages(tmp_path / "raw", 1)
    records = [json.dumps({"text": page(headline=str(number), date="")}) for number in range(7)]
    (tmp_path / "raw" / "a.jsonl").write_text("\n".join(records))
    run("build", tmp_path / "raw", "--out", tmp_path / "dist")
    assert run("rejects", "dist", "--to", "mend", cwd=tmp_path).stdout.splitlines() == [
        "7 rejected pages are in mend",
        "  a.jsonl!1 as a.jsonl/1.txt",
        "  a.jsonl!2 as a.jsonl/2.txt",
        "  a.jsonl!3 as a.jsonl/3.txt",
        "  a.jsonl!4 as a.jsonl/4.txt",
        "  a.jsonl!5 as a.jsonl/5.txt",
        "  … and 2 more under another name: see NAME.diagnostics.json",
    ]


@pytest.mark.parametrize("to", ["", "dist/mend"])
def test_rejects_refuses_the_current_folder_and_one_in_a_dataset(bad_folder, tmp_path, to):
    run("build", bad_folder, "--out", tmp_path / "dist")
    done = run("rejects", "dist", "--to", to, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: --to {to or '.'}: ")
    assert run("validate", "dist", cwd=tmp_path).returncode == 0


def test_rejects_refuses_a_folder_with_something_in_it(bad_folder, tmp_path):
    run("build", bad_folder, "--out", tmp_path / "dist")
    assert run("rejects", tmp_path / "dist", "--to", bad_folder).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["build", "nowhere", "--out", "dist"], 2, "nowhere"),
        (["build", RAW], 2, "--out"),
        (["build", RAW, "--out", "dist", "--shard-size", "big"], 2, "size"),
        (["build", RAW, "--out", "dist", "--max-rejected", "some"], 2, "some"),
        (["build", RAW, "--out", "dist", "--max-rejected", "101%"], 2, "more than all pages"),
        (["build", RAW, "--out", "dist", "--encoding", "klingon"], 2, "klingon"),
        (["build", RAW, "--out", "dist", "--version", "one"], 2, "one"),
        (["build", RAW, "--out", "dist", "--schema", "missing.yaml"], 2, "missing.yaml"),
        (["build", RAW, "--out", "/proc/nowhere/dist"], 4, "/proc/nowhere"),
        (["build", RAW, "--out", "s3://key:secret@bucket/dist"], 2, "--out s3://bucket/dist: a URL"),
        (["report", DIST, "--output", "https://example.org/report.html"], 2, "https://example.org/report.html: a URL"),
        (["validate", DIST, "--output", "s3://bucket/found.json"], 2, "s3://bucket/found.json: a URL"),
        (["explain", "nowhere.txt"], 3, "nowhere.txt"),
        (["sing"], 2, "sing"),
    ],
)
def test_errors_end_with_their_exit_code_and_a_message_without_a_traceback(tmp_path, arguments, code, message):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_explain_shows_a_page_line_by_line():
    done = run("explain", sorted(RAW.iterdir())[0])
    lines = done.stdout.splitlines()
    assert lines[0].split()[:2] == ["1", "headline"]
    assert lines[1].split()[:2] == ["2", "date"]
    assert lines[4].split()[:2] == ["5", "teasers"]
    assert lines[12] == "13 tags      كلمات دلالية: [قره باغ]"
    assert done.returncode == 0


def test_explain_as_json_has_every_line():
    done = run("explain", sorted(RAW.iterdir())[1], "--format", "json")
    explained = json.loads(done.stdout)
    assert explained["accepted"] is True
    assert [line["line"] for line in explained["lines"]] == list(range(1, 21))
    assert explained["lines"][8] == {
        "line": 9, "block": "source",
        "parts": [{"mark": "label", "text": "المصدر:"}, {"mark": "source", "text": "البوابة نيوز"}],
    }  # fmt: skip


def test_explain_tells_what_a_code_means():
    done = run("explain", "p203")
    assert done.returncode == 0
    assert "unreadable date" in done.stdout


def test_schema_prints_each_form():
    assert "date: date32[day]" in run("schema").stdout
    assert json.loads(run("schema", "--format", "json-schema").stdout)["properties"]["headline"]["type"] == "string"
    assert "tags" in json.loads(run("schema", "--format", "features").stdout)
    assert "| `headline` |" in run("schema", "--format", "markdown").stdout


def test_defaults_stand_in_the_current_folder_and_the_command_line_wins(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "raw" / "bad.txt").write_bytes(b"\0")
    (tmp_path / "pyproject.toml").write_text('[tool.toolkit.build]\nmax-rejected = "5"\nout = "made"\n')
    assert run("build", "raw", cwd=tmp_path).returncode == 0
    assert (tmp_path / "made" / "manifest.json").exists()
    assert run("build", "raw", "--max-rejected", "0", cwd=tmp_path).returncode == 1
    (tmp_path / "toolkit.toml").write_text("[build]\nmax-rejected = 0\n")
    assert run("build", "raw", cwd=tmp_path).returncode == 1


def test_an_unknown_default_is_a_usage_error(tmp_path):
    (tmp_path / "toolkit.toml").write_text("[build]\nmax-rejcted = 3\n")
    done = run("build", RAW, "--out", "dist", cwd=tmp_path)
    assert done.returncode == 2
    assert "max-rejcted" in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pyproject.toml", "[tool\n", "error: pyproject.toml:1:6: Expected ']'"),
        ("pyproject.toml", "[tool.toolkit.build]\nout =", "error: pyproject.toml:2: Invalid value"),
        ("pyproject.toml", "a = 1\n\xff", "error: pyproject.toml:2: byte 0xff is not UTF-8"),
        ("pyproject.toml", "[tool]\ntoolkit = 5", "error: pyproject.toml: tool.toolkit is 5; expected a table"),
        ("toolkit.toml", "build = 1", "error: toolkit.toml: build is 1; expected a table [build] of options"),
        ("toolkit.toml", "[bild]", "error: toolkit.toml: [bild] is of an unknown verb"),
        ("toolkit.toml", "[build]\nbad = 3", "error: toolkit.toml: [build] has an unknown option 'bad'"),
        ("toolkit.toml", '[build]\nlayout = ["a"]', "error: toolkit.toml: layout of [build] is ['a']; expected text"),
    ],
)
def test_defaults_that_cannot_be_read_are_told_with_their_place(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, "latin-1")
    done = run("build", RAW, "--out", "dist", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(message)


HUB_DEFAULTS = """\
[publish]
endpoint = "https://hub.example"
private = true
create-pr = true

[rollback]
endpoint = "https://hub.example"
"""


def test_defaults_for_the_hub_do_not_apply_to_a_folder_but_typed_options_are_refused(tmp_path):
    write_pages(tmp_path / "raw", 1)
    run("build", "raw", "--out", "made", "--version", "1.0.0", cwd=tmp_path)
    (tmp_path / "toolkit.toml").write_text(HUB_DEFAULTS)
    assert run("publish", "made", "shelf", cwd=tmp_path).returncode == 0
    assert run("rollback", "shelf", "v1.0.0", cwd=tmp_path).returncode == 0
    typed = run("publish", "made", "shelf", "--endpoint", "https://hub.example", cwd=tmp_path)
    assert typed.returncode == 2
    assert typed.stderr == "error: --endpoint: shelf cannot have it\n  It is for hf:// and s3:// only.\n"


def test_defaults_for_the_hub_apply_there(tmp_path):
    write_pages(tmp_path / "raw", 1)
    run("build", "raw", "--out", "made", "--version", "1.0.0", cwd=tmp_path)
    (tmp_path / "toolkit.toml").write_text('[publish]\nendpoint = "nowhere"\n')
    refused = run("publish", "made", "hf://datasets/org/news", "--dry-run", cwd=tmp_path)
    assert refused.stderr.startswith("error: --endpoint nowhere: not an address")


def test_the_home_folder_is_meant_where_no_shell_said_so(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "toolkit.toml").write_text('[validate]\noutput = "~/findings.txt"\n')
    (tmp_path / "home").mkdir()
    there = {"cwd": tmp_path, "HOME": str(tmp_path / "home")}
    assert run("build", "~/../raw", "--out=~/made", **there).returncode == 0
    assert run("validate", "~/made", **there).returncode == 0
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == [".made.lock", "findings.txt", "made"]
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["build", "--help"], []], ids=" ".join)
def test_help_and_version_do_not_look_at_defaults(tmp_path, arguments):
    (tmp_path / "pyproject.toml").write_text("[tool\n")
    done = run(*arguments, cwd=tmp_path)
    assert "pyproject" not in done.stderr
    assert "toolkit" in done.stdout + done.stderr


def test_a_default_of_an_option_with_many_values_may_be_one_value(tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"\0")
    (tmp_path / "toolkit.toml").write_text('[validate]\nselect = "P2"\n')
    assert run("validate", "bad.txt", cwd=tmp_path).returncode == 0
    (tmp_path / "toolkit.toml").write_text('[validate]\nselect = ["P2", "D1"]\n')
    assert run("validate", "bad.txt", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["schema", "--format", "xml"], "Error: Invalid value for '--format': 'xml' is not one of 'arrow', "),
        (
            ["build", RAW, "--out", "o", "--shard-size", "0"],
            "Error: Invalid value for '--shard-size': '0' is not a size",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_option_in_our_words(tmp_path, arguments, message):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize("option", ["--layout", "--schema", "--tags", "--card", "--exclude"])
def test_a_file_that_is_not_there_is_told_with_its_option(tmp_path, option):
    done = run("build", RAW, "--out", "dist", option, "nofile", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (f"error: nofile: No such file or directory\n  Name a file that can be read with {option}.\n")


def test_a_file_of_tags_that_is_none_is_told_by_its_name(tmp_path):
    (tmp_path / "tags").write_text("{")
    done = run("build", RAW, "--out", "dist", "--tags", "tags", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: tags: the tags file is not JSON")


def test_a_damaged_card_is_told_by_its_name_and_nothing_is_built(tmp_path):
    (tmp_path / "c2.md").write_text("a\n<!-- toolkit:begin counts -->\n")
    done = run("build", RAW, "--out", "dist", "--card", "c2.md", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: c2.md:2: section counts does not end")
    assert [path.name for path in tmp_path.iterdir()] == ["c2.md"]


def test_one_rejected_page_is_told_in_the_singular(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "raw" / "bad.txt").write_bytes(b"\0")
    run("build", "raw", "--out", "dist", cwd=tmp_path)
    assert run("rejects", "dist", "--to", "mend", cwd=tmp_path).stdout == "1 rejected page is in mend\n"


def test_a_report_with_the_text_of_rejected_pages_is_told_to_be_private(bad_folder, tmp_path):
    run("build", "raw", "--out", "dist", cwd=tmp_path)
    private, public = (run("report", "dist", *more, cwd=tmp_path).stdout for more in (["--with-rejects"], []))
    assert private.splitlines()[1:] == ["It holds the text of rejected pages: do not pass it on where they may not go."]
    assert public.splitlines()[1:] == []


def test_codes_may_be_separated_by_commas(tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"\0")
    codes = [
        run("validate", "bad.txt", option, "P2,D1", cwd=tmp_path).returncode for option in ("--select", "--ignore")
    ]
    assert codes == [1, 0]


def test_of_many_files_of_a_publication_the_first_are_listed(capsys):
    made = Publication(
        destination="hf://datasets/me/news", revision="refs/pr/1", tag=None, uploaded=(), unchanged=(), deleted=(),
        dry_run=False, plan=Plan(add=tuple(f"data/{number:02}" for number in range(22)), delete=("b",)),
    )  # fmt: skip
    print_publication(made, "text")
    assert capsys.readouterr().out.splitlines() == [
        "add 22",
        *(f"  data/{number:02}" for number in range(20)),
        "  … 2 more",
        "delete 1",
        "  b",
        "Published hf://datasets/me/news pull request (refs/pr/1)",
    ]


@pytest.mark.parametrize("arguments", [["diff", "releases", "dist"], ["report", "releases"]])
def test_a_folder_of_releases_is_no_dataset_and_the_message_names_the_last_one(tmp_path, arguments):
    for version in ("1.9.0", "1.10.0"):
        run("build", RAW, "--out", f"releases/v{version}", "--version", version, cwd=tmp_path)
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "name one of them: releases/v1.10.0" in done.stderr


VERBS = ("build", "explain", "rejects", "validate", "report", "diff", "publish", "rollback", "schema")


def test_help_lists_the_verbs_in_the_order_of_use_each_on_one_line():
    listed = run("--help", COLUMNS="80").stdout.split("Verbs:\n")[1].splitlines()
    assert [line.split()[0] for line in listed] == list(VERBS)


def test_an_error_of_usage_shows_how_the_verb_is_used():
    done = run("build", "raw")
    assert done.stderr.splitlines()[0] == "Usage: toolkit build INPUT... --out DIR [OPTIONS]"
    assert done.stderr.splitlines()[-1] == "Error: Missing option '--out'."


FAULTS_OF_USAGE = {
    "unknown option": ("validate", "raw", "--format", "github", "--nope"),
    "no argument": ("validate", "--format=github"),
    "no value of an option": ("build", "raw", "--workers", "many", "--out", "dist", "--format", "github"),
    "no size": ("build", "raw", "--out", "dist", "--format", "github", "--shard-size", "huge"),
    "no engine": ("build", "raw", "--out", "dist", "--format", "github", "--engine", "steam"),
}


@pytest.mark.parametrize("command", FAULTS_OF_USAGE.values(), ids=FAULTS_OF_USAGE)
def test_an_error_of_usage_is_an_annotation_too_where_github_is_asked_for(command):
    done = run(*command)
    told = done.stderr.splitlines()[-1].removeprefix("Error: ")
    assert (done.returncode, done.stdout) == (2, f"::error title=toolkit {command[0]}::{told}\n")


FORMATS_OF_FILES = {
    "of a file": ((), "::error title=toolkit validate::Missing argument 'PATH...'.\n"),
    "typed": (("--format", "text"), ""),
    "typed last": (("--format=github", "--format", "text"), ""),
}


@pytest.mark.parametrize(("typed", "told"), FORMATS_OF_FILES.values(), ids=FORMATS_OF_FILES)
def test_an_error_of_usage_is_an_annotation_where_a_file_asks_for_github_and_nobody_for_another(tmp_path, typed, told):
    (tmp_path / "toolkit.toml").write_text('[validate]\nformat = "github"\n')
    done = run("validate", *typed, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, told)


CODES_OF_WORDS = [("P20", ["P201", "P202", "P203", "P204", "P205", "P206", "P207"]), ("", [])]


@pytest.mark.parametrize(("word", "codes"), CODES_OF_WORDS)
def test_codes_are_completed_and_files_left_to_the_shell(word, codes):
    asked = {"_TOOLKIT_COMPLETE": "complete_bash", "COMP_WORDS": f"toolkit explain {word}", "COMP_CWORD": "2"}
    assert run(**asked).stdout.split() == codes


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_fits_80_columns_and_cuts_no_name_short(verb):
    done = run(verb, "--help", COLUMNS="80")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: toolkit {verb} ")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\u2026" not in done.stdout.replace("sha256:\u2026", "").replace("s3://\u2026", "").replace("AWS_\u2026", "")
    assert f"\n  toolkit {verb}" in done.stdout.split("Examples:")[1]


def test_version_is_that_of_the_package():
    from importlib.metadata import version

    assert run("--version").stdout == f"toolkit {version('article-toolkit')}\n"


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['toolkit', '--help']\nfrom toolkit.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'pyarrow', 'pandas', 'pandera', 'numpy', 'datasets', 'babel'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_an_interrupt_while_the_command_still_imports_ends_it_without_a_word():
    code = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(name, *_):\n"
        "        if name == 'toolkit.cli.console': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting)\n"
        "from toolkit.__main__ import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")


def test_a_build_imports_no_datasets(tmp_path):
    code = (
        "import sys, toolkit\n"
        f"toolkit.build([{str(RAW)!r}], {str(tmp_path / 'dist')!r})\n"
        "print(sorted({'datasets', 'huggingface_hub', 'mlcroissant', 'ray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_spares_its_own_process_what_no_verb_needs(tmp_path):
    code = (
        "import atexit, gc, os, sys\nfrom toolkit.__main__ import main\n"
        "atexit.register(lambda: print(sys.modules['hypothesis'], 'OPENBLAS_NUM_THREADS' in os.environ))\n"
        f"sys.argv = ['toolkit', 'build', {str(RAW)!r}, '--out', {str(tmp_path / 'dist')!r}, '--workers', '1']\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "None True"


def test_a_build_by_the_api_leaves_the_process_of_its_caller_as_it_was(tmp_path):
    code = (
        "import gc, os, sys, toolkit\n"
        "before, names = (gc.get_threshold(), gc.get_freeze_count()), set(os.environ)\n"
        f"toolkit.build([{str(RAW)!r}], {str(tmp_path / 'dist')!r}, workers=1)\n"
        "print(before == (gc.get_threshold(), gc.get_freeze_count()), None in sys.modules.values())\n"
        "print({'OPENBLAS_NUM_THREADS', 'ARROW_DEFAULT_MEMORY_POOL'} & set(os.environ) - names)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\nset()\n"


def test_a_pipe_that_closes_early_is_no_traceback():
    command = f"{sys.executable} -m toolkit schema --format json-schema | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def printed_on_a_terminal(terminal: str, *arguments: object) -> str:
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": terminal, "NO_COLOR": ""}
    with subprocess.Popen(
        [toolkit_command(), *map(str, arguments)], stdout=theirs, stderr=theirs, env=environment
    ) as command:
        os.close(theirs)
        printed = bytearray()
        with suppress(OSError):  # what Linux gives at the end
            while part := os.read(ours, 65536):
                printed += part
        command.wait(120)
    os.close(ours)
    return printed.decode()


@pytest.mark.parametrize(("terminal", "in_colour"), [("xterm", True), ("dumb", False)])
@pytest.mark.parametrize("verb", ["explain", "validate"])
def test_findings_are_coloured_where_the_terminal_can(bad_folder, verb, terminal, in_colour):
    printed = printed_on_a_terminal(terminal, verb, bad_folder / "no_date_line.txt")
    assert "P202" in printed
    assert ("\x1b[1;31mP202" in printed, "\x1b" in printed) == (in_colour, in_colour)


def test_hostile_names_and_text_do_not_reach_the_terminal_raw(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a\x1b[31mred\n::error::x.txt").write_text(
        page(date="تاريخ النشر: \u202e\x1b[2Jnever"), encoding="utf-8"
    )
    done = run("build", tmp_path / "raw", "--out", tmp_path / "dist")
    for stream in (done.stdout, done.stderr):
        assert "\x1b" not in stream
        assert "\u202e" not in stream
        assert not any(line.startswith("::") for line in stream.splitlines())


def test_what_cannot_be_read_is_listed_where_the_build_goes_on_without_it(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "raw" / "cut.tar.gz").write_bytes(b"\x1f\x8b\x08\x00")
    (tmp_path / "raw" / "link.txt").symlink_to("nowhere.txt")
    done = run("build", "raw", "--out", "dist", "--skip-unreadable", cwd=tmp_path)
    told = json.loads(
        run("build", "raw", "--out", "dist", "--skip-unreadable", "--format", "json", cwd=tmp_path).stdout
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Inputs that were left out\n")
    assert "raw/cut.tar.gz: S404 cut short" in done.stdout
    assert "raw/link.txt: S403" in done.stdout
    assert sorted(found["code"] for found in told["diagnostics"]) == ["S403", "S404"]
    assert told["rows"] == 1


def test_a_code_that_there_is_not_is_told_from_a_missing_file(tmp_path):
    done = run("explain", "P999", cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: P999: no code, and no file")


def test_a_build_tells_how_far_it_is_with_pages_and_rejects_so_far(bad_folder, tmp_path):
    import toolkit

    seen: list[toolkit.Advance] = []
    toolkit.build([bad_folder], tmp_path / "dist", workers=1, progress=seen.append)
    assert seen[:2] == [
        toolkit.Advance(step="reading pages", done=0, total=1),
        toolkit.Advance(step="reading pages", done=1, total=1, pages=12, rejected=10),
    ]
    assert seen[-1] == toolkit.Advance(step="writing shards", done=1, total=1)


@pytest.mark.parametrize(
    ("pages", "elapsed_s", "told"),
    [(None, 2.0, ""), (12_000, None, "12,000 pages, 3 rejected"), (12_000, 2.0, "12,000 pages (6,000/s), 3 rejected")],
)
def test_progress_is_told_in_pages_pages_a_second_and_rejects(pages, elapsed_s, told):
    from toolkit import Advance
    from toolkit.cli.console import tell_counts

    advance = Advance(step="reading pages", done=1, total=2, pages=pages, rejected=None if pages is None else 3)
    assert tell_counts(advance, elapsed_s) == told


def test_a_folder_for_temporary_files_whose_path_is_too_long_is_told_with_the_mend(tmp_path):
    """From Python 3.14 on, sockets go to /tmp then, and there is nothing to tell."""
    write_pages(tmp_path / "raw", 9)
    temporary = tmp_path / ("long" * 25)
    temporary.mkdir()
    done = run(
        "build", "raw", "--out", "dist", "--workers", 2, "--shard-size", 500, cwd=tmp_path, TMPDIR=str(temporary)
    )
    told = [
        "error: worker processes cannot be started: AF_UNIX path too long",
        "  They need a current folder, and one with a short path in TMPDIR, such as /tmp, for their sockets.",
    ]
    takes_another = hasattr(multiprocessing.util, "_get_base_temp_dir")
    assert (done.returncode, done.stderr.splitlines()[-2:]) == ((0, []) if takes_another else (7, told))
