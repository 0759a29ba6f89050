"""Builds that are interrupted, and pages that kill: what is left, and what the next build makes of it."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from built import hashes_of
from commands import python_path
from made_pages import page, write_pages
from process_groups import is_gone, seconds_to_end

import toolkit
from toolkit import Advance


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment}, timeout=200,
    )  # fmt: skip


KILLED_AT = """
    import os, signal, toolkit
    from toolkit.pipeline import {module}
    finished = {module}.remember
    def remember(staging, name, payload):
        finished(staging, name, payload)
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGKILL)
    {module}.remember = remember
    toolkit.build([{raw!r}], {out!r}, workers=1, shard_size=2000)
"""


@pytest.mark.parametrize(("module", "name"), [("collecting", "00003/collected"), ("finishing", "00003/finished")])
def test_a_killed_build_goes_on_where_it_was_and_gives_the_same_bytes(tmp_path, module, name):
    raw = write_pages(tmp_path / "raw", 40)
    toolkit.build([raw], tmp_path / "whole", workers=1, shard_size=2000)
    code = KILLED_AT.format(module=module, name=name, raw=str(raw), out=str(tmp_path / "dist"))
    assert run_python(code).returncode == -signal.SIGKILL
    assert not (tmp_path / "dist").exists()
    work = tmp_path / ".dist.staging" / "work"
    kept = (work / "00002" / "rows.arrow").stat()

    seen = []

    def look(advance: Advance) -> None:
        if (advance.step, advance.done) == ("reading pages", advance.total):
            seen.append((work / "00002" / "rows.arrow").stat())

    toolkit.build([raw], tmp_path / "dist", workers=1, shard_size=2000, progress=look)
    assert [(now.st_ino, now.st_mtime_ns) for now in seen] == [(kept.st_ino, kept.st_mtime_ns)]
    assert hashes_of(tmp_path / "dist") == hashes_of(tmp_path / "whole")
    assert not (tmp_path / ".dist.staging").exists()


def test_what_an_interrupted_build_has_excluded_is_known_to_the_next(tmp_path):
    raw = write_pages(tmp_path / "raw", 40)
    exclude = tmp_path / "exclude.txt"
    exclude.write_text("0000.txt\ngone.txt\n0039.txt\n")
    code = KILLED_AT.replace("workers=1", f"exclude={str(exclude)!r}, workers=1")
    run_python(code.format(module="collecting", name="00003/collected", raw=str(raw), out=str(tmp_path / "dist")))
    assert (tmp_path / ".dist.staging" / "work" / "00000" / "rows.arrow").exists()
    result = toolkit.build([raw], tmp_path / "dist", workers=1, shard_size=2000, exclude=exclude)
    assert (result.excluded, result.unmatched) == (2, ("gone.txt",))


def test_a_page_that_changed_meanwhile_is_read_again_though_its_size_and_time_are_the_same(tmp_path):
    raw = write_pages(tmp_path / "raw", 40)
    code = KILLED_AT.format(module="collecting", name="00003/collected", raw=str(raw), out=str(tmp_path / "dist"))
    assert run_python(code).returncode == -signal.SIGKILL
    changed = raw / "0001.txt"
    before = changed.stat()
    changed.write_bytes(changed.read_bytes().replace("الوزير".encode(), "السفير".encode()))
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert changed.stat().st_size == before.st_size
    toolkit.build([raw], tmp_path / "dist", workers=1, shard_size=2000)
    toolkit.build([raw], tmp_path / "whole", workers=1, shard_size=2000)
    assert hashes_of(tmp_path / "dist") == hashes_of(tmp_path / "whole")


def test_staged_work_that_was_damaged_is_made_again(tmp_path):
    raw = write_pages(tmp_path / "raw", 40)
    code = KILLED_AT.format(module="collecting", name="00003/collected", raw=str(raw), out=str(tmp_path / "dist"))
    run_python(code)
    staged = tmp_path / ".dist.staging" / "work" / "00001" / "rows.arrow"
    staged.write_bytes(staged.read_bytes()[:-9] + b"\0" * 9)
    toolkit.build([raw], tmp_path / "dist", workers=1, shard_size=2000)
    toolkit.build([raw], tmp_path / "whole", workers=1, shard_size=2000)
    assert hashes_of(tmp_path / "dist") == hashes_of(tmp_path / "whole")


DEADLY = """
    import os, signal
    from toolkit.pages import batches
    read = batches.PageReader.read
    def deadly(self, pages):
        if any(b"kills" in page for page in pages):
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, pages)
    batches.PageReader.read = deadly
"""


def test_only_the_page_that_kills_its_worker_becomes_a_reject(tmp_path):
    raw = write_pages(tmp_path / "raw", 30)
    (raw / "0013.txt").write_text(page(body="This page kills."), encoding="utf-8")
    (tmp_path / "poison").mkdir()
    (tmp_path / "poison" / "sitecustomize.py").write_text(textwrap.dedent(DEADLY))
    done = subprocess.run(
        [sys.executable, "-m", "toolkit", "build", str(raw), "--out", str(tmp_path / "dist"), "--workers", "2",
         "--shard-size", "2000", "--format", "json"],
        capture_output=True, text=True, check=False, timeout=250,
        env={**os.environ, "PYTHONPATH": python_path(tmp_path / "poison")},
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert (result["pages"], result["rows"], result["rejected"]) == (30, 29, 1)
    (found,) = result["diagnostics"]
    assert (found["code"], Path(found["file"]).name) == ("D106", "0013.txt")
    (reject,) = pq.read_table(tmp_path / "dist" / "rejects").to_pylist()
    assert reject["raw"] == (raw / "0013.txt").read_bytes()


def test_an_interrupt_ends_within_two_seconds_and_leaves_no_process(tmp_path):
    raw = write_pages(tmp_path / "raw", 400)
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(
        "import time\nfrom toolkit.pages import batches\nread = batches.PageReader.read\n"
        "def slow(self, pages):\n    time.sleep(60)\n    return read(self, pages)\nbatches.PageReader.read = slow\n"
    )
    command = [sys.executable, "-m", "toolkit", "build", str(raw), "--out", str(tmp_path / "dist"), "--workers", "2",
               "--shard-size", "2000"]  # fmt: skip
    running = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": python_path(tmp_path / "slow")}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while not list((tmp_path / ".dist.staging" / "work").glob("*")):
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    assert seconds_to_end(running) < 2
    _, message = running.communicate()
    assert running.returncode == 128 + signal.SIGINT
    assert is_gone(running.pid)
    assert b"interrupted" in message
    assert b"Traceback" not in message
    assert not (tmp_path / "dist").exists()
