"""The documentation is true: commands run, output is as shown, links lead somewhere, references are in step."""

import ast
import importlib.util
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from commands import toolkit_run
from markdown_it import MarkdownIt
from snippets import ROOT, VERBS, blocks, prepare, run_blocks

from docs import pictures, reference
from toolkit import errors

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "bench" / "README.md"]

FOLDERS = sorted(head.parent for head in (ROOT / "toolkit").glob("*/**/__init__.py"))

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
every_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.relative_to(ROOT).as_posix())


@every_page
def test_what_a_page_says_is_so(page, tmp_path):
    untried = run_blocks(blocks(page), prepare(tmp_path))
    if untried:
        pytest.skip("all but: " + "; ".join(untried))


def links(text):
    for token in MarkdownIt().enable("table").parse(text.read_text("utf-8")):
        for part in token.children or ():
            target = part.attrGet("href") or part.attrGet("src")
            if target and not re.match(r"[a-z]+:", str(target)):
                yield str(target)


def anchors(text):
    """What GitHub calls the headings of a page."""
    tokens = MarkdownIt().parse(text.read_text("utf-8"))
    titles = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_text
def test_every_relative_link_leads_to_a_file_and_a_heading(text):
    for target in links(text):
        path, _, anchor = target.partition("#")
        file = (text.parent / path).resolve() if path else text
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def commands(text):
    """Verb and options of every `toolkit VERB …` in the fenced blocks and inline code of a text."""
    tokens = MarkdownIt().enable("table").parse(text.read_text("utf-8"))
    fences = [token.content for token in tokens if token.type in ("fence", "code_block")]
    codes = [part.content for token in tokens for part in token.children or () if part.type == "code_inline"]
    for code in [*fences, *codes]:
        for verb, rest in re.findall(
            r"(?:^|[/\s])toolkit ([a-z]+)\b([^\n|&;#)]*)", code.replace("\\\n", " "), re.MULTILINE
        ):
            yield verb, re.findall(r"(?<!\S)--[a-z][a-z-]*", rest)


@every_text
def test_every_option_that_a_text_gives_to_a_verb_is_one_of_that_verb(text):
    known = {verb: {option.name for option in found.options} | {"--help"} for verb, found in VERBS.items()}
    unknown = [(verb, option) for verb, options in commands(text) if verb in known for option in options]
    assert [(verb, option) for verb, option in unknown if option not in known[verb]] == []


def test_the_reference_of_the_command_line_is_in_step_with_its_verbs():
    assert reference.PAGE.read_text("utf-8") == reference.page(), "write it anew: python -m docs.reference"


@pytest.mark.parametrize("verb", VERBS)
def test_the_reference_has_what_the_help_of_a_verb_says(verb):
    shown = toolkit_run(verb, "--help", env=WIDE).stdout
    section = reference.page().split(f"\n## {verb}\n")[1].split("\n## ")[0]
    told = re.findall(r"^\| `(--[a-z-]+)", section, re.MULTILINE)
    assert [*told, "--help"] == re.findall(r"^  (?:-h, )?(--[a-z-]+)", shown, re.MULTILINE)


WIDE = {"COLUMNS": "400", "NO_COLOR": "1", "PATH": "", "TERM": "dumb"}


def test_every_exit_code_of_an_error_is_in_the_table_of_exit_codes():
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", reference.EXIT_CODES, re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ToolkitError)]
    assert told == {kind.exit_code for kind in kinds} | {0, 1}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_a_folder_says_at_its_head_what_each_of_its_modules_is_for(folder):
    head = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert sorted(name for name in files | folders if f"`{name}`" not in head) == []


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_what_a_run_gives(name):
    drawn = pictures.PICTURES[name]()
    assert (DOCS / "images" / name).read_text("utf-8") == drawn, "draw it anew: python -m docs.pictures"


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_shown_in_the_documentation(name):
    assert any(f"images/{name}" in target for text in TEXTS for target in links(text))


def titled(page, name):
    return next(block.text for block in blocks(DOCS / page) if block.options.get("title") == name)


def test_the_workflow_in_the_documentation_uses_inputs_that_the_action_has():
    steps = yaml.safe_load(titled("ci.md", ".github/workflows/pages.yml"))["jobs"]["validate"]["steps"]
    ours = [step for step in steps if step["uses"].startswith("OWNER/toolkit@")]
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert [set(step["with"]) - set(action["inputs"]) for step in ours] == [set()]


def test_the_pre_commit_configuration_in_the_documentation_uses_hooks_that_there_are():
    config = yaml.safe_load(titled("ci.md", ".pre-commit-config.yaml"))
    there_are = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for repo in config["repos"] for hook in repo["hooks"]] == [hook["id"] for hook in there_are]


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("sphinx", "myst_parser", "furo")),
    reason="the extra `docs` is not installed",
)
def test_the_site_is_built_without_a_warning(tmp_path):
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "--fail-on-warning",
        "--keep-going",
        "-q",
        str(DOCS),
        str(tmp_path / "site"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
    assert {f"{page.stem}.html" for page in PAGES} <= {path.name for path in Path(tmp_path / "site").iterdir()}
