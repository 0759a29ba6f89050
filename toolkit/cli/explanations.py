"""What `explain` shows: a page line by line, or a code."""

from __future__ import annotations

from dataclasses import asdict

from rich.text import Text

from toolkit.cli.console import in_colour, results, show
from toolkit.codes import Code
from toolkit.explainer import Explanation
from toolkit.formats import explain_code, harmless, list_text, plain
from toolkit.json_text import json_document

STYLES = {
    "label": "dim",
    "headline": "bold",
    "date": "cyan",
    "teaser": "yellow",
    "age": "dim yellow",
    "source": "green",
    "tag": "magenta",
    "text": "",
}
BRACKETS = {"teaser": ("[", ""), "age": ("| ", "]"), "tag": ("[", "]")}
"""Marks that show without colours where teasers and tags begin and end."""


def print_code(code: Code, form: str) -> None:
    """Print what a code means."""
    show(json_document(asdict(code)) if form == "json" else explain_code(code))


def print_page(explained: Explanation, form: str) -> None:
    """Print how a page is read."""
    if form == "json":
        show(json_document({**asdict(explained), "diagnostics": [plain(found) for found in explained.diagnostics]}))
        return
    width = len(str(explained.lines[-1].line)) if explained.lines else 1
    last_mark = ""
    for line in explained.lines:
        shown = Text(f"{line.line:>{width}} {line.block:<9}", style="dim")
        for part in line.parts:
            before, after = BRACKETS.get(part.mark, ("", ""))
            before, last_mark = "" if last_mark == part.mark == "teaser" else before, part.mark
            shown.append(" ").append(before + harmless(part.text) + after, style=STYLES[part.mark] or "default not dim")
        results.print(shown, soft_wrap=True)
    if explained.diagnostics:
        show("\n" + list_text(explained.diagnostics, colour=in_colour()))
    results.print("\n[bold green]A row.[/]" if explained.accepted else "\n[bold red]A reject.[/]")
