"""The verb `validate`: what is wrong, in the format that is asked for, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli.options import (
    Encoding,
    ExcludeFile,
    FindingsFormat,
    LayoutFile,
    SchemaFile,
    TagsFile,
    UrlField,
    Workers,
)
from toolkit.errors import IntegrityError

# The verb imports its wing when it runs: `toolkit --help` must not wait for pyarrow.
# ruff: noqa: PLC0415

Codes = Annotated[
    list[str] | None, typer.Option(metavar="CODES", help="Codes or their beginnings, separated by commas: P203,C3.")
]
Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="A dataset, raw pages, or Parquet files: paths or URLs.")
]
Format = Annotated[
    FindingsFormat, typer.Option("--format", metavar="text|json|github|sarif", help="How findings are printed.")
]
OutputFile = Annotated[
    Path | None, typer.Option(metavar="FILE", readable=False, help="File to write to.", show_default="stdout")
]
MaxDiagnostics = Annotated[int, typer.Option(min=0, metavar="N", help="Findings to print; all are counted.")]
Digest = Annotated[str | None, typer.Option(metavar="DIGEST", help="Digest that the dataset must have: sha256:….")]
KeyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Public key (Ed25519) that must have signed the release.")
]
SkipForeign = Annotated[bool, typer.Option(help="Pass over pages without any label.")]
SkipUnreadable = Annotated[bool, typer.Option(help="Warn of inputs that cannot be read.")]
TextField = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column of the page: Parquet is raw pages then.", show_default="text"),
]


def validate(
    paths: Paths,
    output_format: Format = "text",
    output: OutputFile = None,
    select: Codes = None,
    ignore: Codes = None,
    max_diagnostics: MaxDiagnostics = 1_000,
    expect_digest: Digest = None,
    key: KeyFile = None,
    schema: SchemaFile = None,
    workers: Workers = None,
    encoding: Encoding = None,
    layout: LayoutFile = None,
    tags: TagsFile = None,
    exclude: ExcludeFile = None,
    skip_foreign: SkipForeign = False,
    skip_unreadable: SkipUnreadable = False,
    text_field: TextField = None,
    url_field: UrlField = "url",
) -> None:
    """Say what is wrong with a dataset, raw pages or foreign tables.

    It writes nothing but what it says.
    Of raw pages it finds what a build would find; the options from --encoding on are those of `build` and matter to
    raw pages only. Of a dataset it checks every file, every row and the card; of one at a URL it checks a copy.

    Exit codes: 0 valid, 1 an error, 2 usage or contract, or written by a newer toolkit, 5 an error of integrity: a
    hash, a count, a file that is missing or extra.
    """
    from toolkit.cli.console import ProgressBar
    from toolkit.cli.findings import deliver
    from toolkit.cli.headstart import start_readers
    from toolkit.inspector import validate as run_validate
    from toolkit.storage.enclosure import refuse_in_dataset

    if output is not None:
        refuse_in_dataset(output, mend="Name a file outside of it with --output.")
    start_readers(paths, 2)  # for the tables, and for the tags
    with ProgressBar() as progress:
        result = run_validate(
            paths, select=_codes(select), ignore=_codes(ignore), max_diagnostics=max_diagnostics,
            expect_digest=expect_digest, key=key, schema=schema, workers=workers, encoding=encoding, layout=layout,
            tags=tags, exclude=exclude, skip_foreign=skip_foreign, skip_unreadable=skip_unreadable,
            text_field=text_field, url_field=url_field, progress=progress,
        )  # fmt: skip
    deliver(result, output_format, output)
    raise typer.Exit(0 if result.ok else 1 if result.integrity else IntegrityError.exit_code)


def _codes(given: Sequence[str] | None) -> list[str]:
    return [code for codes in given or () for code in codes.replace(",", " ").split()]
