"""Hostile texts that once reached a terminal, a log or a disk as more than text: each stays mended."""

import io
import json
import re
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from made_pages import page, write_pages

import toolkit
from bench.sinks.calls import call
from toolkit.errors import IntegrityError

UNREADABLE = "تاريخ النشر: أمس"


def archive_of(path, members):
    with tarfile.open(path, "w") as archive:
        for name, text in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def build(tmp_path, bad):
    toolkit.build([bad, write_pages(tmp_path / "good", 1)], tmp_path / "dist", workers=1)
    return tmp_path / "dist"


# What is said


def test_explain_breaks_up_commands_of_the_runner_in_page_text(tmp_path):
    (tmp_path / "page.txt").write_text(page(body="##[add-mask]secret"), "utf-8")
    assert "##[" not in call("explain", tmp_path / "page.txt").stdout
    assert "#\\u0023[add-mask]secret" in call("explain", tmp_path / "page.txt").stdout


def test_errors_break_up_commands_of_the_runner_in_names_and_show_emoji_codes_as_text(tmp_path):
    said = call("explain", tmp_path / "##[error] :boom: .txt")
    assert said.code == 3
    assert "#\\u0023[error] :boom: .txt" in said.stderr


def test_a_line_of_a_message_that_begins_with_a_command_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "::error::x.yaml").write_text("a: 1\nb: 2\n", "utf-8")
    said = call("schema", "--schema", "::error::x.yaml")
    assert said.code == 2
    assert not any(line.lstrip().startswith("::") for line in said.stderr.splitlines())


def test_diff_shows_outlets_that_are_called_like_commands(tmp_path):
    for name, source in (("old", "الراي"), ("new", "::error::x")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(page(source=f"المصدر: {source}"), "utf-8")
        toolkit.build([tmp_path / name], tmp_path / f"{name}-dist", workers=1)
    lines = call("diff", tmp_path / "old-dist", tmp_path / "new-dist").stdout.splitlines()
    assert "  \\u003a:error::x       0      1" in lines


def test_a_dry_run_shows_the_notes_of_a_card_without_what_a_terminal_obeys(tmp_path):
    notes = "## Changelog\n\n### 1.0.0\n\nx\n::error::\x1b[31mowned\u202e\n"
    card = f"<!-- toolkit:begin changelog -->\n{notes}\n<!-- toolkit:end changelog -->\n"
    (tmp_path / "card.md").write_text(card, "utf-8")
    write_pages(tmp_path / "raw", 1)
    toolkit.build([tmp_path / "raw"], tmp_path / "dist", version="1.0.0", card=tmp_path / "card.md", workers=1)
    said = call("publish", tmp_path / "dist", tmp_path / "releases", "--dry-run")
    assert "\n\\u003a:error::\\u001b[31mowned\\u202e\n" in said.stdout


# What is written


def test_rejects_gives_back_members_whose_names_have_a_mark_of_archives_before_dots(tmp_path):
    archive = archive_of(tmp_path / "pages.tar", {"x.tar!../../outside.txt": page(date=UNREADABLE)})
    made = toolkit.restore_rejects(build(tmp_path, archive), tmp_path / "mend")
    found = sorted(path.relative_to(tmp_path / "mend").as_posix() for path in (tmp_path / "mend").rglob("*.txt"))
    assert (made.pages, found) == (1, ["pages.tar/x.tar/\\x2e\\x2e/\\x2e\\x2e/outside.txt"])


def test_rejects_cuts_names_that_no_file_system_takes(tmp_path):
    name = "خبر" * 300 + ".txt"
    archive = archive_of(tmp_path / "pages.tar", {name: page(date=UNREADABLE)})
    toolkit.restore_rejects(build(tmp_path, archive), tmp_path / "mend")
    [path] = (tmp_path / "mend").rglob("*.txt")
    assert path.name.startswith("خبرخبر")
    assert path.read_text("utf-8") == page(date=UNREADABLE)


def test_rejects_gives_back_pages_whose_paths_are_in_each_others_way(tmp_path):
    members = {"a.txt": page(date=UNREADABLE), "a.txt/b.txt": page(date=f"{UNREADABLE} 2")}
    made = toolkit.restore_rejects(build(tmp_path, archive_of(tmp_path / "pages.tar", members)), tmp_path / "mend")
    texts = sorted(path.read_text("utf-8") for path in (tmp_path / "mend").rglob("*.txt") if path.is_file())
    assert made.pages == 2
    assert texts == sorted(members.values())


def test_what_was_found_in_a_reject_is_told_without_directions(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a\u202etxt.exe.txt").write_text(page(date=UNREADABLE), "utf-8")
    toolkit.restore_rejects(build(tmp_path, tmp_path / "raw"), tmp_path / "mend")
    [path] = (tmp_path / "mend").rglob("*.diagnostics.json")
    assert "\u202e" not in path.read_text("utf-8")
    assert json.loads(path.read_text("utf-8"))[0]["file"] == "raw/a\u202etxt.exe.txt"


@pytest.mark.parametrize(
    "table", [pa.table({"raw": [b"x"]}), pa.table({"file": [1], "raw": [b"x"], "diagnostics": [[]]})]
)
def test_rejects_of_other_columns_are_damaged(tmp_path, table):
    (tmp_path / "dist" / "rejects").mkdir(parents=True)
    pq.write_table(table, tmp_path / "dist" / "rejects" / "rejects-00000.parquet")
    with pytest.raises(IntegrityError, match="its columns are not those of rejects"):
        toolkit.restore_rejects(tmp_path / "dist", tmp_path / "mend")


# What a contract says

CONTRACT = Path(toolkit.__file__).parent / "schemas" / "article.odcs.yaml"
CITATION = re.compile(r"(?<=property: citation\n    )value: \|-\n(      .*\n)+")


def contract_with(tmp_path, old, new):
    text = CONTRACT.read_text("utf-8")
    assert old in text
    (tmp_path / "contract.yaml").write_text(text.replace(old, new, 1), "utf-8")
    return tmp_path / "contract.yaml"


def card_of(tmp_path, contract):
    toolkit.build([write_pages(tmp_path / "raw", 1)], tmp_path / "dist", schema=contract, workers=1)
    assert toolkit.validate([tmp_path / "dist"], workers=1).ok
    return (tmp_path / "dist" / "README.md").read_text("utf-8")


def test_a_citation_is_code_without_what_a_terminal_obeys(tmp_path):
    citation = CITATION.sub('value: "@misc\\\\e[31m\\\\u202e\\\\x9b\\\\n  x"\\n', CONTRACT.read_text("utf-8"))
    (tmp_path / "contract.yaml").write_text(citation, "utf-8")
    assert "```bibtex\n@misc [31m\n  x\n```" in card_of(tmp_path, tmp_path / "contract.yaml")


def test_a_citation_with_a_marker_of_a_section_is_none(tmp_path):
    citation = CITATION.sub("value: <!-- toolkit:begin counts -->\\n", CONTRACT.read_text("utf-8"))
    (tmp_path / "contract.yaml").write_text(citation, "utf-8")
    assert "```bibtex\n<! -- toolkit:begin counts -->\n```" in card_of(tmp_path, tmp_path / "contract.yaml")


def test_directions_in_a_title_are_escapes_in_the_yaml_of_the_card(tmp_path):
    card = card_of(tmp_path, contract_with(tmp_path, "name: Arabic news articles", 'name: "a\\u2069b\\U000e0041"'))
    assert 'pretty_name: "a\\u2069b\\U000E0041"\n' in card
    assert yaml.safe_load(card.split("---\n")[1])["pretty_name"] == "a\u2069b\U000e0041"


def test_descriptions_of_fields_are_text_in_the_card(tmp_path):
    contract = contract_with(
        tmp_path,
        "description: Headline of the article, on one line.",
        'description: "\\e[1mx\\u202e | `y` www.z.org <b>"',
    )
    assert "| [1mx &#124; `y` www&#46;z.org &lt;b&gt; |".replace("[", "&#91;").replace("&lt;", "&#60;").replace(
        "&gt;", "&#62;"
    ) in card_of(tmp_path, contract)


@pytest.mark.parametrize("form", ["json-schema", "croissant"])
def test_schemas_as_json_show_what_cannot_be_seen(tmp_path, form):
    contract = contract_with(tmp_path, "name: Arabic news articles", 'name: "a\\u202e\\x9b31m"')
    said = call("schema", "--schema", contract, "--format", form)
    assert "a\\u202e\\u009b31m" in said.stdout
    assert "\u202e" not in said.stdout


@pytest.mark.parametrize("arguments", [["##[error]x"], ["--##[error]x"], ["schema", "--format", "##[error]x"]])
def test_faults_in_arguments_break_up_commands_of_the_runner(arguments):
    said = call(*arguments)
    assert said.code == 2
    assert "#\\u0023[error]x" in said.stderr
    assert "##[" not in said.stderr


# What is named

LONG = "x" * 5_000


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["validate", LONG], 3),
        (["build", LONG, "--out", "made"], 3),
        (["build", "raw", "--out", LONG], 4),
        (["rejects", LONG, "--to", "made"], 3),
        (["publish", LONG, "made", "--dry-run"], 3),
        (["explain", LONG], 3),
        (["report", LONG], 3),
        (["report", "loop"], 2),
        (["report", "dist", "--output", "loop"], 4),
        (["validate", "raw", "--output", "loop"], 4),
    ],
    ids=lambda given: " ".join(part[:10] for part in given) if isinstance(given, list) else str(given),
)
def test_names_that_no_system_takes_and_links_to_themselves_are_errors_of_ours(tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    write_pages(tmp_path / "raw", 1)
    toolkit.build(["raw"], "dist", workers=1)
    (tmp_path / "loop").symlink_to("loop")
    said = call(*arguments)
    assert said.code == code
    assert "Traceback" not in said.stderr
    assert (tmp_path / "loop").is_symlink()
