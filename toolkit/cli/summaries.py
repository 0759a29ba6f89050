"""What `build` says at its end."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from toolkit.cli.console import in_colour, messages, plain, results, show
from toolkit.cli.findings import findings_text
from toolkit.cli.options import FindingsFormat
from toolkit.codes import CODES
from toolkit.converter import BuildResult
from toolkit.dataset.manifest import PLACES
from toolkit.diagnostics import Diagnostic, cut
from toolkit.formats import list_text
from toolkit.json_text import json_document
from toolkit.sources import SourceOptions, others_text
from toolkit.validation import gather

SHOWN = 5
OWN_FIELDS = ("codes", "kept", "unreadable", "unmatched", "urls", "others")
"""Facts of a result that the fixed JSON does not have."""


def print_build(result: BuildResult, form: FindingsFormat, *, out: str, url_field: str) -> None:
    """Print the result of a build to stdout in one of the formats; `out` is its folder as the user wrote it.

    What is odd about the call and not about the pages goes to stderr.
    """
    if result.unmatched:
        _warn_of_unmatched(result.unmatched)
    if not result.urls and url_field != SourceOptions().url_field:  # that one may be missing
        _warn_of_no_urls(url_field)
    if result.others:
        messages.print(f"note: files left out by their endings: {others_text(result.others)}")
    if form == "text":
        _print_text(result, out)
    elif form == "json":
        show(json_document({key: value for key, value in asdict(result).items() if key not in OWN_FIELDS}))
    else:
        show(findings_text(gather(result.diagnostics), form))


def _warn_of_unmatched(lines: Sequence[str]) -> None:
    shown = ", ".join(repr(cut(line, 100)) for line in lines[:SHOWN])
    more = f", … ({len(lines):,} in all)" if len(lines) > SHOWN else ""
    messages.print(f"[bold yellow]warning:[/] --exclude: no page is named {plain(shown)}{more}")
    messages.print("  A line is an id (16 hex digits), a page.file as the dataset has it, or a URL.")


def _warn_of_no_urls(field: str) -> None:
    messages.print(f"[bold yellow]warning:[/] --url-field: no record has a text called {plain(repr(field))}")
    messages.print("  No page has a URL: `page.url` is null in every row.")


def _print_text(result: BuildResult, out: str) -> None:
    _list("Inputs that were left out", result.diagnostics[: result.unreadable])
    _list("Rejected pages", [found for found in result.diagnostics[result.unreadable :] if found.level == "error"])
    for line in _counts(result):
        results.print(line)
    if result.kept is not None:
        results.print(f"[yellow]Kept[/] what somebody put into the replaced dataset: {plain(result.kept)}")
    if result.out is None:
        results.print("[bold red]No page became a row:[/] nothing was written.")
        return
    size = sum(file.bytes for file in result.files)
    results.print(f"[bold green]Built[/] {plain(out)}  {_megabytes(size)} in {result.seconds:.1f} s")
    results.print(f"[dim]{result.digest}[/]")
    results.print(f"\nNext: [bold]{plain(_next_command(result, _as_argument(out)))}[/]")


def _list(title: str, found: Sequence[Diagnostic]) -> None:
    """The first findings under a title; nothing for none."""
    if not found:
        return
    more = f" (the first {SHOWN} of {len(found):,} findings)" if len(found) > SHOWN else ""
    results.print(f"[bold]{title}[/]{more}\n")
    show(list_text(found[:SHOWN], colour=in_colour()))
    results.print()


def _counts(result: BuildResult) -> Iterator[str]:
    """A line for each place where pages went, and below it one for each code."""
    width = len(f"{result.pages:,}")
    codes = {"rows": result.warnings, "rejected": result.codes}
    for name in ("pages", *PLACES):
        number: int = getattr(result, name)
        if number or name in ("pages", "rows", "rejected"):
            yield f"{number:>{width},}  [bold]{name}[/]"
        for code, found in sorted(codes.get(name, {}).items()):
            yield f"[dim]{found:>{width},}    {code} {CODES[code].title}[/]"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _as_argument(path: str) -> str:
    """As a shell takes it for one word, and the program for no option."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _next_command(result: BuildResult, out: str) -> str:
    return f"toolkit rejects {out} --to rejected" if result.rejected else f"toolkit validate {out}"
