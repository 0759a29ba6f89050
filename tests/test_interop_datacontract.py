"""Another tool of the standard, datacontract-cli, accepts the contract. It needs an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.resources import files

import pytest

EXECUTABLE = os.environ.get("TOOLKIT_DATACONTRACT") or shutil.which("datacontract")

pytestmark = pytest.mark.skipif(
    EXECUTABLE is None, reason="datacontract-cli is not installed: name its executable in TOOLKIT_DATACONTRACT"
)


def lint(path):
    return subprocess.run([EXECUTABLE, "lint", "--all-errors", str(path)], capture_output=True, text=True, check=False)


def test_datacontract_accepts_the_contract_without_a_warning():
    done = lint(files("toolkit").joinpath("schemas/article.odcs.yaml"))

    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    assert "warning" not in (done.stdout + done.stderr).lower()
    assert "failed" not in done.stdout


def test_datacontract_refuses_a_broken_contract(tmp_path):
    text = files("toolkit").joinpath("schemas/article.odcs.yaml").read_text("utf-8")
    (tmp_path / "broken.yaml").write_text(text.replace("logicalType: date", "logicalType: day"), "utf-8")

    assert lint(tmp_path / "broken.yaml").returncode != 0
