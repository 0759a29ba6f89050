"""Hostile arguments, settings and files of datasets, for every verb: an exit code of ours, a message, no traceback."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from bench.sinks.calls import call
from bench.sinks.comparing import obeyed
from bench.sinks.pages import file_name, make_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sinks.payloads import Payload
    from bench.sinks.subjects import Subject

TEXTS = ("manifest.json", "SHA256SUMS", "article.odcs.yaml", "layout.yaml", "tags.json", "croissant.json", "README.md")
"""Files of a dataset that somebody else may have written."""

TURNS = 4

OPTIONS = {
    "build": ("--version", "--workers", "--engine", "--encoding", "--layout", "--schema", "--tags", "--card",
              "--exclude", "--previous", "--max-rejected", "--text-field", "--url-field", "--shard-size", "--format"),
    "validate": ("--format", "--select", "--ignore", "--max-diagnostics", "--expect-digest", "--key", "--schema",
                 "--encoding", "--layout", "--tags", "--exclude", "--text-field"),
    "explain": ("--format", "--encoding", "--layout", "--schema", "--tags"),
    "schema": ("--format", "--schema"),
    "report": ("--language", "--previous"),
    "diff": ("--format", "--endpoint"),
    "publish": ("--sign", "--format", "--endpoint"),
    "rollback": ("--format", "--endpoint"),
}  # fmt: skip
"""Options that take a value and write nothing outside of what `_wheres` names."""


def arguments(subject: Subject) -> Iterator[str]:
    """A payload as each argument, and as the value of a quarter of the options: four payloads have all of them."""
    place = subject.folder / "arguments"
    place.mkdir()
    for payload in subject.payloads:
        text = _argument(payload)
        for called in (*_positions(subject, place, text), *_options(subject, place, text, payload.number)):
            said = call(*called)
            yield from (f"{payload.name}: {_short(called)}: {flaw}" for flaw in obeyed(said))


def _argument(payload: Payload) -> str:
    """The text as the system passes it on: bytes without NUL, those that are no UTF-8 as halves of surrogate pairs."""
    raw = payload.text[:4_000].replace("\0", "").encode("utf-8", "surrogatepass")
    return raw.decode("utf-8", "surrogateescape")


def _positions(subject: Subject, place: Path, text: str) -> Iterator[tuple[str | Path, ...]]:
    """Each argument; what is written to is a name below `place`."""
    below = place / file_name_of(text)
    yield (text,)
    yield "build", "--", text
    yield "build", subject.folder / "plain", "--out", below
    yield "validate", "--", text
    yield "explain", "--", text
    yield "rejects", "--to", below, "--", text
    yield "rejects", subject.dist, "--to", below / "rejects"
    yield "report", "--output", below / "report.html", "--", text
    yield "report", subject.old, "--output", below / "report.html"
    yield "diff", subject.old, "--", text
    yield "diff", "--", text, subject.old
    yield "publish", subject.old, below / "releases", "--dry-run"
    yield "rollback", "--", str(below / "releases"), text


def file_name_of(text: str) -> str:
    """`text` as a name below a folder: no `/`, short, never `.` or `..`."""
    raw = f"n{text}".replace("/", "\u2215").encode("utf-8", "surrogateescape")[:150]
    return os.fsdecode(raw)


def _options(subject: Subject, place: Path, text: str, turn: int) -> Iterator[tuple[str | Path, ...]]:
    page = subject.folder / "plain" / "0.txt"
    subjects: dict[str, tuple[str | Path, ...]] = {
        "build": (page, "--out", place / "built"),
        "validate": (page,),
        "explain": (page,),
        "schema": (),
        "report": (subject.old, "--output", place / "report.html"),
        "diff": (subject.old, subject.old),
        "publish": (subject.old, place / "releases", "--dry-run"),
        "rollback": (place / "releases", "v1.0.0"),
    }
    every = [(verb, option) for verb, options in OPTIONS.items() for option in options]
    for verb, option in every[turn % TURNS :: TURNS]:
        yield (verb, *subjects[verb], f"{option}={text}")


def _short(called: tuple[str | Path, ...]) -> str:
    return ascii(" ".join(str(part)[-40:] for part in called))[:160]


def settings(subject: Subject) -> Iterator[str]:
    """A payload as verb, as option and as value in toolkit.toml."""
    place = subject.folder / "settings"
    place.mkdir()
    with contextlib.chdir(place):
        for payload in subject.payloads:
            text = json.dumps(payload.text.encode("utf-8", "ignore").decode())
            tables = (
                f"[{text}]\nout = 1\n",
                f"[build]\n{text} = 1\n",
                f"[build]\nout = {text}\nversion = {text}\n",
                f"[schema]\nschema = {text}\n",
                f"[explain]\nencoding = {text}\n",
                payload.text,
            )
            for table in tables:
                Path("toolkit.toml").write_bytes(table.encode("utf-8", "surrogatepass"))
                for called in (("build", subject.folder / "plain", "--workers=1"), ("schema",), ("explain", "raw.txt")):
                    yield from (f"{payload.name}: {table[:30]!a}: {flaw}" for flaw in obeyed(call(*called)))


def datasets(subject: Subject) -> Iterator[str]:
    """A dataset one file of which is a payload, or has one in it, or is called so; two files of eight a payload."""
    files = (*TEXTS, "another")
    for payload in subject.payloads:
        for number in (payload.number % TURNS, payload.number % TURNS + TURNS):
            name = files[number]
            place = subject.folder / "damaged"
            shutil.copytree(subject.old, place)
            _damage(place, name, payload, whole=payload.number // TURNS % 2 == 0)
            for called in _readings(subject, place, name):
                yield from (f"{payload.name}: {name}: {_short(called)}: {flaw}" for flaw in obeyed(call(*called)))
            shutil.rmtree(place)
            shutil.rmtree(subject.folder / "reread", ignore_errors=True)


def _damage(place: Path, name: str, payload: Payload, *, whole: bool) -> None:
    raw = payload.text[:4_000].encode("utf-8", "surrogatepass")
    if name == "another":
        (place / file_name(payload)).write_bytes(raw)
        return
    before = (place / name).read_bytes()
    quoted = json.dumps(payload.text[:1_000]).encode()
    marked = before.replace(b'"1.0.0"', quoted, 1).replace(b"name: Arabic news articles", b"name: " + quoted, 1)
    (place / name).write_bytes(raw if whole else marked if marked != before else before + raw)


def _readings(subject: Subject, place: Path, name: str) -> Iterator[tuple[str | Path, ...]]:
    """Every verb that reads a dataset, and a build that is given this file of it."""
    out = subject.folder / "reread"
    yield "validate", place, "--workers", "1"
    yield "diff", place, subject.old
    yield "report", place, "--output", out / "report.html"
    yield "publish", place, out / "releases", "--dry-run"
    yield "build", subject.folder / "plain", "--out", place, "--workers", "1"
    given = {"README.md": "--card", "tags.json": "--tags", "layout.yaml": "--layout", "article.odcs.yaml": "--schema"}
    if name in given:
        yield "build", subject.folder / "plain", "--out", out / "dist", given[name], place / name, "--workers", "1"


def records(subject: Subject) -> Iterator[str]:
    """A payload as a record, as the text of one, as a container, and as the list of what to leave out."""
    place = subject.folder / "records"
    place.mkdir()
    for payload in subject.payloads:
        raw = payload.text.encode("utf-8", "surrogatepass")
        lines = [raw, json.dumps({"text": payload.text}).encode(), json.dumps({payload.text: 1}).encode()]
        (place / "a.jsonl").write_bytes(b"\n".join(lines))
        for kind in ("tar", "zip", "gz", "zst", "parquet", "warc.wet", "jsonl.gz", "tar.zst"):
            (place / f"a.{kind}").write_bytes(raw)
        (place / "excluded").write_bytes(raw)
        (place / "a.txt").write_text(make_page(), "utf-8")
        kinds = sorted(path.name for path in place.iterdir() if path.is_file())
        for name in kinds:
            yield from (
                f"{payload.name}: {name}: {flaw}" for flaw in obeyed(call("validate", place / name, "--workers", "1"))
            )
        excluded = call("validate", place / "a.txt", "--exclude", place / "excluded", "--workers", "1")
        yield from (f"{payload.name}: excluded: {flaw}" for flaw in obeyed(excluded))


SINKS = (arguments, settings, datasets, records)
