"""The program and its verbs; `explain`, `schema` and `rejects`, which need no module of their own, stand here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from toolkit.cli.building import build
from toolkit.cli.console import exit_codes, stop_on_signals
from toolkit.cli.defaults import configured_defaults
from toolkit.cli.options import Encoding, LayoutFile, OutputFormat, SchemaFile, TagsFile, TextField, UrlField
from toolkit.cli.releasing import diff, publish, rollback
from toolkit.cli.reporting import report
from toolkit.cli.streams import guarded_streams
from toolkit.cli.usage import Verb, Verbs
from toolkit.cli.validating import validate
from toolkit.engines import fork_ahead, tune_process
from toolkit.errors import UsageError
from toolkit.storage.presence import is_absent

if TYPE_CHECKING:
    from toolkit.codes import Code

# Every verb imports its wing when it runs: `toolkit --help` must not wait for pyarrow and pandas.
# ruff: noqa: PLC0415

app = typer.Typer(
    name="toolkit",
    no_args_is_help=True,
    cls=Verbs,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    pretty_exceptions_enable=False,
    help="Turns Arabic news pages into a typed, validated, reproducible dataset.",
)

SHOWN = 5
"""Pages under another name that `rejects` lists."""


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    stop_on_signals()
    tune_process()
    with guarded_streams(), exit_codes():
        program = typer.main.get_command(app)
        program(prog_name="toolkit", default_map=configured_defaults(program))


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"toolkit {version('article-toolkit')}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def _complete_code(begun: str) -> list[str]:
    """The codes that begin so; none where nothing is written yet, for then the shell names files."""
    from toolkit.codes import CODES

    return [code for code in CODES if begun and code.startswith(begun)]


def explain(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="FILE|CODE", help="A page as a build names it, or a code: P203.", autocompletion=_complete_code
        ),
    ],
    output_format: OutputFormat = "text",
    encoding: Encoding = None,
    layout: LayoutFile = None,
    schema: SchemaFile = None,
    tags: TagsFile = None,
    text_field: TextField = "text",
    url_field: UrlField = "url",
) -> None:
    """Show how a page is read, line by line, or what a code means.

    Exit codes: 0 a row, 1 a reject, 2 usage or contract, 3 the file cannot be read.
    """
    from toolkit.cli.explanations import print_code, print_page

    if code := _find_code(subject):
        print_code(code, output_format)
        return
    from toolkit.explainer import explain as explain_page

    explained = explain_page(
        subject, encoding=encoding, layout=layout, schema=schema, tags=tags, text_field=text_field, url_field=url_field
    )
    print_page(explained, output_format)
    raise typer.Exit(0 if explained.accepted else 1)


def _find_code(subject: str) -> Code | None:
    """The code of this name, null where it is a file; UsageError for what looks like a code and is neither."""
    from toolkit.codes import CODES

    if not is_absent(Path(subject)):
        return None
    if subject.upper() not in CODES and re.fullmatch(r"[A-Z]\d{3}", subject):
        raise UsageError(f"{subject}: no code, and no file", mend="docs/codes.md has all codes.")
    return CODES.get(subject.upper())


def schema(
    form: Annotated[
        Literal["arrow", "json-schema", "features", "croissant", "markdown"],
        typer.Option(
            "--format",
            metavar="arrow|json-schema|features|croissant|markdown",
            help="What the contract is derived into.",
        ),
    ] = "arrow",
    contract_file: Annotated[
        Path | None,
        typer.Option("--schema", metavar="FILE", help="Another contract.", show_default="the built-in contract"),
    ] = None,
) -> None:
    """Print the schema that a contract gives."""
    from toolkit.contract import render
    from toolkit.dataset.croissant import croissant_json
    from toolkit.settings import load_contract

    contract = load_contract(contract_file)
    typer.echo(croissant_json(contract) if form == "croissant" else render(contract, form), nl=False)


def rejects(
    dataset: Annotated[str, typer.Argument(metavar="DIR", help="A dataset: a folder or a URL.")],
    to: Annotated[
        Path, typer.Option(metavar="FOLDER", readable=False, help="Folder for the pages; it must be new or empty.")
    ],
) -> None:
    """Give rejected pages back as .txt files, to fix and build again.

    Each stands beside NAME.diagnostics.json, which says what was found in it and which a build does not read.
    """
    from toolkit.cli.console import show
    from toolkit.formats import harmless
    from toolkit.rejects import restore_rejects

    fork_ahead(1)
    restored = restore_rejects(dataset, to)
    pages = "page is" if restored.pages == 1 else "pages are"
    show(f"{restored.pages:,} rejected {pages} in {harmless(str(to))}\n")
    for file, name in restored.renamed[:SHOWN]:
        show(f"  {harmless(file)} as {harmless(name)}\n")
    if len(restored.renamed) > SHOWN:
        show(f"  … and {len(restored.renamed) - SHOWN:,} more under another name: see NAME.diagnostics.json\n")
    for file in restored.without_bytes:
        show(f"  without its bytes, which were too many to keep: {harmless(file)}\n")


for verb in (build, explain, rejects, validate, report, diff, publish, rollback, schema):
    app.command(cls=Verb)(verb)
