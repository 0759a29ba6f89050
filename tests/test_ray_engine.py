"""The engine of a Ray cluster: what holds of local processes, and what is its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import engine_tasks
import pytest
from built import hashes_of
from commands import python_path
from made_pages import write_pages

import toolkit
from toolkit.engines import Died, ray_cluster, run_local, run_ray
from toolkit.errors import InputError, UsageError, WorkerError

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
pytestmark = pytest.mark.ray

TESTS = Path(__file__).parent


@pytest.fixture(scope="class")
def cluster():
    with ray_cluster(2):
        yield


@pytest.fixture(scope="module")
def nodes():
    """A cluster of one node with one CPU, which nobody has joined."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
        started = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield started
    started.shutdown()


@pytest.mark.usefixtures("cluster")
class TestOnAClusterOfThisMachine:
    def test_results_stand_in_task_order_though_the_last_task_ends_first(self):
        results = run_ray(engine_tasks.double_slowly_backwards, range(10), workers=3)
        assert results == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]

    def test_a_build_there_gives_the_same_bytes(self, tmp_path: Path):
        write_pages(tmp_path / "raw", 20)
        toolkit.build([tmp_path / "raw"], tmp_path / "here", shard_size=2000)
        toolkit.build([tmp_path / "raw"], tmp_path / "ray", shard_size=2000, engine="ray", workers=2)
        assert hashes_of(tmp_path / "here") == hashes_of(tmp_path / "ray")

    def test_the_number_of_workers_is_a_default(self):
        assert run_ray(engine_tasks.double, range(20), workers=None) == run_local(
            engine_tasks.double, range(20), workers=1
        )

    def test_even_one_task_runs_in_another_process(self):
        assert run_ray(engine_tasks.process_id, [0], workers=1) != [os.getpid()]

    def test_on_result_is_called_once_for_each_result(self):
        seen: dict[int, int] = {}
        run_ray(engine_tasks.double, [5, 6, 7], workers=2, on_result=seen.__setitem__)
        assert seen == {0: 10, 1: 12, 2: 14}

    def test_a_task_that_kills_its_worker_costs_only_its_own_result(self):
        results = run_ray(engine_tasks.kill_yourself_at_3, range(5), workers=2)
        assert results == [0, 1, 2, Died(task=3, exit_code=None), 4]

    def test_a_worker_killed_from_outside_changes_no_result(self, tmp_path: Path):
        marks = [tmp_path / name for name in "ab"]
        killer = threading.Thread(target=kill_the_process_of, args=marks)
        killer.start()
        assert run_ray(engine_tasks.wait_to_be_killed, marks, workers=2) == ["a", "b"]
        killer.join()

    def test_the_exception_of_the_lowest_numbered_task_is_raised_whoever_fails_first(self):
        with pytest.raises(InputError, match="page 4") as caught:
            run_ray(engine_tasks.fail_at_4_and_6, range(12), workers=4)
        assert caught.value.mend == "fetch it again"

    def test_an_exception_that_cannot_travel_becomes_a_runtime_error_with_its_text(self):
        with pytest.raises(RuntimeError, match="second"):
            run_ray(engine_tasks.raise_never_restored, [0, 1], workers=2)

    @pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS binds only on Linux")
    def test_a_task_out_of_memory_is_a_worker_error(self):
        with pytest.raises(WorkerError, match="out of memory"):
            run_ray(engine_tasks.eat_memory, [0], workers=1)

    def test_tasks_are_seen_by_name_in_the_state_api(self):
        from ray.util.state import list_tasks

        run_ray(engine_tasks.double, range(3), workers=2)
        expected = {"toolkit double 0", "toolkit double 1", "toolkit double 2"}
        cluster = ray.get_runtime_context().gcs_address  # another test process may have one of its own
        while not expected <= {task.name for task in list_tasks(address=cluster, limit=1000)}:  # the API lags behind
            time.sleep(0.2)

    def test_the_cluster_that_was_joined_is_left_as_it_is(self):
        run_ray(engine_tasks.double, [1], workers=1)
        assert ray.is_initialized()


def test_a_cluster_is_started_and_stopped_without_a_word_on_stdout():
    script = """
import engine_tasks, sys
from toolkit.engines import run_ray
print(run_ray(engine_tasks.exit_at_3, range(5), workers=2))
print(sys.modules["ray"].is_initialized())
"""
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "[0, 1, 2, Died(task=3, exit_code=None), 4]\nFalse\n"


def test_a_keyboard_interrupt_goes_on(tmp_path: Path):
    script = f"""
import engine_tasks, pathlib
from toolkit.engines import run_ray
run_ray(engine_tasks.announce_and_sleep, [pathlib.Path({str(tmp_path)!r}, "0")], workers=1)
"""
    process = subprocess.Popen([sys.executable, "-c", script], env=environment(), stderr=subprocess.PIPE)
    wait_for(tmp_path / "0")
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert stderr.endswith(b"KeyboardInterrupt\n")


def test_a_lost_node_changes_no_result(nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """On a cluster of two nodes, found through RAY_ADDRESS."""
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    lost = nodes.add_node(num_cpus=1)
    marks = [tmp_path / name for name in "ab"]

    def lose_a_node() -> None:
        wait_for(*marks)
        nodes.remove_node(lost)
        (tmp_path / "go").touch()

    monkeypatch.setenv("RAY_ADDRESS", nodes.address)
    thread = threading.Thread(target=lose_a_node)
    thread.start()
    try:
        assert run_ray(engine_tasks.wait_for_go, marks, workers=None) == ["a", "b"]
    finally:
        thread.join()


@pytest.mark.usefixtures("nodes")
def test_without_an_address_a_cluster_that_runs_here_is_not_joined():
    """Three CPUs were asked for, so three CPUs are what the cluster has."""
    with ray_cluster(3) as joined:
        assert joined.cluster_resources()["CPU"] == 3


def test_an_address_without_a_cluster_is_a_usage_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(UsageError, match=r"127\.0\.0\.1:1"):
        run_ray(engine_tasks.double, [1], workers=1)


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": python_path(TESTS)}


def kill_the_process_of(*marks: Path) -> None:
    wait_for(*marks)
    for mark in marks:
        os.kill(int(mark.read_text("ascii")), signal.SIGKILL)


def wait_for(*marks: Path) -> None:
    while not all(mark.exists() for mark in marks):
        time.sleep(0.01)
