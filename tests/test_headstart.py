"""Worker processes get ready while the command still imports, where there is work for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

IS_STARTED = """
import sys
from multiprocessing import forkserver
from toolkit.cli.headstart import start_early
start_early(sys.argv[2:], int(sys.argv[1]))
print(forkserver._forkserver._forkserver_pid is not None, "pyarrow" in sys.modules)
"""


def is_started(workers, *inputs):
    command = [sys.executable, "-c", IS_STARTED, str(workers), *map(str, inputs)]
    started, has_imported = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert has_imported == "False", "it has waited for pyarrow"
    return started == "True"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crawl")
    for number in range(50):
        below = folder / f"{number:02}"
        below.mkdir()
        for page in range(100):
            (below / f"{page}.txt").touch()
    return folder


def test_the_server_starts_before_a_crawl_is_listed(crawl):
    assert is_started(2, crawl)


def test_the_server_starts_before_a_large_archive_is_opened(tmp_path):
    archive = tmp_path / "crawl.tar"
    with archive.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    assert is_started(2, tmp_path / "missing.txt", archive)


def test_one_worker_needs_no_server(crawl):
    assert not is_started(1, crawl)


def test_a_few_pages_need_no_server(crawl, tmp_path):
    page = tmp_path / "page.txt"
    page.touch()
    assert not is_started(2, crawl / "00", page, tmp_path / "missing.txt", "https://example.invalid/a.tar")
