"""Workers of a large build, and those that read a dataset, are forked before the work begins, where that is safe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import python_path

import toolkit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked ahead on Linux only")

TESTS = Path(__file__).parent
RAW, DIST = TESTS.parent / "raw", TESTS.parent / "dist"
AFTER_THE_END_S = 30  # a process that is left sleeps for 300

OURS = """
import os, resource, signal, sys, threading
from multiprocessing import active_children, forkserver
from pathlib import Path
import engine_tasks
from toolkit.cli.headstart import start_early, start_readers
from toolkit.engines import fork_ahead, run_local, tune_process
from toolkit.engines.forked import take_forked
tune_process()
def has_server():
    return forkserver._forkserver._forkserver_pid is not None
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "JE_ARROW_MALLOC_CONF"}
    return subprocess.Popen(
        [sys.executable, "-c", OURS + script, *map(str, arguments)],
        env=environment | {"PYTHONPATH": python_path(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    )


def run(script: str, *arguments: object) -> str:
    """What is printed by a process; until every process that was forked from it has ended."""
    process = start(script, *arguments)
    printed, _ = process.communicate(timeout=AFTER_THE_END_S)
    assert process.returncode == 0
    return printed


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# Which builds have it

START_EARLY = """
start_early(sys.argv[2:], int(sys.argv[1]))
print(len(active_children()), has_server(), "toolkit.pipeline" in sys.modules)
"""
NOTHING = "0 False False\n"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    for number in range(60):
        below = folder / f"{number:02}"
        below.mkdir()
        for page in range(100):
            (below / f"{page}.txt").touch()
    return folder


FORKED_FOR_2 = "4 False True\n"  # for each of the two passes
SERVER = "0 True False\n"


def test_workers_are_forked_before_a_crawl_is_listed(crawl: Path):
    assert run(START_EARLY, 2, crawl) == FORKED_FOR_2


def test_there_are_enough_for_both_passes_however_few_the_cores(crawl: Path):
    assert run(START_EARLY, 8, crawl) == "16 False True\n"


def test_for_very_many_workers_the_server_starts_and_imports_beside_the_command(crawl: Path):
    assert run(START_EARLY, 9, crawl) == SERVER


@pytest.mark.parametrize(("name", "size_mb"), [("crawl.tar", 32), ("crawl.tar.zst", 8)])
def test_workers_are_forked_before_a_large_archive_is_opened(tmp_path: Path, name: str, size_mb: int):
    archive = tmp_path / name
    with archive.open("wb") as file:
        file.truncate(size_mb * 1024 * 1024)
    assert run(START_EARLY, 2, tmp_path / "missing.txt", archive) == FORKED_FOR_2


def test_a_small_archive_needs_no_process(tmp_path: Path):
    archive = tmp_path / "crawl.tar"
    with archive.open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    assert run(START_EARLY, 2, archive) == NOTHING


def test_one_worker_needs_no_process(crawl: Path):
    assert run(START_EARLY, 1, crawl) == NOTHING


def test_a_few_pages_need_no_process(crawl: Path, tmp_path: Path):
    page = tmp_path / "page.txt"
    page.touch()
    inputs = crawl / "00", page, tmp_path / "missing.txt", "https://example.invalid/a.tar"
    assert run(START_EARLY, 2, *inputs) == NOTHING


WAITING_THREAD = "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(WAITING_THREAD, id="another thread"),
        pytest.param("signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n", id="nobody is told of the end of a process"),
    ],
)
def test_where_it_is_not_safe_to_fork_the_server_starts_instead(crawl: Path, before: str):
    assert run(before + START_EARLY, 2, crawl) == SERVER


def test_a_wish_for_threads_that_no_verb_has_is_overruled(crawl: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    assert run(START_EARLY, 2, crawl) == FORKED_FOR_2


def test_a_process_with_threads_forks_no_workers():
    assert run(WAITING_THREAD + "print(fork_ahead(2), take_forked())") == "False None\n"


def test_a_daemonic_process_forks_no_workers():
    script = """
import multiprocessing
def fork():
    print(fork_ahead(2), take_forked(), flush=True)
child = multiprocessing.get_context("fork").Process(target=fork, daemon=True)
child.start()
child.join()
"""
    assert run(script) == "False None\n"


def test_those_that_could_be_forked_are_used_where_others_could_not():
    script = """
limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 8, most))
print(fork_ahead(9), 0 < len(active_children()) < 9)
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
print(run_local(engine_tasks.double, range(20), workers=9) == [2 * number for number in range(20)])
"""
    assert run(script) == "False True\nTrue\n"


def test_a_large_build_that_compares_has_a_process_for_that_too(crawl: Path, tmp_path: Path):
    script = """
import atexit
from toolkit.cli import main
atexit.register(lambda: print(has_server()))
main()
"""
    options = "--workers", 2, "--shard-size", 2000, "--max-rejected", "100%", "--previous", DIST
    assert run(script, "build", crawl, RAW, "--out", tmp_path / "dist", *options).splitlines()[-1] == "False"


# Which other verbs have it

START_READERS = """
start_readers(sys.argv[1:], 3)
print(len(active_children()), has_server(), "toolkit.inspection.tables.running" in sys.modules)
"""


def test_workers_are_forked_for_a_dataset():
    assert run(START_READERS, "missing", DIST) == "3 False True\n"


def test_what_is_no_dataset_here_needs_no_reader():
    assert run(START_READERS, RAW, "missing", "s3://shelf/news/v1.0.0") == NOTHING


def test_where_it_is_not_safe_to_fork_the_server_of_the_readers_starts_early():
    assert run(WAITING_THREAD + START_READERS, DIST) == SERVER


COMMAND = """
import atexit
from toolkit.cli import main
atexit.register(lambda: print("server:", has_server()))
main()
"""


@pytest.mark.parametrize(
    "command",
    [
        ["validate", "dataset"],
        ["publish", "dataset", "releases"],
        ["diff", "dataset", "dataset"],
        ["build", str(RAW), "--out", "made", "--previous", "dataset"],
    ],
    ids=lambda command: command[0],
)
def test_a_command_that_reads_a_small_dataset_starts_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
):
    monkeypatch.chdir(tmp_path)
    toolkit.build(RAW, "dataset", version="1.0.0")
    printed = run(COMMAND, *command)
    assert printed.splitlines()[-1] == "server: False"


# What they do


def test_a_run_takes_workers_that_were_forked_ahead():
    script = """
print(fork_ahead(2))
ahead = {process.pid for process in active_children()}
print(set(run_local(engine_tasks.process_id, range(50), workers=2)) == ahead, has_server(), take_forked())
"""
    assert run(script) == "True\nTrue False None\n"


def test_they_have_what_was_imported_before():
    script = "import wave\nfork_ahead(2)\nimport colorsys\n"
    script += "print([run_local(engine_tasks.is_imported, [name] * 2, workers=2) for name in ('wave', 'colorsys')])"
    assert run(script) == "[[True, True], [False, False]]\n"


def test_a_run_that_needs_more_workers_has_the_server_fork_them(tmp_path: Path):
    script = """
fork_ahead(1)
ahead, = active_children()
ids = run_local(engine_tasks.wait_for_the_other, [Path(sys.argv[1], name) for name in "ab"], workers=2)
print(ahead.pid in ids, len(set(ids)), has_server())
"""
    assert run(script, tmp_path) == "True 2 True\n"


def test_tasks_that_kill_their_workers_are_run_again(tmp_path: Path):
    script = """
fork_ahead(2)
marks = [Path(sys.argv[1], name) for name in "abcdef"]
print("".join(run_local(engine_tasks.die_the_first_time, marks, workers=3)), has_server())
"""
    assert run(script, tmp_path) == "abcdef True\n"


def test_one_that_died_while_it_waited_is_passed_over():
    script = """
fork_ahead(2)
first, second = active_children()
first.kill()
first.join()
print(take_forked().process is second, take_forked())
"""
    assert run(script) == "True None\n"


def test_a_process_that_is_forked_meanwhile_has_none_of_them():
    script = """
fork_ahead(2)
child = os.fork()
if child == 0:
    print(take_forked(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(run_local(engine_tasks.double, [1, 2, 3], workers=2))
"""
    assert run(script) == "None\n[2, 4, 6]\n"


def test_a_second_run_has_its_own():
    script = """
fork_ahead(4)
runs = [set(run_local(engine_tasks.process_id, range(50), workers=2)) for _ in range(2)]
print(len(runs[0] | runs[1]), has_server())
"""
    assert run(script) == "4 False\n"


# Their end


def test_those_that_nobody_took_end_with_the_program():
    assert run("print(fork_ahead(4))") == "True\n"


def test_they_end_when_their_run_has_ended():
    script = "fork_ahead(4)\nrun_local(engine_tasks.double, range(4), workers=2)\nprint(len(active_children()))"
    assert run(script) == "2\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_none_outlives_a_program_that_is_killed_while_some_work_and_others_wait(tmp_path: Path, number: signal.Signals):
    script = """
fork_ahead(6)
run_local(engine_tasks.announce_and_sleep, [Path(sys.argv[1], name) for name in "ab"], workers=2)
"""
    process = start(script, tmp_path)
    while process.poll() is None and not all((tmp_path / name).exists() for name in "ab"):
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=AFTER_THE_END_S)  # every process that was forked holds its stdout until it ends
    assert process.returncode == -number


def test_one_that_works_does_not_wait_for_the_end_of_what_another_has_left(tmp_path: Path):
    script = """
from toolkit.engines.messages import pack, unpack
fork_ahead(3)
first, second, third = (take_forked() for _ in range(3))
first.connection.send_bytes(pack(engine_tasks.announce_and_sleep, Path(sys.argv[1])))
third.connection.send_bytes(pack(engine_tasks.leave_a_child, None))
left = unpack(third.connection.recv_bytes()).result
while not Path(sys.argv[1]).exists():
    pass
print(first.process.pid, left, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    process = start(script, tmp_path / "mark")
    printed, _ = process.communicate(timeout=AFTER_THE_END_S)
    first, left = map(int, printed.split())
    try:
        deadline = time.monotonic() + AFTER_THE_END_S
        while is_running(first):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        os.kill(left, signal.SIGKILL)


def test_one_that_was_stopped_while_it_waited_holds_nobody_up():
    script = "fork_ahead(1)\nwaiting, = active_children()\nos.kill(waiting.pid, signal.SIGSTOP)\nprint(True)"
    assert run(script) == "True\n"


def test_signals_that_the_program_handles_are_not_handled_by_its_workers(tmp_path: Path):
    script = """
import signal
from toolkit.cli.console import stop_on_signals
stop_on_signals()
fork_ahead(2)
for process in active_children():
    os.kill(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGHUP)
print(run_local(engine_tasks.double, [1, 2], workers=2))
fork_ahead(1)
waiting, = active_children()
os.kill(waiting.pid, signal.SIGTERM)
waiting.join()
print(waiting.exitcode)
"""
    assert run(script) == "[2, 4]\n-15\n"
