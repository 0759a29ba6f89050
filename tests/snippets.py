"""Fenced blocks of Markdown, and how they are run: what a page of the documentation says is tried as it stands.

- `sh` and `python` blocks of one page are run in order, in one folder that starts with `raw/` in it. They must end
  with exit code 0, or with the one that `exit="N"` after the language says.
- A block of any language with `title="NAME"` is the text of the file NAME: it is written there.
- A `toolkit` in them, and the Python that runs them, are those of tests/commands.py, which start sooner.
- A `text` block after one that was run shows what it printed: each of its lines must be in the output. `…` stands for
  anything.
- `skip="REASON"` keeps a block from being run; the reason is told.
- A block that needs a verb which does not exist yet is not run, and that is told too.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from commands import python_command, toolkit_command
from markdown_it import MarkdownIt

import toolkit
from docs.reference import verbs

ROOT = Path(__file__).parents[1]
COMMANDS = Path(sys.executable).parent
VERBS = verbs()

TIMEOUT_S = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: `place` is file:line of its fence, `language` its first word, `options` the rest."""

    place: str
    language: str
    options: dict[str, str]
    text: str

    def missing(self) -> list[str]:
        """What of the toolkit the block needs and does not find: verbs, functions."""
        verbs = re.findall(r"(?:^|[/\s])toolkit ([a-z]+)", self.text, re.MULTILINE) if self.language == "sh" else []
        names = re.findall(r"\btoolkit\.([a-z_]+)\(", self.text) if self.language == "python" else []
        return [f"toolkit {verb}" for verb in verbs if verb not in VERBS] + [
            f"toolkit.{name}" for name in names if name not in toolkit.__all__
        ]


def blocks(page):
    """The fenced blocks of a Markdown file, in order."""
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    name = page.relative_to(ROOT)
    return [
        Block(
            place=f"{name}:{token.map[0] + 1}",
            language=(token.info.split() or [""])[0],
            options=dict(re.findall(r'([a-z-]+)="([^"]*)"', token.info)),
            text=token.content,
        )
        for token in tokens
        if token.type == "fence"
    ]


def prepare(folder):
    """Make `folder` a place to run blocks in."""
    shutil.copytree(ROOT / "raw", folder / "raw")
    return folder


def run_blocks(found, folder):
    """Run what can be run; gives back why the rest was not. AssertionError, with the place, where a block is wrong."""
    untried, output = [], None
    for block in found:
        if "title" in block.options:
            path = folder / block.options["title"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.language in ("sh", "python"):
            reasons = [f"no `{name}`" for name in block.missing()]
            reasons += [block.options["skip"]] if "skip" in block.options else []
            untried += [f"{block.place}: {reason}" for reason in reasons]
            output = None if reasons else run_block(block, folder)
        elif block.language == "text" and output is not None:
            check_shown(block, output)
    return untried


def run_block(block, folder):
    """What a block prints, on stdout and stderr."""
    command = [python_command(), "-"] if block.language == "python" else ["bash", "-euo", "pipefail", "-s"]
    done = subprocess.run(
        command, input=block.text, cwd=folder, env=environment(folder), text=True, check=False, timeout=TIMEOUT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    wanted = int(block.options.get("exit", "0"))
    assert done.returncode == wanted, f"{block.place}: exit code {done.returncode}\n{block.text}\n{done.stdout}"
    return done.stdout


def environment(folder):
    """The environment of a person at an 80 column terminal who has installed the toolkit, offline."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return {
        **kept,
        "PATH": os.pathsep.join([str(toolkit_command().parent), str(COMMANDS), kept["PATH"]]),
        "HF_HOME": str(folder / ".cache"),
        "HF_HUB_OFFLINE": "1",
        "NO_COLOR": "1",
        "COLUMNS": "80",
        "GITHUB_STEP_SUMMARY": str(folder / ".summary"),
    }


def check_shown(block, output):
    """Every line of a block must be a line of the output, but for white space at both ends; `…` is anything."""
    printed = [line.strip() for line in output.splitlines()]
    for line in filter(None, map(str.strip, block.text.splitlines())):
        pattern = re.escape(line).replace("…", ".*")
        assert any(re.fullmatch(pattern, each) for each in printed), f"{block.place}: not printed: {line}\n{output}"
