"""README.md is true: its commands run as they stand, and what it says of the sample dataset is so."""

import re
import subprocess
import tomllib
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from snippets import COMMANDS, ROOT, blocks, prepare, run_block, run_blocks

README = ROOT / "README.md"
BLOCKS = blocks(README)
FIRST, SECOND, *USES = [block for block in BLOCKS if block.language in ("sh", "python")]
BUILT = re.search(r"\.venv/bin/toolkit build.*", FIRST.text)[0].replace(".venv/bin/", f"{COMMANDS}/")
"""The first command from the build on; what is before it is another environment's."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with raw/, and the dist/ that the first command makes."""
    folder = prepare(tmp_path_factory.mktemp("readme"))
    (folder / "shown").write_text(run_block(replace(FIRST, text=BUILT), folder), "utf-8")
    return folder


def test_the_first_command_installs_what_the_project_declares():
    steps = FIRST.text.split(" && ")
    assert steps[:2] == [
        "python3 -m venv .venv",
        ".venv/bin/pip install -q -c constraints.txt -e '.[test]'",
    ]
    assert (ROOT / "constraints.txt").is_file()
    assert "test" in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    checked = re.search(
        r"pip install -q -c constraints\.txt -e '\.\[(.*)\]'", (ROOT / ".ci" / "run").read_text("utf-8")
    )
    assert "test" in checked[1].split(",")


def test_the_first_command_builds_and_shows_the_sample_dataset(folder):
    shown = (folder / "shown").read_text("utf-8")
    assert "2  rows" in shown
    assert re.search(r"^0 +2023-09-20 +الراي +\[قره باغ\] +موسكو تدعو .* قره باغ$", shown, re.MULTILINE)
    assert re.search(r"^1 +2023-09-20 +البوابة نيوز +\[روسيا, قره باغ, أرمينيا\] +روسيا تدعو", shown, re.MULTILINE)


def test_the_sample_dataset_of_the_repository_has_the_same_rows(folder):
    shard = "data/train-00000-of-00001.parquet"
    assert pq.read_table(ROOT / "dist" / shard).equals(pq.read_table(folder / "dist" / shard))


def test_the_second_command_is_what_the_check_runs():
    assert SECOND.text == ".venv/bin/pytest -n 3 --dist worksteal\n"
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    command = re.search(r"\$\((sed .* README\.md)\)", script)[1]
    found = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == SECOND.text


def test_the_other_commands_run_one_after_the_other(folder):
    untried = run_blocks(USES, folder)
    if untried:
        pytest.skip("all but: " + "; ".join(untried))
    assert (folder / "report.html").is_file()
    assert not (folder / "releases").exists()


def test_the_comment_beside_a_print_is_what_it_prints(folder):
    block = next(block for block in USES if block.language == "python")
    said = re.search(r"print\(.*\)  # (.*)$", block.text, re.MULTILINE)[1]
    assert run_block(block, folder).splitlines()[-1] == said


def test_the_table_has_the_columns_of_the_dataset():
    told = re.findall(r"^\| `(\w+)` \| (\w+)", README.read_text("utf-8"), re.MULTILINE)
    schema = pq.read_schema(ROOT / "dist" / "data" / "train-00000-of-00001.parquet")
    forms = {"string": "string", "date32[day]": "date32", "list": "list", "struct": "struct"}
    assert told == [(field.name, forms[str(field.type).split("<")[0]]) for field in schema]
    related = re.search(r"^\| `related` .*: (.*) \|$", README.read_text("utf-8"), re.MULTILINE)[1]
    assert re.findall(r"`(\w+)`", related) == [field.name for field in schema.field("related").type.value_type]


def test_the_labels_that_it_names_are_those_of_the_layout():
    layout = (ROOT / "schemas" / "layouts" / "aggregator.yaml").read_text("utf-8")
    line = re.search(r"^A page is a text file: (.*)$", README.read_text("utf-8"), re.MULTILINE)[1]
    assert re.findall(r"`(.*?):`", line) == re.findall(r'printed: "(.*?)"', layout)


def test_it_stays_short():
    assert len(README.read_text("utf-8").splitlines()) <= 110
