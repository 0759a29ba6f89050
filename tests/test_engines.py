"""The engine of local processes: results, deaths, exceptions, and what is left at the end."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import engine_tasks
import pytest
from commands import python_path

from toolkit.engines import Died, run_local
from toolkit.errors import InputError, UsageError, WorkerError

TESTS = Path(__file__).parent
AFTER_THE_END_S = 30  # a process that is left sleeps for 300


# Results


def test_results_stand_in_task_order_though_the_last_task_ends_first():
    results = run_local(engine_tasks.double_slowly_backwards, range(10), workers=3)
    assert results == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]


def test_no_tasks_give_no_results():
    assert run_local(engine_tasks.double, [], workers=2) == []


def test_one_worker_is_this_process():
    assert run_local(engine_tasks.process_id, [0, 1], workers=1) == [os.getpid(), os.getpid()]


def test_one_task_runs_in_this_process():
    assert run_local(engine_tasks.process_id, [0], workers=2) == [os.getpid()]


def test_an_isolated_task_runs_in_another_process():
    assert run_local(engine_tasks.process_id, [0], workers=1, isolated=True) != [os.getpid()]


def test_there_are_never_more_processes_than_workers():
    assert len(set(run_local(engine_tasks.process_id, range(50), workers=2))) == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_on_result_is_called_once_for_each_result(workers: int):
    seen: dict[int, int] = {}
    run_local(engine_tasks.double, [5, 6, 7], workers=workers, on_result=seen.__setitem__)
    assert seen == {0: 10, 1: 12, 2: 14}


def test_a_run_works_outside_the_main_thread():
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.extend(run_local(engine_tasks.double, [1, 2], workers=2)))
    thread.start()
    thread.join()
    assert results == [2, 4]


def test_runs_in_several_threads_leave_main_module_and_environment_as_they_were():
    main, environment = sys.modules["__main__"], dict(os.environ)
    with ThreadPoolExecutor(8) as threads:
        runs = [threads.submit(run_local, engine_tasks.double, [i, i], workers=2, isolated=True) for i in range(24)]
        assert [run.result() for run in runs] == [[2 * i, 2 * i] for i in range(24)]
    assert sys.modules["__main__"] is main
    assert dict(os.environ) == environment


def test_no_workers_are_a_usage_error():
    with pytest.raises(UsageError, match="0 workers"):
        run_local(engine_tasks.double, [1], workers=0)


# Deaths


@pytest.mark.parametrize(
    ("fn", "exit_code", "reason"),
    [
        pytest.param(engine_tasks.kill_yourself_at_3, -9, "SIGKILL", id="killed"),
        pytest.param(engine_tasks.exit_at_3, 3, "exit code 3", id="exits"),
        pytest.param(engine_tasks.segfault_at_3, -11, "SIGSEGV", id="segfault"),
    ],
)
def test_a_task_that_kills_its_worker_costs_only_its_own_result(fn, exit_code: int, reason: str):
    results = run_local(fn, range(8), workers=2)
    assert results == [0, 1, 2, Died(task=3, exit_code=exit_code), 4, 5, 6, 7]
    assert results[3].reason == reason


def test_a_single_task_that_kills_its_isolated_worker_leaves_us_alive():
    assert run_local(engine_tasks.exit_at_3, [3], workers=1, isolated=True) == [Died(task=0, exit_code=3)]


def test_tasks_whose_worker_died_once_are_run_again(tmp_path: Path):
    marks = [tmp_path / name for name in "abcdef"]
    assert run_local(engine_tasks.die_the_first_time, marks, workers=3) == ["a", "b", "c", "d", "e", "f"]


def test_a_task_that_is_run_again_does_not_die_of_what_the_one_before_it_left(tmp_path: Path):
    tasks = [(engine_tasks.die_then_leave_a_trap, tmp_path / "a"), (engine_tasks.die_then_take_long, tmp_path / "b")]
    assert run_local(engine_tasks.call, tasks, workers=2) == ["a", "b"]


def test_a_worker_killed_from_outside_changes_no_result(tmp_path: Path):
    marks = [tmp_path / name for name in "ab"]
    killer = threading.Thread(target=kill_the_process_of, args=marks)
    killer.start()
    assert run_local(engine_tasks.wait_to_be_killed, marks, workers=2) == ["a", "b"]
    killer.join()


def test_every_task_may_die():
    results = run_local(engine_tasks.exit_at_3, [3] * 30, workers=3)
    assert results == [Died(task=index, exit_code=3) for index in range(30)]


def test_a_worker_killed_in_the_middle_of_sending_holds_nobody_up():
    delays = [None if index % 3 else 0.0005 * index for index in range(30)]
    results = run_local(engine_tasks.die_while_sending, delays, workers=2)
    whole = b"x" * 8_388_608
    assert [index for index in range(30) if index % 3 and results[index] != whole] == []
    assert {type(results[index]) for index in range(0, 30, 3)} <= {Died, bytes}


def test_on_result_is_not_called_for_a_task_that_died():
    seen: dict[int, int] = {}
    run_local(engine_tasks.exit_at_3, range(5), workers=2, on_result=seen.__setitem__)
    assert sorted(seen) == [0, 1, 2, 4]


def test_a_process_that_the_caller_forks_from_the_server_of_workers_lacks_nothing():
    code = """if __name__ == "__main__":
        import importlib, multiprocessing
        from toolkit.engines import start_forkserver
        start_forkserver()
        process = multiprocessing.get_context("forkserver").Process(target=importlib.import_module, args=["hypothesis"])
        process.start()
        process.join()
        print(process.exitcode)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


@pytest.mark.parametrize(
    ("prepare", "is_looked_at"), [("tune_process()", False), ("pass", True)], ids=["our process", "a caller's"]
)
def test_a_task_in_a_process_of_our_own_runs_without_a_look_at_what_was_there(prepare, is_looked_at):
    code = (
        "import gc\nfrom toolkit.engines import run_local\nfrom toolkit.engines.tuning import tune_process\n"
        f"{prepare}\nmade = ['here before']\nmade.append(made)\n"
        "def look(_):\n    return any(value is made for value in gc.get_objects())\n"
        "print(run_local(look, [None], workers=1)[0], look(None))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{is_looked_at} True\n"


def test_workers_go_on_when_the_server_they_were_forked_from_is_killed():
    script = "print(run_local(engine_tasks.kill_the_forkserver_at_2, range(8), workers=2))"
    assert run_python(script).stdout == "[0, 1, 2, 3, 4, 5, 6, 7]\n"


# Exceptions


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_exception_of_the_lowest_numbered_task_is_raised_whoever_fails_first(workers: int):
    with pytest.raises(InputError, match="page 4") as caught:
        run_local(engine_tasks.fail_at_4_and_6, range(12), workers=workers)
    assert caught.value.mend == "fetch it again"
    assert caught.value.exit_code == 3


def test_a_task_that_died_is_asked_again_before_a_later_failure_is_raised(tmp_path: Path):
    marks = [tmp_path / name for name in "0123"]
    with pytest.raises(InputError, match="page 1"):
        run_local(engine_tasks.die_at_1_fail_at_1_and_2, marks, workers=2)


def test_an_exception_tells_where_in_the_worker_it_arose():
    with pytest.raises(InputError) as caught:
        run_local(engine_tasks.fail_at_4_and_6, [4, 4], workers=2)
    assert "in fail_at_4_and_6" in caught.value.__notes__[0]


def test_a_failure_kills_the_later_tasks(tmp_path: Path):
    mark = tmp_path / "mark"
    with pytest.raises(InputError, match="failed"):
        run_local(engine_tasks.fail_or_sleep, [(mark, True), (mark, False)], workers=2)
    wait_for_death(int(mark.read_text("ascii")))


def test_after_a_failure_no_more_tasks_are_begun(tmp_path: Path):
    marks = [tmp_path / str(index) for index in range(500)]
    with pytest.raises(InputError, match="0"):
        run_local(engine_tasks.fail_at_0, marks, workers=2)
    assert not marks[499].exists()


@pytest.mark.parametrize(
    ("fn", "message"),
    [
        pytest.param(engine_tasks.raise_never_pickled, "first", id="cannot be pickled"),
        pytest.param(engine_tasks.raise_never_restored, "second", id="cannot be restored"),
    ],
)
def test_an_exception_that_cannot_travel_becomes_a_runtime_error_with_its_text(fn, message: str):
    with pytest.raises(RuntimeError, match=message):
        run_local(fn, [0, 1], workers=2)


NOT_PICKLED = (AttributeError, pickle.PicklingError)  # the second from Python 3.14 on


def test_a_result_that_cannot_be_pickled_is_an_exception_and_no_hang():
    with pytest.raises(NOT_PICKLED, match="lambda"):
        run_local(engine_tasks.return_lambda, [0, 1], workers=2)


def test_a_task_that_cannot_be_pickled_is_an_exception_and_no_hang():
    with pytest.raises(NOT_PICKLED, match="lambda"):
        run_local(engine_tasks.double, [lambda: 0, lambda: 0], workers=2)


def test_an_exception_of_on_result_ends_the_run_and_every_task(tmp_path: Path):
    mark = tmp_path / "mark"

    def refuse(index: int, result: None) -> None:
        raise KeyError(index)

    with pytest.raises(KeyError):
        run_local(engine_tasks.return_or_sleep, [(mark, True), (mark, False)], workers=2, on_result=refuse)
    wait_for_death(int(mark.read_text("ascii")))


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS binds only on Linux")
def test_a_task_out_of_memory_is_a_worker_error():
    with pytest.raises(WorkerError, match="out of memory") as caught:
        run_local(engine_tasks.eat_memory, [0, 1], workers=2)
    assert caught.value.exit_code == 7


# Without Ray


def test_without_ray_its_engine_is_a_usage_error_with_the_command_that_installs_it():
    script = """
from toolkit.engines import run_ray
from toolkit.errors import UsageError
sys.modules["ray"] = None
try:
    run_ray(engine_tasks.double, [1], workers=1)
except UsageError as error:
    print(error.exit_code, error.mend)
"""
    assert run_python(script).stdout == "2 pip install 'article-toolkit[ray]'\n"


def test_local_processes_need_no_import_of_ray():
    assert run_python("print('ray' in sys.modules)").stdout == "False\n"


# What workers see


def test_workers_see_the_environment_of_now_not_that_of_the_first_run():
    script = """
for value in ("first", "second", None):
    os.environ.pop("TOOLKIT_TEST", None)
    if value:
        os.environ["TOOLKIT_TEST"] = value
    print(run_local(engine_tasks.environment, ["TOOLKIT_TEST"] * 2, workers=2))
"""
    expected = "['first', 'first']\n['second', 'second']\n[None, None]\n"
    assert run_python(script).stdout == expected


def test_preloaded_modules_are_there_before_the_first_task():
    script = (
        "print(run_local(engine_tasks.is_imported, ['wave', 'aifc'], workers=2, preload=['wave', 'no_such_module']))"
    )
    assert run_python(script).stdout == "[True, False]\n"


def test_modules_of_the_current_folder_are_not_taken_for_the_preloaded_ones(tmp_path: Path):
    (tmp_path / "wave.py").write_text("raise RuntimeError('imported from the current folder')", "utf-8")
    (tmp_path / "script").mkdir()
    script = tmp_path / "script" / "build.py"
    script.write_text(IMPORTS + "print(run_local(engine_tasks.double, [1, 2], workers=2, preload=['wave']))", "utf-8")
    done = finish(start([str(script)], cwd=tmp_path))
    assert (done.stdout, done.stderr) == ("[2, 4]\n", "")


def test_modules_are_preloaded_from_where_this_process_would_import_them(tmp_path: Path):
    (tmp_path / "found_beside_the_script.py").touch()
    script = tmp_path / "build.py"
    run = "run_local(engine_tasks.is_imported, ['found_beside_the_script'] * 2, workers=2, preload=[{!r}])"
    script.write_text(IMPORTS + f"print({run.format('found_beside_the_script')})", "utf-8")
    assert finish(start([str(script)])).stdout == "[True, True]\n"


# The caller's program

IMPORTS = """
import sys, os
from pathlib import Path
import engine_tasks
from toolkit.engines import run_local
"""
UNGUARDED = IMPORTS + "print('once')\nprint(run_local(engine_tasks.double, [1, 2, 3], workers=2))\n"


def test_a_script_without_a_guard_is_run_only_once(tmp_path: Path):
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED, "utf-8")
    assert finish(start([str(script)])).stdout == "once\n[2, 4, 6]\n"


def test_a_module_without_a_guard_is_run_only_once(tmp_path: Path):
    (tmp_path / "unguarded.py").write_text(UNGUARDED, "utf-8")
    assert finish(start(["-m", "unguarded"], cwd=tmp_path)).stdout == "once\n[2, 4, 6]\n"


def test_a_command_line_program_is_run_only_once():
    assert finish(start(["-c", UNGUARDED])).stdout == "once\n[2, 4, 6]\n"


def test_a_program_on_stdin_is_run_only_once():
    assert finish(start(["-"]), UNGUARDED).stdout == "once\n[2, 4, 6]\n"


def test_an_interactive_session_can_run_tasks_twice():
    session = UNGUARDED + "print(run_local(engine_tasks.double, [4, 5], workers=2))\n"
    assert finish(start(["-q", "-i"]), session).stdout == "once\n[2, 4, 6]\n[8, 10]\n"


def test_the_main_module_is_in_its_place_afterwards():
    script = "main = sys.modules['__main__']\nrun_local(engine_tasks.double, [1, 2], workers=2)\n"
    assert run_python(script + "print(sys.modules['__main__'] is main)").stdout == "True\n"


# The caller's processes

IN_A_CHILD = """
import multiprocessing
from toolkit.errors import WorkerError
def double():
    try:
        print(run_local(engine_tasks.double, [1, 2], workers=2), flush=True)
    except WorkerError as error:
        print(error.message, "|", error.mend, flush=True)
def double_in_a_child(**options):
    child = multiprocessing.get_context("fork").Process(target=double, **options)
    child.start()
    child.join()
"""


def test_a_process_that_is_forked_from_one_with_workers_starts_its_own():
    script = f"{IN_A_CHILD}double()\ndouble_in_a_child()\ndouble()\n"
    assert run_python(script).stdout == "[2, 4]\n[2, 4]\n[2, 4]\n"


def test_a_process_whose_parent_had_a_server_before_workers_were_imported_starts_its_own():
    script = """
import multiprocessing, os, sys
if __name__ == "__main__":
    multiprocessing.get_context("forkserver").Process(target=print).start()
    if os.fork() == 0:
        import engine_tasks
        from toolkit.engines import run_local
        print(run_local(engine_tasks.is_imported, ["wave", "aifc"], workers=2, preload=["wave"]), flush=True)
        os._exit(0)
    os.wait()
"""
    assert finish(start(["-c", script])).stdout.splitlines()[-1] == "[True, False]"


def test_a_process_whose_current_folder_is_gone_is_told_what_workers_need(tmp_path: Path):
    (tmp_path / "gone").mkdir()
    script = f"{IN_A_CHILD}os.rmdir(os.getcwd())\ndouble()"
    assert finish(start(["-c", IMPORTS + script], cwd=tmp_path / "gone")).stdout == (
        "worker processes cannot be started: [Errno 2] No such file or directory | "
        "They need a current folder, and one with a short path in TMPDIR, such as /tmp, for their sockets.\n"
    )


def test_a_daemonic_process_is_told_that_it_can_have_no_workers():
    assert run_python(f"{IN_A_CHILD}double_in_a_child(daemon=True)\n").stdout == (
        "worker processes cannot be started by a daemonic process, as those of multiprocessing.Pool are | "
        "Call it from a process of concurrent.futures.ProcessPoolExecutor.\n"
    )


# The end


def test_a_keyboard_interrupt_goes_on_and_leaves_no_process(tmp_path: Path):
    script = sleeping(tmp_path, "announce_and_sleep")
    process = start(["-c", script], own_group=True)
    wait_for(tmp_path / "0", tmp_path / "1")
    os.killpg(process.pid, signal.SIGINT)
    done = finish(process)
    assert done.returncode == -signal.SIGINT
    assert done.stderr.count("Traceback") == 1


def test_a_keyboard_interrupt_while_modules_are_preloaded_is_told_once(tmp_path: Path):
    slow = "import pathlib, time\npathlib.Path(__file__).with_suffix('.mark').touch()\ntime.sleep(0.5)\n"
    (tmp_path / "slow_to_import.py").write_text(slow, "utf-8")
    script = IMPORTS + "run_local(engine_tasks.announce_and_sleep, [Path('0'), Path('1')], workers=2, preload=['{}'])"
    process = start(["-c", script.format("slow_to_import")], cwd=tmp_path, own_group=True)
    wait_for(tmp_path / "slow_to_import.mark")
    os.killpg(process.pid, signal.SIGINT)
    done = finish(process)
    assert done.returncode == -signal.SIGINT
    assert done.stderr.count("Traceback") == 1


def test_an_exception_of_a_signal_handler_goes_on_and_leaves_no_process(tmp_path: Path):
    handler = "import signal\nsignal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))\n"
    process = start(["-c", handler + sleeping(tmp_path, "announce_and_sleep")])
    wait_for(tmp_path / "0", tmp_path / "1")
    process.terminate()
    assert finish(process).returncode == 143


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(
    "task",
    [
        "announce_and_sleep",
        pytest.param(
            "announce_and_hold_the_interpreter",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process by signal"),
        ),
    ],
)
def test_no_process_outlives_a_parent_that_is_killed(tmp_path: Path, task: str, number: signal.Signals):
    process = start(["-c", sleeping(tmp_path, task)])
    wait_for(tmp_path / "0", tmp_path / "1")
    process.send_signal(number)
    assert finish(process).returncode == -number


def test_no_process_outlives_a_parent_that_is_killed_while_workers_start(tmp_path: Path):
    for delay_s in (0.05, 0.1, 0.15, 0.2, 0.25):
        process = start(["-c", sleeping(tmp_path, "announce_and_sleep")])
        time.sleep(delay_s)
        process.kill()
        finish(process)


def sleeping(folder: Path, task: str) -> str:
    return IMPORTS + f"run_local(engine_tasks.{task}, [Path({str(folder)!r}, name) for name in '01'], workers=2)"


def run_python(script: str) -> subprocess.CompletedProcess[str]:
    return finish(start(["-c", IMPORTS + script]))


def start(arguments: list[str], *, cwd: Path | None = None, own_group: bool = False) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": python_path(TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=own_group,
    )


def finish(process: subprocess.Popen[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Waits for the end of stdout and stderr: every process that was started holds them until it ends."""
    stdout, stderr = process.communicate(stdin, timeout=AFTER_THE_END_S)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def wait_for(*marks: Path) -> None:
    while not all(mark.exists() for mark in marks):
        time.sleep(0.01)


def kill_the_process_of(*marks: Path) -> None:
    wait_for(*marks)
    for mark in marks:
        os.kill(int(mark.read_text("ascii")), signal.SIGKILL)


def wait_for_death(process_id: int) -> None:
    with suppress(ProcessLookupError):
        while True:
            os.kill(process_id, 0)
            time.sleep(0.01)
