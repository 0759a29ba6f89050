"""What somebody is told who may not read, write or search what a command needs: the path, and how it ends."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_pages import BAD_PAGES

import toolkit

ROOT = Path(__file__).parents[1]
RAW = ROOT / "raw"
READ_AND_WRITE = "  Permission to read and write there is needed.\n"


def forbidden(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`toolkit ARGUMENTS` by somebody who may not read what has no permissions, as root may."""
    command = [sys.executable, "-m", "toolkit", *map(str, arguments)]
    if os.geteuid() == 0:
        drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        if shutil.which("setpriv") is None or subprocess.run([*drop, "true"], check=False).returncode:
            pytest.skip("root reads everything here")
        command = [*drop, *command]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.parametrize("name", ["data", "rejects", "manifest.json", "SHA256SUMS"])
def test_what_may_not_be_read_of_a_dataset_is_unreadable_and_no_crash(tmp_path, name):
    (tmp_path / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    toolkit.build([RAW, tmp_path / "bad.txt"], tmp_path / "dist", version="1.0.0")
    (tmp_path / "dist" / name).chmod(0)
    validated = forbidden("validate", "dist", cwd=tmp_path)
    published = forbidden("publish", "dist", "releases", cwd=tmp_path)
    (tmp_path / "dist" / name).chmod(0o755)

    assert (validated.returncode, published.returncode) == (5, 5)
    assert f"I508 dist/{name}: Permission denied" in validated.stdout
    assert f"I508 dist/{name}: Permission denied" in published.stderr


@pytest.fixture
def closed(tmp_path):
    """A folder that may not be searched."""
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0)
    yield folder
    folder.chmod(0o755)


def test_a_summary_that_may_not_be_seen_is_an_output_that_cannot_be_written(tmp_path, monkeypatch, closed):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(closed / "summary"))
    done = forbidden("validate", RAW, "--format", "github", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)
    assert f"{closed}/summary: Permission denied" in done.stderr + done.stdout


def test_an_output_that_may_not_be_seen_cannot_be_written(tmp_path, closed):
    closed.chmod(0o600)
    done = forbidden("build", RAW, "--out", "closed", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)
    assert f"error: {closed}/manifest.json: Permission denied\n" in done.stderr


def test_rejects_are_not_restored_into_a_folder_that_may_not_be_seen(tmp_path, closed):
    (tmp_path / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    toolkit.build([RAW, tmp_path / "bad.txt"], tmp_path / "dist")
    closed.chmod(0o600)
    done = forbidden("rejects", "dist", "--to", "closed", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)
    assert f"error: {closed}/bad.txt: Permission denied\n" in done.stderr


def test_a_current_folder_that_may_not_be_searched_is_told_with_the_file_it_may_hold(tmp_path, closed):
    done = forbidden("validate", RAW, cwd=closed)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "pyproject.toml: Permission denied" in done.stderr


def test_a_table_that_may_not_be_seen_is_an_error(tmp_path, closed):
    tables = tmp_path / "tables"
    tables.mkdir()
    pq.write_table(pa.table({"id": ["x"]}), tables / "a.parquet")
    (tables / "b.parquet").symlink_to(closed / "b.parquet")
    done = forbidden("validate", "tables", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert "tables/b.parquet: Permission denied" in done.stderr


def test_rejects_that_may_not_be_read_are_told(tmp_path):
    (tmp_path / "bad.txt").write_bytes(BAD_PAGES["no_body.txt"][0])
    toolkit.build([RAW, tmp_path / "bad.txt"], tmp_path / "dist")
    (tmp_path / "dist" / "rejects").chmod(0)
    restored = forbidden("rejects", "dist", "--to", "rejected", cwd=tmp_path)
    (tmp_path / "dist" / "rejects").chmod(0o755)

    assert restored.returncode == 3
    assert restored.stderr == "error: dist/rejects: Permission denied\n  Permission to read it is needed.\n"


@pytest.mark.parametrize("mode", [0o500, 0o300], ids=["not written", "not read"])
def test_an_output_that_may_not_be_replaced_is_told_by_its_own_name(tmp_path, mode):
    toolkit.build([RAW], tmp_path / "dist")
    (tmp_path / "dist").chmod(mode)
    done = forbidden("build", RAW, "--out", "dist", cwd=tmp_path)
    (tmp_path / "dist").chmod(0o755)

    assert done.returncode == 4
    assert done.stderr.endswith(f"error: {tmp_path}/dist: Permission denied\n{READ_AND_WRITE}")


@pytest.mark.parametrize(
    ("command", "code"), [(("build", RAW, "--out", "closed/new"), 4), (("publish", "dist", "closed"), 8)]
)
def test_a_folder_that_cannot_be_flushed_at_the_end_is_refused_at_the_start(tmp_path, closed, command, code):
    toolkit.build([RAW], tmp_path / "dist", version="1.0.0")
    closed.chmod(0o300)
    done = forbidden(*command, cwd=tmp_path)
    closed.chmod(0o700)

    assert done.returncode == code
    assert done.stderr.endswith(f"error: {closed}: Permission denied\n{READ_AND_WRITE}")
    assert not any(closed.iterdir())


def test_a_report_replaces_a_file_that_may_not_be_read(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    (tmp_path / "report.html").touch(mode=0o200)
    done = forbidden("report", "dist", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "report.html").read_bytes().startswith(b"<!")
