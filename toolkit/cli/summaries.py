"""What `build` says at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from rich.table import Table

from toolkit.cli.console import plain, results, show
from toolkit.codes import CODES
from toolkit.converter import BuildResult
from toolkit.formats import gather, json_document, list_text, to_github, to_sarif

SHOWN = 5
OWN_FIELDS = ("codes", "kept")
"""Facts of a result that the fixed JSON does not have."""


def print_build(result: BuildResult, form: str) -> None:
    """Print the result of a build to stdout, as text, JSON, SARIF or commands of GitHub."""
    if form == "text":
        _print_text(result)
    elif form == "json":
        show(json_document({key: value for key, value in asdict(result).items() if key not in OWN_FIELDS}))
    else:
        findings = gather(result.diagnostics)
        show(to_github(findings) if form == "github" else to_sarif(findings))


def _print_text(result: BuildResult) -> None:
    if result.rejected:
        results.print(f"[bold]Rejected pages[/] (the first of {result.rejected:,})\n")
        show(list_text(result.diagnostics[:SHOWN], colour=results.is_terminal and not results.no_color))
        results.print()
    results.print(_counts(result))
    if result.kept is not None:
        results.print(f"[yellow]Kept[/] what somebody put into the replaced dataset: {plain(result.kept)}")
    if result.out is None:
        results.print("[bold red]No page became a row:[/] nothing was written.")
        return
    size = sum(file.bytes for file in result.files)
    results.print(f"[bold green]Built[/] {plain(result.out)}  {_megabytes(size)} in {result.seconds:.1f} s")
    results.print(f"[dim]{result.digest}[/]")
    results.print(f"\nNext: [bold]{plain(_next_command(result))}[/]")


def _counts(result: BuildResult) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    names = ("pages", "rows", "rejected", "duplicates", "foreign", "excluded")
    for name in names:
        number: int = getattr(result, name)
        if number or name in ("pages", "rows", "rejected"):
            table.add_row(f"{number:,}", f"[bold]{name}[/]")
            _add_codes(table, result.codes if name == "rejected" else result.warnings if name == "rows" else {})
    return table


def _add_codes(table: Table, codes: Mapping[str, int]) -> None:
    for code, number in sorted(codes.items()):
        table.add_row(f"[dim]{number:,}[/]", f"[dim]  {code} {CODES[code].title}[/]")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _next_command(result: BuildResult) -> str:
    if result.rejected:
        return f"toolkit rejects {result.out} --to rejected"
    return f"toolkit validate {result.out}"
