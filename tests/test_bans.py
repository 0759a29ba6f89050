"""What no code may do: run what files hold, extract archives, put text into HTML as it is, take an error for a no."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "toolkit").rglob("*.jinja"))
SOURCES = sorted(path for folder in ("toolkit", "bench", "docs") for path in (ROOT / folder).rglob("*.py"))
RUFF = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
UNESCAPED_FILTERS = {"safe", "forceescape", "xmlattr"}


def unescaped(source):
    """What of a template is not escaped: filters, and blocks without autoescape."""
    tree = Environment().parse(source)
    filters = [found.name for found in tree.find_all(nodes.Filter) if found.name in UNESCAPED_FILTERS]
    return filters + ["autoescape" for _ in tree.find_all(nodes.EvalContextModifier)]


def guessed(source):
    """Methods of `pathlib.Path` that a module calls and to which, on some versions, an error of the system is a no.

    Entries that `os.scandir` gives have methods of these names, too.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_question = (
                node.func.attr in {"exists", "is_dir", "is_file", "is_symlink"} and not node.args + node.keywords
            )
            is_of_entry = isinstance(node.func.value, ast.Name) and node.func.value.id == "entry"
            if (is_question and not is_of_entry) or node.func.attr in {"glob", "rglob"}:
                yield node.func.attr


def banned(source):
    """Words of a module that ruff cannot ban: `extractall` of any object, `trust_remote_code` of any call."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "extractall":
            yield "extractall"
        if isinstance(node, ast.keyword) and node.arg == "trust_remote_code":
            yield "trust_remote_code"


def test_templates_escape_everything():
    assert TEMPLATES
    assert {path.name: unescaped(path.read_text("utf-8")) for path in TEMPLATES} == {
        path.name: [] for path in TEMPLATES
    }


@pytest.mark.parametrize(
    "template", ["{{ a|safe }}", "{{ a | upper | safe }}", "{% autoescape false %}{% endautoescape %}"]
)
def test_the_check_of_templates_sees(template):
    assert len(unescaped(template)) == 1


def test_no_module_extracts_archives_or_runs_code_of_a_dataset():
    assert [(path.name, word) for path in SOURCES for word in banned(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("line", ["archive.extractall(folder)", "load_dataset(name, trust_remote_code=True)"])
def test_the_check_of_modules_sees(line):
    assert len(list(banned(line))) == 1


def test_no_module_takes_an_error_for_a_no():
    """`toolkit.storage.presence` says what stands at a path, or raises."""
    modules = [path for path in SOURCES if path.is_relative_to(ROOT / "toolkit")]
    assert [(path.name, word) for path in modules for word in guessed(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("line", ["path.exists()", "self.root.is_dir()", "(root / 'a').is_file()", "root.rglob('*')"])
def test_the_check_of_questions_sees(line):
    assert len(list(guessed(line))) == 1


@pytest.mark.skipif(RUFF is None, reason="ruff is not installed: it is in the group `lint`")
@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("import pickle\npickle.loads(data)\n", "S301"),
        ("import pickle\npickle.load(file)\n", "TID251"),
        ("import marshal\n", "TID251"),
        ("import shelve\n", "TID251"),
        ("import numpy as np\nnp.load(path)\n", "TID251"),
        ("import yaml\nyaml.load(text)\n", "S506"),
        ("import yaml\nyaml.load(text, Loader=yaml.SafeLoader)\n", "TID251"),
        ("import tarfile\ntarfile.open(path).extractall()\n", "S202"),
        ("import shutil\nshutil.unpack_archive(path)\n", "TID251"),
        ("from jinja2 import Environment\nEnvironment()\n", "S701"),
        ("from markupsafe import Markup\nMarkup(text)\n", "S704"),
        ("eval(text)\n", "S307"),
        ("import subprocess\nsubprocess.run(text, shell=True)\n", "S602"),
    ],
)
def test_lint_refuses(lines, code):
    done = subprocess.run(
        [RUFF, "check", "--no-cache", "--output-format", "concise", "--stdin-filename", "toolkit/pages/new.py", "-"],
        input=lines, capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert f" {code} " in done.stdout
