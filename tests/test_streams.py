"""Results that cannot be printed: the exit code says so, and never that there are findings, or a bug."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit import validate
from toolkit.cli import console
from toolkit.engines import Advance

ROOT = Path(__file__).parents[1]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def run(*arguments, **streams):
    """The exit code and what stderr held, of the command with its streams closed (None), or at a path."""
    redirections = {"stdout": "1", "stderr": "2"}
    words = " ".join(
        f"{redirections[name]}>&-" if place is None else f"{redirections[name]}>{place}"
        for name, place in streams.items()
    )
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {words}', "sh", sys.executable, "-m", "toolkit", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    return done.returncode, done.stderr


@needs_full
@pytest.mark.parametrize("arguments", [["explain", "P203"], ["schema"], ["validate", "dist"], ["--help"]])
def test_results_that_a_full_disk_does_not_take_end_with_4(arguments):
    code, messages = run(*arguments, stdout=FULL)
    assert (code, messages) == (4, "error: the results could not be printed: No space left on device\n")


@needs_full
def test_a_build_whose_result_cannot_be_printed_has_committed_and_ends_with_9(tmp_path):
    code, messages = run("build", "raw", "--out", tmp_path / "dist", stdout=FULL)
    assert code == 9
    assert "the results could not be printed: No space left on device\n  The dataset is in place.\n" in messages
    assert validate(tmp_path / "dist").ok


@needs_full
def test_messages_that_a_full_disk_does_not_take_change_no_exit_code(tmp_path):
    assert run("build", tmp_path / "absent", "--out", tmp_path / "dist", stderr=FULL)[0] == 2


@pytest.mark.parametrize("streams", [{"stdout": None}, {"stderr": None}, {"stdout": None, "stderr": None}])
def test_closed_streams_change_no_exit_code(streams, tmp_path):
    assert run("build", "raw", "--out", tmp_path / "dist", **streams)[0] == 0
    assert validate(tmp_path / "dist").ok


@pytest.mark.parametrize(
    "arguments", [["explain", "P203"], ["schema"], ["validate", "dist"], ["build", "raw", "--out"]]
)
def test_results_that_nobody_reads_end_as_by_the_signal(arguments, tmp_path):
    out = [str(tmp_path / "dist")] if arguments[-1] == "--out" else []
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "toolkit", *arguments, *out],
        stdout=writing, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    ("error", "code", "last"),
    [
        (
            RuntimeError("of a bug"),
            70,
            ["error: a bug of the toolkit: RuntimeError", "  Please report it with the lines above."],
        ),
        (MemoryError(), 7, ["error: out of memory", "  Use fewer --workers, or a smaller --shard-size."]),
    ],
    ids=["a bug", "no memory"],
)
def test_what_no_verb_foresaw_ends_with_its_code_and_what_to_do(error, code, last, capsys):
    with pytest.raises(SystemExit) as end, console.exit_codes():
        raise error
    told = capsys.readouterr().err.splitlines()
    assert (end.value.code, told[-2:]) == (code, last)
    assert ("RuntimeError: of a bug" in told) == (code == 70)


def test_progress_without_a_terminal_tells_what_is_left_and_not_the_end(monkeypatch, capsys):
    monkeypatch.setattr(console, "PLAIN_INTERVAL_S", 0.0)
    with console.ProgressBar() as progress:
        progress(Advance(step="reading tables", done=1, total=2))
        progress(Advance(step="reading tables", done=2, total=2))
    assert capsys.readouterr().err == "reading tables: 1 of 2 parts\n"


def test_colour_that_is_forced_where_no_terminal_is_brings_no_bar(monkeypatch, capsys):
    monkeypatch.setattr(console, "PLAIN_INTERVAL_S", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with console.ProgressBar() as progress:
        progress(Advance(step="reading tables", done=1, total=2))
        progress(Advance(step="reading tables", done=2, total=2))
    assert "reading tables: 1 of 2 parts" in capsys.readouterr().err
