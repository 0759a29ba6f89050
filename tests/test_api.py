"""The public API: typed, importable, callable again and again, and in step with the command line."""

import dataclasses
import importlib.util
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest
from commands import toolkit_run
from snippets import VERBS

import toolkit
from toolkit.cli.options import parse_size
from toolkit.errors import UsageError

ROOT = Path(__file__).parents[1]
RAW = ROOT / "raw"
PROGRAM = ROOT / "tests" / "typed_api.py"

needs_mypy = pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")

FUNCTIONS = {
    "build": "build",
    "diff": "diff",
    "explain": "explain",
    "publish": "publish",
    "rejects": "restore_rejects",
    "report": "report",
    "rollback": "rollback",
    "validate": "validate",
}
"""Functions of the API by the verb that calls them."""

OF_THE_COMMAND_LINE = {"format", "output", "max-rejected", "help"}
"""Options that are about printing, files of results and exit codes."""


def type_check(program):
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(program)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)


def run(*arguments):
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)


def test_the_package_says_that_it_is_typed():
    assert (Path(toolkit.__file__).parent / "py.typed").is_file()


@needs_mypy
def test_a_typed_program_is_accepted():
    done = type_check(PROGRAM)
    assert (done.stdout, done.returncode) == ("", 0)


@needs_mypy
def test_wrong_programs_are_refused_and_each_line_is_told(tmp_path):
    wrong = tmp_path / "wrong_program.py"
    wrong.write_text(
        "import toolkit\n"
        "toolkit.build(['raw'], 'dist', workers='two')\n"
        "toolkit.build(['raw'], 'dist', '1.0.0')\n"
        "toolkit.build(['raw'], 'dist').rows + 'many'\n"
        "toolkit.explain('raw/a.txt').accepted.lines\n"
        "toolkit.load_contract(1)\n"
    )
    done = type_check(wrong)
    assert done.returncode == 1
    assert [line.split(":")[1] for line in done.stdout.splitlines() if ": error: " in line] == list("23456")
    assert [line.rpartition("[")[2][:-1] for line in done.stdout.splitlines() if ": error: " in line] == [
        "arg-type", "call-arg", "operator", "attr-defined", "arg-type"
    ]  # fmt: skip


@needs_mypy
def test_a_misspelt_verb_is_refused(tmp_path):
    wrong = tmp_path / "misspelt.py"
    wrong.write_text("import toolkit\ntoolkit.bulid(['raw'], 'dist')\n")
    assert "attr-defined" in type_check(wrong).stdout


def test_the_typed_program_runs_and_builds_twice_in_one_process(tmp_path):
    done = run(PROGRAM, RAW, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "P231 Build more pages at once" in done.stdout
    assert f"2: {tmp_path / 'dist'}: no rejected pages there" in done.stdout
    assert done.stdout.splitlines()[-1].endswith(
        "['id', 'headline', 'date', 'body', 'source', 'tags', 'related', 'page'] none"
    )


@pytest.mark.parametrize("name", toolkit.__all__)
def test_every_public_name_can_be_imported_and_is_documented(name):
    assert inspect.getdoc(getattr(toolkit, name))
    assert f"`{name}" in (ROOT / "docs" / "api.md").read_text("utf-8")


def test_a_name_that_is_not_public_is_no_attribute():
    with pytest.raises(AttributeError, match="module 'toolkit' has no attribute 'bulid'"):
        toolkit.bulid  # noqa: B018 - the access is what is tried


def test_the_errors_are_there_before_one_is_raised():
    assert run("-c", "import toolkit; print(toolkit.errors.UsageError.exit_code)").stdout == "2\n"


def test_completion_offers_what_is_public():
    done = run("-c", "import toolkit; print([name for name in dir(toolkit) if not name.startswith('_')])")
    assert done.stdout == f"{sorted([*toolkit.__all__, 'errors'])}\n"


def test_importing_the_package_imports_nothing_heavy():
    heavy = "{'pandas', 'pandera', 'pyarrow', 'datasets', 'ray', 'huggingface_hub'}"
    done = run("-c", f"import sys, toolkit; print(sorted({heavy} & sys.modules.keys()))")
    assert done.stdout == "[]\n"


def test_build_gives_back_what_the_command_line_prints_as_json(tmp_path):
    printed = json.loads(toolkit_run("build", RAW, "--out", tmp_path / "a", "--format", "json").stdout)
    result = toolkit.build(RAW, tmp_path / "b")
    numbers = ("pages", "rows", "rejected", "duplicates", "foreign", "excluded", "digest")
    assert {name: printed[name] for name in numbers} == {name: getattr(result, name) for name in numbers}
    assert printed["files"] == [
        {"path": file.path, "rows": file.rows, "bytes": file.bytes, "sha256": file.sha256} for file in result.files
    ]
    assert (printed["warnings"], printed["diagnostics"]) == (dict(result.warnings), list(result.diagnostics))


def test_what_a_notebook_shows_of_a_result_is_short(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("خبر\n", "utf-8")
    (tmp_path / "raw" / "b.txt").write_bytes(min(RAW.iterdir()).read_bytes())
    built = dataclasses.replace(toolkit.build(tmp_path / "raw", tmp_path / "dist"), seconds=0.5, out="dist", digest="…")
    assert repr(built) == (
        "BuildResult(pages=2, rows=1, rejected=1, duplicates=0, foreign=0, excluded=0, warnings={'P231': 1}, "
        "codes={'P202': 1, 'P205': 1}, seconds=0.5, out='dist', digest='…', kept=None, unreadable=0, "
        "unmatched=(), urls=0, others={})"
    )
    assert repr(toolkit.validate(tmp_path / "raw" / "a.txt", ignore="P22")) == (
        "ValidationResult(ok=False, errors=2, warnings=0, integrity=True, "
        f"codes={{'P202': 1, 'P205': 1}}, subject='{tmp_path}/raw/a.txt, 1 page')"
    )
    assert repr(toolkit.diff(tmp_path / "dist", tmp_path / "dist")) == (
        "Diff(schema=SchemaChanges(added=(), removed=(), changed=(), breaking=(), moved=()), "
        "rows=RowChanges(added=0, removed=0, changed=0, tags_only=0, moved=0, fields=()), bump='none', taken_down=())"
    )
    assert len(repr(toolkit.load_contract())) < 4_000


def test_explain_gives_back_what_the_command_line_prints_as_json():
    page = min(RAW.iterdir())
    printed = json.loads(toolkit_run("explain", page, "--format", "json").stdout)
    explained = toolkit.explain(page)
    assert printed["accepted"] is explained.accepted is True
    assert [line["block"] for line in printed["lines"]] == [line.block for line in explained.lines]
    assert printed["tags"] == list(explained.tags)
    assert [found["code"] for found in printed["diagnostics"]] == [found.code for found in explained.diagnostics]


@pytest.mark.parametrize("verb", sorted(VERBS.keys() & FUNCTIONS.keys()))
def test_a_function_has_the_options_of_its_verb_under_the_same_names(verb):
    function = inspect.signature(getattr(toolkit, FUNCTIONS[verb]))
    wanted = {option.name.removeprefix("--") for option in VERBS[verb].options} - OF_THE_COMMAND_LINE
    named = {
        name.replace("_", "-")
        for name, parameter in function.parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and name != "progress"
    }
    positional = {"out", "to"}  # values without which there is nothing to do
    assert named == wanted - positional


@pytest.mark.parametrize(
    ("option", "default"),
    [
        ("version", "0.0.0"),
        ("text-field", "text"),
        ("url-field", "url"),
        ("shard-size", 256 * 1024 * 1024),
        ("skip-foreign", False),
        ("skip-unreadable", False),
        ("fresh", False),
    ],
)
def test_defaults_of_a_build_are_those_of_the_command_line(option, default):
    given = next(each.given for each in VERBS["build"].options if each.name == f"--{option}")
    assert (parse_size(given) if option == "shard-size" else given) == default
    assert inspect.signature(toolkit.build).parameters[option.replace("-", "_")].default == default


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda to: toolkit.build([], to), "no path is given"),
        (lambda to: toolkit.build("raw\0", to), "'raw\\x00' is not a path"),
        (lambda to: toolkit.build([RAW, 3], to), "3 is not a path"),
        (lambda to: toolkit.restore_rejects(RAW, to), f"{RAW}: no manifest.json in it"),
        (lambda _: toolkit.diff("nowhere", "dist"), "nowhere: nothing is there"),
        (lambda to: toolkit.build(RAW, to, shard_size=0), "--shard-size 0: not a whole number of 1 or more"),
        (lambda to: toolkit.build(RAW, to, shard_size="64MB"), "--shard-size '64MB': not a whole number of 1 or more"),
        (lambda to: toolkit.build(RAW, to, workers=0), "--workers 0: not a whole number of 1 or more"),
        (lambda to: toolkit.build(RAW, to, engine="xml"), "there is no engine 'xml'"),
        (lambda _: toolkit.validate([]), "no path is given"),
        (lambda _: toolkit.validate(RAW, workers=-1), "--workers -1: not a whole number of 1 or more"),
        (lambda _: toolkit.validate(RAW, max_diagnostics=-1), "--max-diagnostics -1: not a whole number of 0 or more"),
        (lambda _: toolkit.validate(RAW, select="X"), "no code begins with 'X'"),
        (lambda to: toolkit.report(ROOT / "dist", to, language="xx"), "--language xx: there is none"),
        (lambda _: toolkit.diff("hf://datasets/a/b", "dist", endpoint="::"), "--endpoint ::: not an address"),
        (lambda to: toolkit.rollback(to, "v1.0.0", endpoint="nohost"), "--endpoint nohost: not an address"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_a_usage_error_and_nothing_is_written(tmp_path, call, message):
    with pytest.raises(UsageError) as refusal:
        call(tmp_path / "made")
    assert refusal.value.message == message
    assert not list(tmp_path.iterdir())


def test_one_code_may_be_selected_as_a_text(tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"\0")
    assert toolkit.validate(tmp_path, select="D1").codes == {"D102": 1}


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(toolkit.BuildResult)])
def test_every_fact_of_a_build_is_documented(name):
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert f"`{name}`" in text.partition("`BuildResult`\n")[2].partition("`BuiltFile`")[0]


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (lambda dataset: toolkit.validate(dataset, key="nofile"), "--key"),
        (lambda dataset: toolkit.publish(dataset, "nowhere", sign="nofile", dry_run=True), "--sign"),
    ],
    ids=["key", "sign"],
)
def test_a_key_that_is_not_there_is_told_with_its_option(tmp_path, call, option):
    toolkit.build(RAW, tmp_path / "made", version="1.0.0")
    with pytest.raises(UsageError) as refusal:
        call(tmp_path / "made")
    assert (refusal.value.message, refusal.value.mend) == (
        "nofile: No such file or directory",
        f"Name a file that can be read with {option}.",
    )
