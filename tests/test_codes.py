"""The table of codes, docs/codes.md, and what `explain` says of a code."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from toolkit.codes import CODES
from toolkit.formats import codes_markdown, explain_code
from toolkit.formats.codes import FAMILIES

REFERENCE = Path(__file__).parents[1] / "docs" / "codes.md"
CONTRIBUTING = REFERENCE.parents[1] / "CONTRIBUTING.md"

every_code = pytest.mark.parametrize("code", CODES.values(), ids=CODES.keys())


def test_the_reference_is_in_step_with_the_table():
    assert REFERENCE.read_text("utf-8") == codes_markdown(), "write it anew: python -m docs.reference"


def test_the_command_that_contributing_names_writes_the_reference(tmp_path):
    (module,) = re.findall(r"`python -m (\S+)` writes docs/codes.md", CONTRIBUTING.read_text("utf-8"))
    shutil.copytree(REFERENCE.parent, tmp_path / "docs")
    (tmp_path / "docs" / "codes.md").write_text("", "utf-8")
    subprocess.run([sys.executable, "-m", module], cwd=tmp_path, check=True)
    assert (tmp_path / "docs" / "codes.md").read_text("utf-8") == codes_markdown()


@every_code
def test_a_code_is_a_letter_of_a_family_and_three_digits(code):
    assert re.fullmatch("[DPCSIR][1-6][0-9][0-9]", code.code)
    assert code.code[0] in FAMILIES


@every_code
def test_every_text_of_a_code_is_whole_sentences_on_one_line(code):
    for text in (code.cause, code.example, code.mend):
        assert re.fullmatch(r"\S.*[.!]", text)
    assert re.fullmatch(r"\S.*[^.\s]", code.title)
    assert len(code.title) <= 60


@every_code
def test_every_code_has_a_heading_its_level_and_its_three_texts(code):
    entry = codes_markdown().split(f"\n### {code.code}\n")[1].split("\n#")[0]
    assert entry == (
        f"\n**{code.title}** ({code.level})\n\nCause: {code.cause}\n\nExample: {code.example}\n\nFix: {code.mend}\n"
    )


def test_headings_are_the_families_and_the_codes_of_each():
    headings = re.findall(r"^(#+) (.*)$", codes_markdown(), flags=re.MULTILINE)
    assert headings[:4] == [("#", "Codes"), ("##", "Bytes and text"), ("###", "D101"), ("###", "D102")]
    assert [title for level, title in headings if level == "###"] == [
        code for letter in "DPCSIR" for code in CODES if code.startswith(letter)
    ]


def test_every_link_of_the_reference_leads_to_a_heading_or_a_file():
    text = codes_markdown()
    anchors = {title.lower() for title in re.findall(r"^### (.*)$", text, flags=re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]*)\)", text):
        assert target[1:] in anchors if target.startswith("#") else (REFERENCE.parent / target).is_file()


def test_the_texts_of_the_table_hold_no_html():
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(codes_markdown())
    inline = [child.type for token in tokens for child in token.children or []]
    assert "html_inline" not in inline
    assert [token.type for token in tokens].count("html_block") == 1


def test_explain_gives_level_cause_example_and_mend_in_80_columns():
    assert explain_code(CODES["P207"]) == (
        "P207 rendering differs (error)\n"
        "\n"
        "Cause:   The row does not render back to the page: text would be lost or moved.\n"
        "         Either several headline lines open with a label once they are joined by\n"
        "         a space, or this is a defect of the toolkit or of the layout.\n"
        "Example: Two headline lines, `المصدر` and `: الراي`: joined, they are a source\n"
        "         line.\n"
        "Fix:     Where headline lines, joined, open with a label, write the headline as\n"
        "         one line that does not. Else please report it with the page, which is\n"
        "         kept among the rejects.\n"
    )


@pytest.mark.parametrize("code", ["D105", "P222", "P223", "P226"])
def test_the_mend_of_a_harmless_warning_says_what_to_do_where_a_contract_makes_it_an_error(code):
    assert re.fullmatch(
        r"As a warning it needs nothing.*\. Where the contract makes it an error, \w.*", CODES[code].mend
    )


def test_no_mend_has_the_labels_of_one_layout():
    assert not [code.code for code in CODES.values() if re.search("[\u0621-\u064a]", code.mend)]


@every_code
def test_no_explanation_is_wider_than_80_columns(code):
    assert max(map(len, explain_code(code).splitlines())) <= 80
