"""A terminal that is closed while the program runs: it ends as by any other signal, and leaves nothing behind."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import python_path
from gate import running_gate
from process_groups import is_gone
from test_publish_s3 import PLACE, bucket, desk, server

import toolkit

__all__ = ["bucket", "desk", "server"]

SLOW = """
import time
from toolkit.pages import batches
read = batches.PageReader.read
def slow(self, pages):
    time.sleep(1.5)
    return read(self, pages)
batches.PageReader.read = slow
"""


ON_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"
)


class Terminal:
    """A terminal with the program in its foreground."""

    def __init__(self, *command: object, **environment: object) -> None:
        self._side, inner = pty.openpty()
        program = [sys.executable, "-m", "toolkit", *map(str, command)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", ON_TERMINAL, *program],
            env={**os.environ, **{name: str(value) for name, value in environment.items()}},
            stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
        )  # fmt: skip
        os.close(inner)

    def close(self) -> int:
        """The exit code of the program when its terminal is gone."""
        os.close(self._side)
        return self.process.wait(60)


@pytest.fixture
def temporary(tmp_path_factory):
    """A folder for temporary files with a short path: sockets of worker processes stand there."""
    return tmp_path_factory.mktemp("t")


def slow_build(tmp_path, temporary):
    """A terminal in which a build has begun that takes a while."""
    write_slow(tmp_path)
    terminal = Terminal(
        "build", tmp_path / "raw", "--out", tmp_path / "dist", "--workers", 2, "--shard-size", 2000,
        PYTHONPATH=python_path(tmp_path / "slow"), TMPDIR=temporary,
    )  # fmt: skip
    begun(tmp_path, terminal.process)
    return terminal


def write_slow(tmp_path):
    (tmp_path / "raw").mkdir()
    for number in range(400):
        page = f"عنوان {number}\nتاريخ النشر: 20th, September 2023 GMT\nنص.\nالمصدر: سانا\n"
        (tmp_path / "raw" / f"{number}.txt").write_text(page, "utf-8")
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(SLOW)


def begun(tmp_path, process):
    while not list((tmp_path / ".dist.staging" / "work").glob("*")):
        assert process.poll() is None
        time.sleep(0.05)


def test_a_build_ends_with_all_its_processes(tmp_path, temporary):
    terminal = slow_build(tmp_path, temporary)
    assert terminal.close() == 128 + signal.SIGHUP
    assert is_gone(terminal.process.pid)
    assert not list(temporary.iterdir())
    assert not (tmp_path / "dist").exists()
    assert toolkit.build(tmp_path / "raw", tmp_path / "dist", workers=1, shard_size=2000).rows == 400


def test_a_copy_that_is_fetched_is_removed(desk, server, temporary):
    toolkit.publish("dataset", PLACE)
    with running_gate(server, "GET /shelf/articles/v1.0.0/tags.json") as gate:
        terminal = Terminal("validate", f"{PLACE}/v1.0.0", AWS_ENDPOINT_URL=gate.address, TMPDIR=temporary)
        gate.wait()
        assert list(temporary.rglob("manifest.json"))
        assert terminal.close() == 128 + signal.SIGHUP
    assert not list(temporary.iterdir())


def test_where_hangups_are_ignored_the_program_goes_on(tmp_path):
    write_slow(tmp_path)
    build = ["build", tmp_path / "raw", "--out", tmp_path / "dist", "--workers", "2", "--shard-size", "50000"]
    running = subprocess.Popen(
        ["nohup", sys.executable, "-m", "toolkit", *build],
        env={**os.environ, "PYTHONPATH": python_path(tmp_path / "slow")},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    begun(tmp_path, running)
    os.killpg(running.pid, signal.SIGHUP)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 0, said
    assert Path(tmp_path / "dist" / "manifest.json").exists()


def test_a_session_that_ends_with_two_signals_at_once_ends_the_program_once(tmp_path, temporary):
    terminal = slow_build(tmp_path, temporary)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.close() in (128 + signal.SIGTERM, 128 + signal.SIGHUP)
    assert is_gone(terminal.process.pid)
    assert not list(temporary.iterdir())
