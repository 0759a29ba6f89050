"""Outputs of findings: text, JSON, SARIF, workflow commands, step summaries, JUnit, a terminal, `explain`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from markdown_it import MarkdownIt

from bench.sinks.calls import Said, call, call_on_terminal
from bench.sinks.comparing import missing, obeyed, obeyed_text, pieces_of, squeezed
from bench.sinks.readers import decoded, runner_commands, without_colours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.sinks.subjects import Subject

SHOWN = 190
"""Characters of a found value that every format shows, at the least."""


def _validate(*arguments: str | Path) -> Said:
    return call("validate", *arguments, "--workers", "1")


def _dates(subject: Subject) -> Iterator[tuple[str, str]]:
    """Name and first line of each payload that stood where a date should."""
    rejected = {row["file"]: row for row in subject.rejects}
    for payload in subject.payloads:
        if any(payload.key in file and "P203" in row["codes"] for file, row in rejected.items()):
            yield payload.name, (pieces_of(payload.text, SHOWN) or [""])[0]


def text(subject: Subject) -> Iterator[str]:
    """`validate` of pages and of a dataset, `build`: text."""
    said = _validate(*subject.inputs.paths)
    yield from obeyed(said)
    yield from obeyed(subject.built)
    seen = squeezed(decoded(said.stdout))
    yield from (f"{name}: not shown" for name, line in _dates(subject) if squeezed(decoded(line)) not in seen)
    said = _validate(subject.tampered)
    yield from obeyed(said)
    yield from (
        f"{each.name}: {lost}" for each in subject.payloads for lost in missing(said.stdout, each.text, limit=SHOWN)
    )


def json_text(subject: Subject) -> Iterator[str]:
    """`build`, `validate`: JSON."""
    for arguments in _looks(subject):
        said = call(*arguments, "--workers", "1", "--format", "json")
        yield from obeyed(said)
        yield from _not_found(subject, arguments, json.loads(said.stdout)["diagnostics"])


def _looks(subject: Subject) -> tuple[tuple[str | Path, ...], ...]:
    return (
        ("validate", *subject.inputs.paths),
        ("validate", subject.tampered),
        ("build", *subject.inputs.paths, "--out", subject.folder / "again"),
    )


def _not_found(
    subject: Subject,
    arguments: tuple[str | Path, ...],
    found: list[dict[str, Any]],  # Any: values of JSON
) -> Iterator[str]:
    """Payloads that no diagnostic shows."""
    shown = squeezed(decoded("\n".join(str(each["found"]) for each in found)))
    if subject.tampered in arguments:
        wanted = [(each.name, piece) for each in subject.payloads for piece in pieces_of(each.text, SHOWN)]
    else:
        wanted = list(_dates(subject))
    yield from (f"{name}: not shown" for name, piece in wanted if squeezed(decoded(piece)) not in shown)
    files = {squeezed(decoded(str(each["file"]))) for each in found}
    if subject.tampered not in arguments:
        names = [row["file"] for row in subject.rejects]
        yield from (f"{name!a}: no such file" for name in names if not _ends(files, squeezed(decoded(name))))


def _ends(files: set[str], name: str) -> bool:
    return any(file.endswith(name) for file in files)


def sarif(subject: Subject) -> Iterator[str]:
    """`build`, `validate`: SARIF."""
    for arguments in _looks(subject):
        said = call(*arguments, "--workers", "1", "--format", "sarif")
        yield from obeyed(said)
        results = json.loads(said.stdout)["runs"][0]["results"]
        places = [each["locations"][0]["physicalLocation"] for each in results]
        found = [
            {
                "found": each.get("properties", {}).get("found"),
                "file": os.fsdecode(unquote_to_bytes(place["artifactLocation"]["uri"])),
            }
            for each, place in zip(results, places, strict=True)
        ]
        yield from _not_found(subject, arguments, found)


def github(subject: Subject) -> Iterator[str]:
    """`build`, `validate`: workflow commands."""
    for arguments in _looks(subject):
        said = call(*arguments, "--workers", "1", "--format", "github")
        yield from obeyed(said, commands=True)
        commands = runner_commands(said.stdout)
        names = {name for command in commands for name in (command.name, *command.properties)}
        yield from (
            f"{name!a} is no word of ours" for name in names - {"error", "warning", "file", "line", "col", "title"}
        )
        if len(said.stdout.splitlines()) != len(commands) + 1:
            yield "a line that is no command"
        found = [{"found": command.data, "file": command.properties["file"]} for command in commands]
        yield from _not_found(subject, arguments, found)


def summary(subject: Subject) -> Iterator[str]:
    """The summary of a step: Markdown as GitHub renders it."""
    path = subject.folder / "summary.md"
    os.environ["GITHUB_STEP_SUMMARY"] = str(path)
    try:
        _validate(*subject.inputs.paths, "--format", "github", "--select", "P203")
    finally:
        del os.environ["GITHUB_STEP_SUMMARY"]
    written = path.read_text("utf-8")
    yield from obeyed_text(written)
    inline = [token for token in MarkdownIt("gfm-like", {"linkify": False}).parse(written) if token.type == "inline"]
    children = [child for token in inline for child in token.children or ()]
    kinds = {child.content if child.type == "html_inline" else child.type for child in children}
    known = {"text", "text_special", "<code>", "</code>", "<br>", "strong_open", "strong_close"}
    yield from (f"{kind!a} in the summary" for kind in kinds - known)
    shown = squeezed(decoded("".join(child.content for child in children if child.type.startswith("text"))))
    for name, line in list(_dates(subject))[:40]:
        if squeezed(decoded(line))[:60] not in shown:
            yield f"{name}: not shown"


def junit(subject: Subject) -> Iterator[str]:
    """The pytest plugin: what it prints, and its JUnit report."""
    report = subject.folder / "junit.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-vv", "-c", os.devnull]
    done = subprocess.run(
        [*command, f"--rootdir={subject.folder}", "--article-dataset", subject.tampered, f"--junitxml={report}"],
        capture_output=True, check=False, cwd=subject.folder,
    )  # fmt: skip
    said = Said(code=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())
    yield from obeyed(said)
    failures = [failure.text or "" for failure in ElementTree.parse(report).getroot().iter("failure")]
    shown = "\n".join(failures)
    yield from obeyed_text(shown)
    yield from (f"{each.name}: {lost}" for each in subject.payloads for lost in missing(shown, each.text, limit=SHOWN))


def terminal(subject: Subject) -> Iterator[str]:
    """A terminal with colours and a progress bar."""
    page = subject.inputs.folder / "text" / f"{subject.payloads[0].number:03}.txt"
    calls: tuple[tuple[str | Path, ...], ...] = (
        ("validate", *subject.inputs.paths),
        ("validate", subject.tampered),
        ("build", *subject.inputs.paths, "--out", subject.folder / "on-terminal"),
        ("explain", page),
    )
    for arguments in calls:
        yield from obeyed_on_terminal(call_on_terminal(*arguments))


def obeyed_on_terminal(said: Said) -> Iterator[str]:
    """The same as `obeyed`, where colours and a progress bar are ours."""
    yield from obeyed(replace(said, stdout=without_colours(said.stdout)))


def explain(subject: Subject) -> Iterator[str]:
    """`explain` of every page: text and JSON."""
    for payload in subject.payloads:
        for place in ("text", "footer"):
            page = subject.inputs.folder / place / f"{payload.number:03}.txt"
            said, told = call("explain", page), call("explain", page, "--format", "json")
            yield from (f"{payload.name}: {flaw}" for flaw in (*obeyed(said), *obeyed(told)))
            lines = json.loads(told.stdout)["lines"]
            parts = "\n".join(part["text"] for line in lines for part in line["parts"])
            for shown in (said.stdout, parts) if lines else ():
                yield from (f"{payload.name}: {lost} is not shown" for lost in missing(shown, payload.text))


SINKS = (text, json_text, sarif, github, summary, junit, terminal, explain)
