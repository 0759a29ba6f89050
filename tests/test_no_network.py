"""Nothing is looked up or connected to by build, validate, report, explain, diff and rejects."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUARD = """
    import os, socket, sys
    EVENTS = {"socket." + name for name in ("bind", "connect", "getaddrinfo", "gethostbyname", "sendto")}
    def watch(event, arguments):
        if event in EVENTS and not (isinstance(arguments[0], socket.socket) and arguments[0].family == socket.AF_UNIX):
            os.write(2, f"network: {event} {arguments[1:]}".encode())
            os._exit(99)
    sys.addaudithook(watch)
"""


@pytest.fixture
def guarded(tmp_path):
    """Runs a program of which every process ends with 99 as soon as it turns to a network."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(textwrap.dedent(GUARD))
    path = os.pathsep.join([str(tmp_path / "guard"), str(ROOT)])

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip

    return run


def test_the_guard_sees_a_look_up(guarded):
    done = guarded("-c", "import urllib.request; urllib.request.urlopen('http://localhost:9/')")
    assert done.returncode == 99


def test_no_verb_that_works_on_files_turns_to_a_network(guarded, tmp_path):
    raw, out = str(ROOT / "raw"), str(tmp_path / "dist")
    page = str(next((ROOT / "raw").iterdir()))
    for arguments in (
        ["build", raw, "--out", out, "--workers", "2", "--shard-size", "1"],
        ["build", raw, "--out", out, "--workers", "1", "--previous", out],
        ["validate", out],
        ["validate", raw],
        ["report", out, "--output", str(tmp_path / "report.html")],
        ["explain", page],
        ["diff", out, out],
        ["schema", "--format", "croissant"],
    ):
        done = guarded("-m", "toolkit", *arguments)
        assert (arguments, done.returncode, done.stderr if done.returncode else "") == (arguments, 0, "")
