"""`pytest --article-dataset DIR`, run as its users run it: in a process of its own, on a project of its own."""

from importlib.metadata import entry_points
from xml.etree import ElementTree

import pandera.pandas  # noqa: F401 - before pytester notes what it has to unload: pandas bears no second import
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import toolkit.pytest_plugin.collection
import toolkit.pytest_plugin.opened  # noqa: F401 - both before pytester notes what it has to unload
from toolkit.dataset.manifest import Counts, Inputs, ListedFile, Manifest, Source, manifest_to_json

pytest_plugins = ["pytester"]

INSPECTOR = """
import sys
import types
from toolkit.diagnostics import Location, diagnose
from toolkit.errors import InputError, IntegrityError


class Check:
    def __init__(self, name, shard, found=(), fault=None):
        self.name, self.shard, self.found, self.fault = name, shard, found, fault

    def run(self):
        if self.fault:
            raise self.fault
        return self.found


def checks(path, schema=None):
    if "broken" in path.name:
        raise IntegrityError("manifest.json: the document\\x1b has no key 'format'", mend="Build the dataset again.")
    shard = "data/train-00000-of-00002.parquet"
    place = Location(file=f"{path.name}/{shard}")
    blank = diagnose("C302", "blank", place, row=17, path="related[2].headline", found="")
    no_tags = diagnose("P222", "no tags", place, row=3)
    bad = "bad" in path.name
    return (
        Check("digest", None, fault=InputError("data: cannot be read") if bad else None),
        Check("rows", shard, found=(blank,) * 30 if bad else (no_tags,)),
        Check("rows", "data/train-00001-of-00002.parquet"),
    )


sys.modules["toolkit.inspector"] = types.ModuleType("toolkit.inspector")
sys.modules["toolkit.inspector"].checks = checks
"""


def write_dataset(folder):
    """A folder with a manifest and two shards of two columns; enough for what does not look at its contents."""
    (folder / "data").mkdir(parents=True)
    shards = {
        "data/train-00000-of-00002.parquet": pa.table({"id": ["a", "b"], "source": ["الراي", None]}),
        "data/train-00001-of-00002.parquet": pa.table({"id": ["c"], "source": ["البوابة نيوز"]}),
    }
    for path, table in shards.items():
        pq.write_table(table, folder / path)
    listed = [ListedFile(path=path, rows=table.num_rows, bytes=1, sha256="0" * 64) for path, table in shards.items()]
    rejects = ListedFile(path="rejects/rejects-00000.parquet", rows=1, bytes=1, sha256="0" * 64, published=False)
    manifest = Manifest(
        version="1.2.0",
        toolkit="0.1.0",
        pyarrow="21.0.0",
        contract=Source(version="1.0.0", sha256="0" * 64),
        inputs=Inputs(count=4, bytes=4, sha256="0" * 64),
        counts=Counts(pages=4, rows=3, rejected=1, duplicates=0, foreign=0, excluded=0),
        digest=f"sha256:{'0' * 64}",
        files=(*listed, rejects),
    )
    (folder / "manifest.json").write_text(manifest_to_json(manifest))


@pytest.fixture
def project(pytester):
    """A project with a dataset `dist`, a bad one `bad`, and an inspector that stands in for the real one."""
    pytester.makeconftest(INSPECTOR)
    write_dataset(pytester.path / "dist")
    write_dataset(pytester.path / "bad")
    return pytester


def run(project, *arguments):
    return project.runpytest_inprocess("-p", "no:hypothesispytest", *arguments)


def run_alone(project, *arguments):
    """The same in a process of its own, with no other plugin that imports things."""
    others = ["hypothesispytest", "typeguard", "anyio"]
    return project.runpytest_subprocess(*(f"-pno:{name}" for name in others), *arguments)


def ids(result):
    return [line for line in result.outlines if "::" in line and " " not in line]


# Without the option


def test_the_plugin_is_found_by_its_entry_point():
    assert [entry.value for entry in entry_points(group="pytest11", name="toolkit")] == ["toolkit.pytest_plugin"]


def test_without_the_option_a_foreign_project_imports_no_more_than_the_hooks(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_imports():
            loaded = sorted(name for name in sys.modules if name.split(".")[0] == "toolkit")
            assert loaded == ["toolkit", "toolkit.errors", "toolkit.pytest_plugin", "toolkit.pytest_plugin.hooks"]
            assert not {"pyarrow", "pandas", "pandera", "numpy", "rich", "typer"} & set(sys.modules)
        """
    )
    run_alone(pytester).assert_outcomes(passed=1)


def test_without_the_option_a_test_that_wants_a_dataset_is_skipped(project):
    project.makepyfile("def test_rows(article_dataset): assert False")
    result = run(project, "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*no --article-dataset is given"])


# What is collected


def test_one_test_is_collected_for_each_check_and_shard(project):
    assert ids(run(project, "--article-dataset", "dist", "--collect-only", "-q")) == [
        "dist/manifest.json::digest",
        "dist/manifest.json::rows[data/train-00000-of-00002.parquet]",
        "dist/manifest.json::rows[data/train-00001-of-00002.parquet]",
    ]


@pytest.mark.parametrize("arguments", [[], ["."], ["test_own.py"], ["dist"]], ids=["none", "folder", "file", "dataset"])
def test_a_dataset_is_checked_once_whatever_else_is_collected(project, arguments):
    project.makepyfile(test_own="def test_own(): pass")
    found = ids(run(project, *arguments, "--article-dataset", "dist", "--collect-only", "-q"))
    assert [name for name in found if "dist" in name] == [
        "dist/manifest.json::digest",
        "dist/manifest.json::rows[data/train-00000-of-00002.parquet]",
        "dist/manifest.json::rows[data/train-00001-of-00002.parquet]",
    ]


def test_a_dataset_is_checked_once_where_its_folder_would_be_searched_anyway(project):
    (project.path / "dist").rename(project.path / "release")
    assert len(ids(run(project, ".", "--article-dataset", "release", "--collect-only", "-q"))) == 3


def test_several_datasets_are_checked(project):
    run(project, "--article-dataset", "dist", "--article-dataset", "bad").assert_outcomes(passed=4, failed=2)


def test_one_check_can_be_named(project):
    result = run(project, "--article-dataset", "dist", "dist/manifest.json::digest")
    result.assert_outcomes(passed=1)


def test_a_dataset_outside_the_project_can_be_checked_and_named(project):
    inside = project.mkdir("inside")
    (project.path / "conftest.py").rename(inside / "conftest.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(inside)
        named = ["--rootdir", ".", "--article-dataset", "../dist"]
        assert ids(run(project, *named, "--collect-only", "-q"))[0] == "../dist/manifest.json::digest"
        run(project, *named, ".", "../dist/manifest.json::digest").assert_outcomes(passed=1)


def test_checks_can_be_selected_by_keyword(project):
    result = run(project, "--article-dataset", "dist", "-k", "digest")
    result.assert_outcomes(passed=1, deselected=2)


def test_failed_checks_can_be_run_again(project):
    run(project, "--article-dataset", "bad").assert_outcomes(passed=1, failed=2)
    result = run(project, "--article-dataset", "bad", "--last-failed")
    result.assert_outcomes(failed=2)


def test_checks_run_on_several_workers(project):
    result = run_alone(project, "-n", "2", "--article-dataset", "dist")
    result.assert_outcomes(passed=3)


def test_a_dataset_without_its_manifest_is_still_checked(project):
    (project.path / "dist" / "manifest.json").rename(project.path / "dist" / "SHA256SUMS")
    assert ids(run(project, "--article-dataset", "dist", "--collect-only", "-q"))[0] == "dist/SHA256SUMS::digest"


def test_a_folder_that_is_no_dataset_is_a_usage_error(project):
    result = run(project, "--article-dataset", "nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --article-dataset: */nowhere is not a dataset: it has none of manifest.json, *"]
    )


def test_a_url_is_a_usage_error_that_tells_how_to_check_it(project):
    result = run(project, "--article-dataset", "hf://datasets/ORG/NAME@v1.0.0")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--article-dataset hf://datasets/ORG/NAME@v1.0.0: a URL; fetch it first, or use `toolkit validate`"]
    )


def test_a_dataset_that_cannot_be_inspected_is_one_message(project):
    (project.path / "dist").rename(project.path / "broken")
    result = run(project, "--article-dataset", "broken")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting broken/manifest.json*",
            "manifest.json: the document\\u001b has no key 'format'",
            "  Build the dataset again.",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "raise " not in result.stdout.str()


# What is reported


def test_a_failing_check_shows_its_findings_and_no_traceback(project):
    result = run(project, "--article-dataset", "bad", "-k", "train-00000")
    lines = result.outlines
    start = next(number for number, line in enumerate(lines) if line.startswith("___") and "rows[" in line)
    assert lines[start + 1 : start + 4] == [
        "bad/data/train-00000-of-00002.parquet: C302 blank",
        "  at row 17, related[2].headline",
        "  found: ''",
    ]
    assert lines[start + 61 : start + 66] == [
        "",
        "How to fix",
        "  C302 blank",
        "    Give the text, or null where the field is not required.",
        "",
    ]
    assert lines[start + 66] == "30 errors, 20 of 30 shown"
    assert "collection.py" not in result.stdout.str()


def test_every_finding_is_shown_at_the_highest_verbosity(project):
    result = run(project, "--article-dataset", "bad", "-k", "train-00000", "-vv")
    assert result.stdout.str().count("at row 17, related[2].headline") >= 30
    result.stdout.fnmatch_lines(["30 errors"])


def test_a_check_that_cannot_read_its_dataset_is_one_message(project):
    result = run(project, "--article-dataset", "bad", "-k", "digest")
    result.assert_outcomes(failed=1, deselected=2)
    result.stdout.fnmatch_lines(["data: cannot be read"])
    assert "conftest.py" not in result.stdout.str()


def test_warnings_do_not_fail_a_check_and_are_shown_on_demand(project):
    result = run(project, "--article-dataset", "dist", "-rP")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["dist/data/train-00000-of-00002.parquet: P222 (warning) no tags"])


def test_the_junit_report_has_a_case_and_the_totals_of_each_check(project):
    run(project, "--article-dataset", "bad", "--junitxml=report.xml")
    cases = ElementTree.parse(project.path / "report.xml").findall(".//testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("bad.manifest.json", "digest"),
        ("bad.manifest.json", "rows[data/train-00000-of-00002.parquet]"),
        ("bad.manifest.json", "rows[data/train-00001-of-00002.parquet]"),
    ]
    totals = {found.get("name"): found.get("value") for found in cases[1].iter("property")}
    assert totals == {"errors": "30", "warnings": "0"}
    assert cases[1].find("failure").text.startswith("bad/data/train-00000-of-00002.parquet: C302 blank\n")


# The fixture


def test_the_fixture_gives_path_manifest_rows_and_table(project):
    project.makepyfile(
        """
        def test_rows(article_dataset):
            assert article_dataset.path.name == "dist"
            assert article_dataset.manifest.version == "1.2.0"
            assert article_dataset.rows.count_rows() == article_dataset.manifest.counts.rows == 3
            assert article_dataset.table.column("source").to_pylist() == ["الراي", None, "البوابة نيوز"]
            assert article_dataset.table is article_dataset.table
        """
    )
    run(project, "--article-dataset", "dist", "-k", "test_rows").assert_outcomes(passed=1, deselected=3)


def test_the_fixture_reads_nothing_before_it_is_asked(project):
    project.makepyfile(
        """
        def test_rows(article_dataset):
            (article_dataset.path / "manifest.json").unlink()
        """
    )
    run(project, "--article-dataset", "dist", "-k", "test_rows").assert_outcomes(passed=1, deselected=3)


def test_a_test_with_the_fixture_runs_once_for_each_dataset(project):
    project.makepyfile("def test_rows(article_dataset): assert article_dataset.manifest.counts.rows == 3")
    named = ["--article-dataset", "dist", "--article-dataset", "bad"]
    assert ids(run(project, *named, "--collect-only", "-q", "-k", "test_rows")) == [
        "test_a_test_with_the_fixture_runs_once_for_each_dataset.py::test_rows[dist]",
        "test_a_test_with_the_fixture_runs_once_for_each_dataset.py::test_rows[bad]",
    ]


def test_a_dataset_without_manifest_fails_where_the_manifest_is_asked_for(project):
    project.makepyfile("def test_rows(article_dataset): article_dataset.manifest")
    (project.path / "dist" / "manifest.json").rename(project.path / "dist" / "SHA256SUMS")
    result = run(project, "--article-dataset", "dist", "-k", "test_rows")
    result.assert_outcomes(failed=1, deselected=3)
    result.stdout.fnmatch_lines(["*IntegrityError: */dist/manifest.json: *"])
