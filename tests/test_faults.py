"""The short form of `python -m bench.faults`: every third file operation of a build over `storage` fails."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPPED = 77


def run_faults(folder, *options):
    memory = Path("/dev/shm")
    done = subprocess.run(
        [sys.executable, "-m", "bench.faults", *options, "--folder", str(memory if memory.is_dir() else folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == SKIPPED:
        pytest.skip(done.stdout.strip())
    return done


def test_after_any_fault_the_output_is_old_or_new_and_the_next_build_is_clean(tmp_path):
    done = run_faults(
        tmp_path,
        "--subject",
        "storage",
        "--every",
        "3",
        "--compound",
        "60",
        "--random-kills",
        "20",
        "--within-s",
        "0.01",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 torn outputs" in done.stdout


def test_a_careless_build_is_found_at_fault(tmp_path):
    done = run_faults(tmp_path, "--subject", "careless")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "torn output, exit 4" in done.stdout
