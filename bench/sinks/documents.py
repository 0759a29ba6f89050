"""Outputs that people and tools read beside the rows: card, notes, JSON files, tables, restored pages."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import yaml
from markdown_it import MarkdownIt

from bench.sinks.calls import call
from bench.sinks.comparing import obeyed, obeyed_file, squeezed
from bench.sinks.pages import file_name
from bench.sinks.readers import Html, decoded, runner_commands

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.sinks.subjects import Subject

CELL = 70
"""Characters of an outlet that a table shows, at the least."""

_MARKER = re.compile(r"<!--\s*toolkit")


def card(subject: Subject) -> Iterator[str]:
    """README.md: its YAML, its Markdown as rendered, its sections."""
    text, plain = ((folder / "README.md").read_text("utf-8") for folder in (subject.dist, subject.old))
    yield from obeyed_file(text)
    _, front, body = text.split("---\n", 2)
    if yaml.safe_load(front).keys() != yaml.safe_load(plain.split("---\n", 2)[1]).keys():
        yield "other keys in the YAML"
    if len(_MARKER.findall(text)) != len(_MARKER.findall(plain)):
        yield "other sections"
    page = rendered(body)
    yield from strange_elements(page, rendered(plain.split("---\n", 2)[2]))
    yield from (f"{each}: outlet not shown" for each in _lost_outlets(subject, page.text))
    yield from (f"{each.name}: not in the changelog" for each in subject.payloads if not _is_taken_down(each.key, page))


def rendered(markdown: str) -> Html:
    """The elements that a renderer of GitHub's Markdown makes of a text; HTML in it is HTML."""
    return Html(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown))


def strange_elements(page: Html, plain: Html) -> Iterator[str]:
    """Elements, with their attributes, that the page of plain texts does not have."""
    known = {(element.name, *sorted(element.attributes.items())) for element in plain.elements}
    known |= {("br",), ("ul",), ("li",), ("h3",), ("h2",), ("td", ("style", "text-align:right"))}
    known |= {("th", ("style", "text-align:right")), ("td",), ("th",), ("tr",), ("table",), ("span", ("dir", "auto"))}
    for element in page.elements:
        if (element.name, *sorted(element.attributes.items())) not in known:
            yield f"<{element.name} {element.attributes}>: {element.text[:60]!a}"


def _lost_outlets(subject: Subject, shown: str) -> Iterator[str]:
    seen = squeezed(shown)
    outlets = sorted({row["source"] for row in subject.rows})
    yield from (ascii(outlet) for outlet in outlets if squeezed(outlet[:CELL]) not in seen)


def _is_taken_down(key: str, page: Html) -> bool:
    return any(element.name == "li" and key in element.text for element in page.elements)


def notes(subject: Subject) -> Iterator[str]:
    """`diff`: text, Markdown, JSON; and the notes of a publication."""
    folder = subject.folder / "releases"
    call("publish", subject.old, folder)
    diffs = [call("diff", subject.old, subject.dist, "--format", form) for form in ("text", "markdown", "json")]
    plan = call("publish", subject.dist, folder, "--dry-run")
    for said in (diffs[0], diffs[2], plan):
        yield from obeyed(said)
    yield from obeyed_file(diffs[1].stdout)
    yield from (f"a command of the runner: {found.data[:80]!a}" for found in runner_commands(diffs[1].stdout))
    json.loads(diffs[2].stdout)
    plain = call("diff", subject.old, subject.old, "--format", "markdown")
    page = rendered(diffs[1].stdout)
    yield from strange_elements(page, rendered(plain.stdout))
    for shown in (decoded(diffs[0].stdout), page.text):
        yield from (f"{each}: outlet not shown" for each in _lost_most_changed(subject, shown))


def _lost_most_changed(subject: Subject, shown: str) -> Iterator[str]:
    """Of the outlets those that are new and among the twenty that changed most, whose texts are shown cut to 60."""
    seen = squeezed(shown)
    new = sorted({row["source"] for row in subject.rows})
    yield from (ascii(outlet) for outlet in new if squeezed(decoded(outlet)[:50]) not in seen)


def publication(subject: Subject) -> Iterator[str]:
    """`publish` and `rollback` to a folder: what they say, and what stands there."""
    folder = subject.folder / "published"
    for form in ("text", "json"):
        yield from obeyed(call("publish", subject.old, folder, "--format", form))
        yield from obeyed(call("publish", subject.dist, folder, "--dry-run", "--format", form))
        yield from obeyed(call("publish", subject.dist, folder, "--format", form))
        yield from obeyed(call("rollback", folder, "v1.0.0", "--format", form))
    for path in (path for path in folder.rglob("*") if path.suffix in {".json", ".yaml", ".md"}):
        yield from obeyed_file(path.read_text("utf-8"))


def json_files(subject: Subject) -> Iterator[str]:
    """croissant.json, manifest.json, tags.json."""
    for name in ("croissant.json", "manifest.json", "tags.json"):
        text = (subject.dist / name).read_text("utf-8")
        json.loads(text)
        yield from (f"{name}: {flaw}" for flaw in obeyed_file(text))
    names = "\n".join(entry["name"] for entry in json.loads((subject.dist / "tags.json").read_text("utf-8"))["names"])
    if not names:
        yield "no tags were learnt"


def tables(subject: Subject) -> Iterator[str]:
    """The Parquet files of rejects and duplicates: names and bytes are those of the files."""
    repeats = pq.read_table(subject.dist / "duplicates.parquet").column("file").to_pylist()
    places: dict[str, list[bytes]] = {f"raw/{place}/": [] for place in ("date", "zcopy")}
    for file in (*(row["file"] for row in subject.rejects), *repeats):
        for place, found in places.items():
            if file.startswith(place):
                found.append(name_of(file.removeprefix(place)))
    for payload in subject.payloads:
        wanted = os.fsencode(file_name(payload))
        yield from (f"{payload.name}: not in {place}" for place, found in places.items() if wanted not in found)


def name_of(file: str) -> bytes:
    """The bytes of the name that a `page.file` stands for."""
    pieces = re.split(r"\\x([0-9a-f]{2})", file)
    return b"".join(bytes.fromhex(each) if at % 2 else each.encode() for at, each in enumerate(pieces))


def restored(subject: Subject) -> Iterator[str]:
    """`rejects`: every page is a file below the folder, and nothing is anywhere else."""
    place = subject.folder / "restored"
    place.mkdir()
    before = _outside(subject.folder, place)
    said = call("rejects", subject.dist, "--to", place / "here")
    yield from obeyed(said)
    if said.code:
        yield f"exit code {said.code}: {said.stderr}"
    if _outside(subject.folder, place) != before or [path.name for path in place.iterdir()] != ["here"]:
        yield "something was written elsewhere"
    files = [path for path in (place / "here").rglob("*") if path.is_file()]
    raw = sorted(path.read_bytes() for path in files if not path.name.endswith(".diagnostics.json"))
    if raw != sorted(row["raw"] for row in subject.rejects):
        yield f"{len(raw)} of {len(subject.rejects)} pages came back"
    for path in files:
        if path.name.endswith(".diagnostics.json"):
            text = path.read_text("utf-8")
            json.loads(text)
            yield from obeyed_file(text)


def _outside(folder: Path, place: Path) -> set[Path]:
    return {path for path in (*folder.parent.glob("*"), *folder.rglob("*")) if place not in (path, *path.parents)}


def report(subject: Subject) -> Iterator[str]:
    """`report`: what it says on the terminal."""
    yield from obeyed(call("report", subject.dist, "--output", subject.folder / "report.html", "--with-rejects"))


SINKS = (card, notes, publication, json_files, tables, restored, report)
