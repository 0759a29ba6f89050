"""`toolkit.validate` on raw pages and on tables of other tools, and the command line of all."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import toolkit_run
from made_pages import BAD_PAGES, HEADLINE, TAGS, page, write_pages

import toolkit
from toolkit.errors import InputError, UsageError
from toolkit.settings import load_contract
from toolkit.sources import no_page_found

RAW = Path(__file__).parent.parent / "raw"
CONTRACT = Path(__file__).parent.parent / "schemas" / "article.odcs.yaml"


def listed(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


# Raw pages


@pytest.mark.parametrize(("raw", "code", "line", "column"), BAD_PAGES.values(), ids=BAD_PAGES.keys())
def test_a_bad_page_is_found_at_its_line_and_column(tmp_path, raw, code, line, column):
    path = write_pages(tmp_path / "raw", 2) / "bad.txt"
    path.write_bytes(raw)

    result = toolkit.validate(tmp_path / "raw", select=[code])

    assert [(each.file, each.line, each.column, each.row) for each in result.diagnostics] == [
        (str(path), line, column, None)
    ]
    assert (result.ok, result.integrity) == (False, True)


def test_good_pages_are_valid_and_nothing_is_written(tmp_path):
    folder = write_pages(tmp_path / "raw", 20)
    before = listed(tmp_path)

    result = toolkit.validate([folder])

    assert (result.ok, result.diagnostics, result.subject) == (True, (), f"{folder}, 20 pages")
    assert listed(tmp_path) == before


def test_of_many_inputs_the_first_are_named(tmp_path, monkeypatch):
    pages = [path.name for path in sorted(write_pages(tmp_path, 7).iterdir())]
    monkeypatch.chdir(tmp_path)

    assert toolkit.validate(pages[:5]).subject == "0000.txt, 0001.txt, 0002.txt, 0003.txt, 0004.txt, 5 pages"
    assert toolkit.validate(pages).subject == ("0000.txt, 0001.txt, 0002.txt, 0003.txt, 0004.txt and 2 more, 7 pages")


@pytest.fixture(scope="session")
def mixed(tmp_path_factory) -> Path:
    """Good pages, bad ones, repeats of both, pages with warnings, pages that break a rule, and one of another site."""
    folder = write_pages(tmp_path_factory.mktemp("mixed") / "raw", 40)
    for name, (raw, _, _, _) in BAD_PAGES.items():
        (folder / name).write_bytes(raw)
    (folder / "zz_again.txt").write_bytes((folder / "0000.txt").read_bytes())
    (folder / "zz_bad_again.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    (folder / "long.txt").write_text(page(headline="خبر " * 100), encoding="utf-8")
    (folder / "bare.txt").write_text(page(headline=HEADLINE + " ثالث", tags="", related=""), encoding="utf-8")
    (folder / "hidden.txt").write_text(page(headline=HEADLINE + "\u200f رابع"), encoding="utf-8")
    (folder / "future.txt").write_text(page(date="تاريخ النشر: 20th, September 2203 GMT"), encoding="utf-8")
    (folder / "foreign.txt").write_text("نص من موقع آخر\nبلا علامات", encoding="utf-8")
    for number in range(20):
        tags = f"{TAGS} {['روسيا', 'قره باغ', 'أرمينيا'][number % 3]} {['مصر', 'قره باغ'][number % 2]}"
        (folder / f"tagged{number}.txt").write_text(page(headline=f"خبر موسوم {number}", tags=tags), encoding="utf-8")
    return folder


def rejects_of(out: Path) -> list[tuple]:
    paths = sorted((out / "rejects").glob("*.parquet"))
    found = [each for path in paths for row in pq.read_table(path).to_pylist() for each in row["diagnostics"]]
    return [(each["code"], each["level"], each["file"], each["line"], each["column"], each["path"]) for each in found]


def test_raw_pages_get_every_diagnostic_that_a_build_gives(mixed, tmp_path):
    contract = tmp_path / "stricter.odcs.yaml"
    text = CONTRACT.read_text("utf-8")
    contract.write_text(text.replace("severity: warning", "severity: error", 1), encoding="utf-8")
    built = toolkit.build([mixed], tmp_path / "dist", schema=contract)

    found = toolkit.validate([mixed], schema=contract, max_diagnostics=10_000).diagnostics

    rejected = {entry[2] for entry in rejects_of(tmp_path / "dist")}
    of_rejects = [
        (each.code, each.level, os.path.relpath(each.file, mixed), each.line, each.column, each.path)
        for each in found
        if os.path.relpath(each.file, mixed) in rejected
    ]
    assert of_rejects == rejects_of(tmp_path / "dist")
    assert "C304" in {entry[0] for entry in of_rejects}
    rows = {(each.code, each.file) for each in found if os.path.relpath(each.file, mixed) not in rejected}
    assert Counter(code for code, _ in rows) == built.warnings
    assert set(built.warnings) >= {"D105", "P222", "P223", "C307"}


def test_the_number_of_workers_changes_nothing(mixed):
    alone, together = (toolkit.validate([mixed], workers=workers) for workers in (1, 2))

    assert alone == together


def test_a_warning_of_a_rule_has_its_place_in_the_page(mixed):
    found = toolkit.validate([mixed], select=["C307"]).diagnostics

    assert [(each.level, each.line, each.column, each.path) for each in found] == [("warning", 2, 14, "date")]


def test_pages_of_another_site_may_be_passed_over(mixed):
    files = {Path(each.file).name for each in toolkit.validate([mixed], skip_foreign=True).diagnostics}

    assert "foreign.txt" not in files
    assert "no_body.txt" in files


def test_excluded_pages_are_not_looked_at(mixed, tmp_path):
    listed = tmp_path / "exclude.txt"
    listed.write_text("no_body.txt\n")

    files = {Path(each.file).name for each in toolkit.validate([mixed], exclude=listed).diagnostics}

    assert "no_body.txt" not in files
    assert "zz_bad_again.txt" in files


def test_tags_of_an_earlier_build_make_the_tags_of_one_page_certain(tmp_path):
    one = tmp_path / "one"
    one.mkdir()
    (one / "003.txt").write_bytes((RAW / "003_f456b89ae5f4ebca.txt").read_bytes())
    toolkit.build([RAW], tmp_path / "dist")

    assert toolkit.validate([one]).codes == {"P231": 1}
    assert toolkit.validate([one], tags=tmp_path / "dist" / "tags.json").codes == {}


def test_an_input_that_holds_nothing_readable_is_a_finding(tmp_path):
    (tmp_path / "page.txt.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    report = toolkit.validate([tmp_path / "page.txt.zst"])
    assert [(found.code, found.file) for found in report.diagnostics] == [("S404", str(tmp_path / "page.txt.zst"))]


def test_unreadable_inputs_are_findings_and_the_rest_is_checked(tmp_path):
    folder = write_pages(tmp_path / "raw", 3)
    (folder / "link.txt").symlink_to(folder / "0000.txt")
    (folder / "short.tar").write_bytes(b"\0" * 100)

    result = toolkit.validate([folder])
    lenient = toolkit.validate([folder], skip_unreadable=True)

    assert (result.ok, {each.code[0] for each in result.diagnostics}) == (False, {"S"})
    assert {Path(each.file).name for each in result.diagnostics} == {"link.txt", "short.tar"}
    assert (lenient.ok, lenient.warnings) == (True, result.errors)


def test_pages_of_one_name_may_be_named_one_by_one(tmp_path):
    first, second = (
        write_pages(tmp_path / name, 1, start=number) / f"{number:04}.txt" for number, name in enumerate("ab")
    )
    second = second.rename(tmp_path / "b" / first.name)

    assert toolkit.validate([first, second]).ok


def test_files_that_are_left_out_by_their_endings_are_counted_in_the_subject(tmp_path):
    first, second = (write_pages(tmp_path / name, 1) for name in "ab")
    for path in (first / "x.html", second / "x.html", second / "y.md", second / ".z.md"):
        path.write_text("")
    result = toolkit.validate([first, second])
    assert result.subject == f"{first}, {second}, 2 pages, files left out by their endings: 2 .html, 1 .md"


def test_a_folder_without_pages_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="no page found"):
        toolkit.validate([tmp_path])


def test_a_dataset_beside_pages_is_neither_a_page_nor_a_table_of_another_tool(tmp_path, monkeypatch):
    monkeypatch.chdir(write_pages(tmp_path / "raw", 3))
    toolkit.build(".", "dist")
    result = toolkit.validate(".")
    assert (result.ok, result.subject) == (True, "., 3 pages")


def test_a_folder_of_nothing_but_datasets_names_one_of_them(tmp_path):
    toolkit.build(write_pages(tmp_path / "raw", 1), tmp_path / "releases" / "v1")
    with pytest.raises(UsageError, match="no page found, but a dataset") as refused:
        toolkit.validate(tmp_path / "releases")
    assert refused.value.mend.endswith(f"name it itself: {tmp_path / 'releases' / 'v1'}")


def test_a_folder_of_releases_names_the_newest(tmp_path):
    pages = write_pages(tmp_path / "raw", 1)
    for version in ("1.1.0", "1.9.0", "1.10.0"):
        toolkit.build(pages, tmp_path / "releases" / f"v{version}", version=version, workers=1)
    with pytest.raises(UsageError, match="no page found, but a dataset") as refused:
        toolkit.validate(tmp_path / "releases")
    assert refused.value.mend.endswith(f"name it itself: {tmp_path / 'releases' / 'v1.10.0'}")


def test_an_empty_path_is_not_the_current_folder(monkeypatch):
    monkeypatch.chdir(RAW)
    with pytest.raises(UsageError, match="a path is empty"):
        toolkit.validate([""])


def test_an_expected_digest_of_raw_pages_is_a_usage_error():
    with pytest.raises(UsageError, match="--expect-digest"):
        toolkit.validate([RAW], expect_digest="sha256:" + "0" * 64)


# Tables of other tools


def table_of(tmp_path: Path, **columns: list) -> Path:
    toolkit.build([RAW], tmp_path / "dist")
    table = pq.read_table(tmp_path / "dist" / "data")
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values))
    path = tmp_path / "theirs" / "part.parquet"
    path.parent.mkdir()
    pq.write_table(table, path)
    return path


def test_a_table_of_another_tool_is_held_to_columns_and_rules_alone(tmp_path):
    path = table_of(tmp_path, headline=["خبر", "خبر آخر"])

    result = toolkit.validate([path])

    assert (result.ok, result.subject) == (True, f"{path}, 2 rows in 1 file of another tool, columns and rules only")


def test_values_that_break_a_rule_are_found_by_row_and_path(tmp_path):
    path = table_of(tmp_path, source=["", None])

    found = toolkit.validate([path]).diagnostics

    assert [(each.code, each.file, each.row, each.path) for each in found] == [
        ("C302", str(path), 0, "source"),
        ("C301", str(path), 1, "source"),
    ]


def test_rows_of_a_folder_are_counted_over_its_files_and_repeats_found_among_them(tmp_path):
    path = table_of(tmp_path)
    (path.parent / "part2.parquet").write_bytes(path.read_bytes())

    found = toolkit.validate([path.parent]).diagnostics

    assert [(each.code, Path(each.file).name, each.row) for each in found] == [
        ("C313", "part2.parquet", 2),
        ("C313", "part2.parquet", 3),
    ]


def test_another_contract_may_judge_a_table(tmp_path):
    path, contract = table_of(tmp_path), tmp_path / "other.odcs.yaml"
    text = CONTRACT.read_text("utf-8")
    contract.write_text(text.replace("maxLength: 300", "maxLength: 45"), encoding="utf-8")

    result = toolkit.validate([path], schema=contract)

    assert (result.ok, result.codes) == (True, {"C304": 1})


def test_wrong_columns_are_found_without_a_row(tmp_path):
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"id": [1], "more": ["x"]}), path)

    found = toolkit.validate([path]).diagnostics

    assert {(each.code, each.row, each.path) for each in found} == {
        ("C322", None, "more"),
        ("C323", None, "id"),
        *(("C321", None, name) for name in load_contract().arrow().names if name != "id"),
    }


def test_a_column_that_stands_twice_is_told(tmp_path):
    path = table_of(tmp_path)
    table = pq.read_table(path)
    pq.write_table(table.append_column("id", table.column("id")), path)

    found = toolkit.validate([path]).diagnostics

    assert [(each.code, each.row, each.path) for each in found] == [("C322", None, "id")]


def test_pages_are_not_passed_over_for_a_table_that_lies_among_them(tmp_path):
    folder = write_pages(tmp_path / "raw", 2)
    (folder / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    (folder / "more").mkdir()
    pq.write_table(pa.table({"text": [page()]}), folder / "more" / "a.parquet")

    with pytest.raises(
        UsageError, match=r"raw: holds tables, such as .*/more/a\.parquet, and more pages, such as .*/0000\.txt\n"
    ):
        toolkit.validate(folder)
    assert toolkit.validate(folder, text_field="text").codes["P204"] == 1


def test_a_text_that_lies_among_tables_makes_no_folder_one_of_pages(tmp_path):
    for number in range(2):
        pq.write_table(pa.table({"text": [page()]}), tmp_path / f"{number}.parquet")
    (tmp_path / "LICENSE.txt").write_text("MIT License", encoding="utf-8")

    assert (
        toolkit.validate(tmp_path).subject == f"{tmp_path}, 2 rows in 2 files of another tool, columns and rules only"
    )


def test_hidden_tables_are_no_tables_of_a_folder(tmp_path):
    folder = write_pages(tmp_path / "raw", 2)
    (folder / ".cache").mkdir()
    pq.write_table(pa.table({"text": [page()]}), folder / ".cache" / "a.parquet")

    assert toolkit.validate(folder).subject == f"{folder}, 2 pages"


@pytest.fixture
def deep(tmp_path):
    """A folder with folders in folders, farther down than any path reaches."""
    top = tmp_path / "deep"
    top.mkdir()
    folder = os.open(top, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    yield top
    subprocess.run(["rm", "-rf", top], check=True)


def test_a_folder_of_tables_that_cannot_be_seen_to_its_end_is_an_error(deep):
    pq.write_table(pa.table({"id": ["a"]}), deep / "a.parquet")
    with pytest.raises(InputError, match=r"d/d: File name too long$"):
        toolkit.validate([deep])


def test_a_folder_of_pages_that_cannot_be_seen_to_its_end_is_a_finding(deep):
    write_pages(deep, 1)
    assert [found.code for found in toolkit.validate([deep]).diagnostics if found.level == "error"] == ["S402"]


def test_a_table_of_pages_is_raw_input_where_a_text_field_is_named(tmp_path):
    path = tmp_path / "pages.parquet"
    pq.write_table(pa.table({"content": [page(), page(body="")]}), path)

    found = toolkit.validate([path], text_field="content").diagnostics

    assert [(each.code, each.file) for each in found if each.level == "error"] == [("P204", f"{path}!2")]


def write_bomb(path: Path) -> None:
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * (64 << 20)]))
    pq.write_table(pa.table({"id": values}), path, compression="zstd", store_schema=False)


HOSTILE = {
    "no Parquet": lambda path: path.write_bytes(b"PAR1 and so on PAR1"),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "a value as large as 64 MiB in each of 100,000 rows": write_bomb,
}


@pytest.mark.parametrize("write", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_table_is_a_finding(tmp_path, write):
    path = tmp_path / "hostile.parquet"
    pq.write_table(pa.table({"id": ["x"]}), path)
    write(path)

    result = toolkit.validate([path], select=["I"])

    assert [(each.code, each.file) for each in result.diagnostics] == [("I511", str(path))]
    assert not result.integrity


# The command line


def run(*arguments: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return toolkit_run("validate", *arguments, cwd=cwd, env={**os.environ, **variables})


def test_a_valid_dataset_is_one_line_and_exit_code_0(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    done = run("dist", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "valid: dist, 2 rows in 1 shard\n")
    assert done.stderr == ""


def test_exit_codes_tell_errors_of_data_usage_and_integrity_apart(tmp_path):
    (tmp_path / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    toolkit.build([RAW], tmp_path / "dist")
    (tmp_path / "dist" / "tags.json").unlink()

    assert run("bad.txt", cwd=tmp_path).returncode == 1
    assert run("nothing", cwd=tmp_path).returncode == 2
    assert run("dist", cwd=tmp_path).returncode == 5
    assert run("dist", "--ignore", "I", cwd=tmp_path).returncode == 0


CODES_MEND = "Name codes such as P203, or their beginnings: P."
SCHEMA_MEND = "Name a file that can be read with --schema."


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (["nothing"], 2, "nothing: no such file or folder"),
        (["raw", "--select", "X1"], 2, f"no code begins with 'X1'%0Afix: {CODES_MEND}"),
        (["raw", "--schema", "a\nb::error::"], 2, f"a%0Ab::error::: No such file or directory%0Afix: {SCHEMA_MEND}"),
        (["raw", "--output", "raw"], 4, "raw: Is a directory"),
    ],
    ids=["an input", "a code", "a hostile name", "an output"],
)
def test_what_keeps_github_from_its_findings_is_an_annotation(tmp_path, given, code, told):
    shutil.copytree(RAW, tmp_path / "raw")
    done = run(*given, "--format", "github", "--ignore", "P223", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (code, f"::error title=toolkit validate::{told}\n")
    assert "error: " in done.stderr


def test_an_error_is_no_document_of_json_or_sarif(tmp_path):
    for form in ("json", "sarif"):
        done = run("nothing", "--format", form, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", "error: nothing: no such file or folder\n")


def test_json_is_one_document_with_the_keys_that_are_fixed(tmp_path):
    (tmp_path / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    done = run("bad.txt", "--format", "json", "--select", "P2,C", cwd=tmp_path)

    document = json.loads(done.stdout)

    assert (document["ok"], document["errors"], document["warnings"]) == (False, 1, 0)
    assert document["diagnostics"][0] | {"message": "", "mend": "", "expected": ""} == {
        "code": "P204", "level": "error", "message": "", "file": "bad.txt", "line": 3, "column": 1, "row": None,
        "path": None, "found": None, "expected": "", "mend": "",
    }  # fmt: skip


def test_what_was_looked_at_is_told_without_the_keys_of_its_url():
    found = toolkit.validate("https://me:secret@127.0.0.1:1/a.txt?token=secret")

    assert found.subject == "https://127.0.0.1:1/a.txt, 0 pages"
    assert "secret" not in str(no_page_found(["https://me:secret@example.org/a?token=secret"]))


def test_findings_may_be_written_to_a_file(tmp_path):
    (tmp_path / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    done = run("bad.txt", "--format", "sarif", "--output", "found.sarif", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((tmp_path / "found.sarif").read_text("utf-8"))["version"] == "2.1.0"


def test_findings_are_never_written_into_a_dataset(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    done = run(RAW, "--output", "dist/findings.json", cwd=tmp_path)

    assert done.returncode == 2
    assert "dist/findings.json: lies in the dataset" in done.stderr
    assert run("dist", cwd=tmp_path).returncode == 0


def test_defaults_stand_in_the_folders_pyproject(tmp_path):
    (tmp_path / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    (tmp_path / "pyproject.toml").write_text('[tool.toolkit.validate]\nignore = ["P204"]\nformat = "json"\n')
    done = run("bad.txt", cwd=tmp_path)

    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True)
