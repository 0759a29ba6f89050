"""How many workers there are when nobody says: as many as this process may use cores."""

import os
import subprocess
import sys

import pytest

from toolkit.engines import usable_cores

ALL = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

PINNED = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from toolkit.engines import usable_cores
print(usable_cores())
"""


def system(root, groups, files):
    """What a kernel shows a process in these control groups."""
    for path, text in {"proc/self/cgroup": groups, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return usable_cores(root)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system does not pin processes")
def test_a_pinned_process_uses_its_own_cores():
    assert subprocess.run([sys.executable, "-c", PINNED], capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.mark.parametrize(
    ("groups", "files", "cores"),
    [
        pytest.param("", {}, ALL, id="no groups"),
        pytest.param("0::/\n", {"sys/fs/cgroup/cpu.max": "max 100000\n"}, ALL, id="no limit"),
        pytest.param("0::/\n", {"sys/fs/cgroup/cpu.max": "100000 100000\n"}, 1, id="one core"),
        pytest.param("0::/\n", {"sys/fs/cgroup/cpu.max": "20000 100000\n"}, 1, id="a part of a core"),
        pytest.param("0::/\n", {"sys/fs/cgroup/cpu.max": "110000 100000\n"}, min(2, ALL), id="little more than one"),
        pytest.param("0::/\n", {"sys/fs/cgroup/cpu.max": "9900000 100000\n"}, ALL, id="more than there are"),
        pytest.param("0::/a/b\n", {"sys/fs/cgroup/a/cpu.max": "50000 50000\n"}, 1, id="of a group above"),
        pytest.param(
            "0::/docker/1\n", {"sys/fs/cgroup/cpu.max": "90000 100000\n"}, 1, id="a container that sees its host's name"
        ),
        pytest.param("0::/\n", {"sys/fs/cgroup/cpu.max": "\n"}, ALL, id="nothing said"),
        pytest.param(
            "4:memory:/a\n3:cpu,cpuacct:/a\n",
            {"sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "100000\n", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n"},
            1,
            id="first version",
        ),
        pytest.param(
            "3:cpu:/\n",
            {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"},
            ALL,
            id="first version, no limit",
        ),
    ],
)
def test_a_quota_of_time_counts(tmp_path, groups, files, cores):
    assert system(tmp_path, groups, files) == cores
