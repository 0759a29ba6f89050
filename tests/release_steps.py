"""Builds and publications against the server of hub_server.py, by command and by call."""

import atexit
import json
import os
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from commands import python_command, toolkit_command, toolkit_run
from hub_server import TOKEN, running_hub

import toolkit
from toolkit.errors import ToolkitError

NEWS = "hf://datasets/me/news"

READER = """
import json, os, sys
from datasets import load_dataset

found = [load_dataset("me/news", revision=revision, split="train")["headline"][:] for revision in sys.argv[1:]]
print(json.dumps(found), flush=True)
os._exit(0)  # threads of the libraries have been seen to abort a process that ends
"""

PAGE = """خبر {n}
تاريخ النشر: {n}th, September 2023 GMT
نص الخبر رقم {n}.
المصدر: سانا
كلمات دلالية: روسيا
"""


class Desk:
    """A folder to work in, with a server of the Hub and a token in the environment."""

    def __init__(self, home: Path, address: str) -> None:
        self.home = home
        self.address = address
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "AWS_"))},
            "HF_ENDPOINT": address,
            "HF_HOME": str(home / ".hf"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_UPDATE_DOWNLOAD_COUNTS": "0",
            "HF_TOKEN": TOKEN,
        }

    def write_pages(self, folder: str, *numbers: int) -> None:
        (self.home / folder).mkdir(parents=True, exist_ok=True)
        for n in numbers:
            (self.home / folder / f"{n}.txt").write_text(PAGE.format(n=n), "utf-8")

    def start(self, *command: str) -> subprocess.Popen:
        return subprocess.Popen(
            [toolkit_command(), *command],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, command: str, *, code: int = 0) -> subprocess.CompletedProcess:
        """What `toolkit COMMAND` gives; it must end with the exit code."""
        done = toolkit_run(*command.split(), cwd=self.home, env=self.environment)
        assert done.returncode == code, f"toolkit {command}\n{done.stdout}\n{done.stderr}"
        return done

    def ask(self, command: str) -> dict:
        """The JSON that `toolkit COMMAND --format json` prints."""
        return json.loads(self.run(f"{command} --format json").stdout)

    def load(self, *revisions: str) -> list[list[str]]:
        """The headlines of each version, as a reader loads them."""
        environment = {**self.environment, "HF_DATASETS_CACHE": str(self.home / ".cache" / revisions[0])}
        command = [python_command(), "-c", READER, *revisions]
        return json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)

    def build(self, version: str = "0.0.0", **options: object) -> None:
        """Build the pages in `pages` into `dataset`, by call."""
        toolkit.build(self.home / "pages", self.home / "dataset", version=version, workers=1, **options)

    def publish(self, destination: str = NEWS, **options: object) -> toolkit.Publication:
        """Publish `dataset`, by call."""
        endpoint = self.address if destination == NEWS else None
        return toolkit.publish(self.home / "dataset", destination, endpoint=endpoint, **options)

    def release(self, version: str, *numbers: int) -> toolkit.Publication:
        """Write more pages, build them all into `dataset`, and publish it, by call."""
        self.write_pages("pages", *numbers)
        self.build(version)
        return self.publish()

    def stand(self, version: str, *numbers: int, **options: object) -> None:
        """The same, but for publishing: the server has the release already, as if it had been published before."""
        self.write_pages("pages", *numbers)
        self.build(version, **options)
        order = {"repo": "me/news", "folder": str(self.home / "dataset"), "tag": f"v{version}"}
        self.control("adopt", order)

    def refused(self, destination: str = NEWS, **options: object) -> str:
        """What `publish` says when it refuses, by call; it must end with exit code 1."""
        with pytest.raises(ToolkitError) as refusal:
            self.publish(destination, **options)
        assert refusal.value.exit_code == 1
        return refusal.value.message

    def control(self, path: str, order: object = None) -> object:
        data = None if order is None else json.dumps(order).encode()
        with urllib.request.urlopen(f"{self.address}/_control/{path}", data=data) as answer:
            return json.load(answer)

    def repository(self) -> dict:
        """Refs, and by commit the SHA-256 of every file."""
        return self.control("repo/me/news")

    def files_at(self, ref: str) -> dict[str, str]:
        repository = self.repository()
        return repository["commits"][repository["refs"][ref]]

    def tags(self) -> list[str]:
        return sorted(ref.removeprefix("refs/tags/") for ref in self.repository()["refs"] if "/tags/" in ref)


@cache
def hub_address():
    """The address of a server for the tests of this process, one after another."""
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(running_hub())


@pytest.fixture
def desk(tmp_path, monkeypatch):
    desk = Desk(tmp_path, hub_address())
    desk.control("forget")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(sys, "executable", str(python_command()))
    monkeypatch.chdir(tmp_path)
    return desk
