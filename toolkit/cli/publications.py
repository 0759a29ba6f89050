"""What `publish` and `rollback` say at their end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from toolkit.cli.console import draws_bars, messages, plain, results, show
from toolkit.json_text import json_document

if TYPE_CHECKING:
    from toolkit.release import Publication, Scan

MAX_PATHS = 20
MAX_FINDINGS = 10
JSON_FIELDS = ("destination", "revision", "tag", "uploaded", "unchanged", "deleted", "dry_run")


def quiet_clients() -> None:
    """Keep the Hub's client from drawing bars where we draw none; call it before that is imported."""
    if not draws_bars():
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def print_publication(made: Publication, form: str, *, verb: str = "Published") -> None:
    """Print what was done, or what a dry run would do, to stdout."""
    if form == "json":
        show(json_document({name: getattr(made, name) for name in JSON_FIELDS}))
        return
    if made.dry_run:
        results.print(f"[bold]Plan for {plain(made.destination)}[/] (nothing was changed)")
    for word, paths in _lists(made):
        results.print(_listing(word, paths))
    if not made.dry_run:
        revision = f" ({plain(made.revision)})" if made.revision and made.revision != made.tag else ""
        results.print(f"[bold green]{verb}[/] {plain(made.destination)} {plain(made.tag or 'pull request')}{revision}")
    elif made.notes:
        results.print(f"\n{plain(made.notes)}", end="")


def print_scan(scan: Scan | None) -> None:
    """Print what was found in the texts to stderr, for it is a report and no result."""
    if scan is None or not scan.counts:
        return
    told = ", ".join(f"{count:,} {code}" for code, count in scan.counts)
    messages.print(f"[yellow]Found in the texts:[/] {told} (toolkit explain CODE)")
    for found in scan.diagnostics[:MAX_FINDINGS]:
        place = f":{found.line}" if found.line else f" row {found.row} {found.path}"
        messages.print(f"  {plain(found.file)}{plain(place)}: {found.code} {plain(found.message)}")


def print_latest(made: Publication) -> None:
    """Tell on stderr where readers who name no version get another release than the one that was published."""
    if made.tag is not None and made.latest not in (None, made.tag):
        place, tag, latest = plain(made.destination), plain(made.tag), plain(made.latest or "")
        messages.print(
            f"Readers who name no version keep getting {latest}. To give them {tag}: toolkit rollback {place} {tag}"
        )


def _lists(made: Publication) -> list[tuple[str, tuple[str, ...]]]:
    plan = made.plan
    found = [("add", plan.add), ("replace", plan.replace), ("delete", plan.delete), ("unchanged", plan.unchanged)]
    return [(word, paths) for word, paths in found if paths]


def _listing(word: str, paths: tuple[str, ...]) -> str:
    more = [f"  … {len(paths) - MAX_PATHS} more"] if len(paths) > MAX_PATHS else []
    return "\n".join([f"{word} {len(paths)}", *(f"  {plain(path)}" for path in paths[:MAX_PATHS]), *more])
