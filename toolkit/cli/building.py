"""The verb `build`: pages to a dataset, and the exit code."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli.console import ProgressBar
from toolkit.cli.headstart import start_early
from toolkit.cli.options import (
    Encoding,
    ExcludeFile,
    FindingsFormat,
    LayoutFile,
    SchemaFile,
    TagsFile,
    TextField,
    UrlField,
    Workers,
    parse_limit,
    parse_size,
    within_limit,
)
from toolkit.cli.streams import after_commit
from toolkit.engines import EngineName, fork_ahead

# The verb imports its wing when it runs: `toolkit --help` must not wait for pyarrow.
# ruff: noqa: PLC0415


Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...", help="Pages: files, folders, archives (tar, zip), JSONL, Parquet, WET; paths or URLs."
    ),
]
OutFolder = Annotated[
    Path,
    typer.Option(
        metavar="DIR", readable=False, help="Folder of the dataset; one that stands there is replaced in one step."
    ),
]
Version = Annotated[str, typer.Option(metavar="X.Y.Z", help="Version of the release.")]
Engine = Annotated[
    EngineName, typer.Option(metavar="local|ray", help="Local processes, or a Ray cluster (RAY_ADDRESS).")
]
CardFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="README.md whose text is kept.", show_default="that of --out")
]
Previous = Annotated[
    str | None, typer.Option(metavar="DATASET", help="Earlier release: card and report tell what changed since.")
]
MaxRejected = Annotated[
    str, typer.Option(callback=parse_limit, metavar="N|P%", help="More rejects end with exit code 1.")
]
SkipForeign = Annotated[bool, typer.Option(help="Count pages without any label as foreign.")]
SkipUnreadable = Annotated[bool, typer.Option(help="List inputs that cannot be read, and go on.")]
ShardSize = Annotated[str, typer.Option(metavar="SIZE", help="Page text in one Parquet file.")]
Fresh = Annotated[bool, typer.Option(help="Use nothing that an interrupted build has left.")]
Format = Annotated[
    FindingsFormat, typer.Option("--format", metavar="text|json|github|sarif", help="How the result is printed.")
]


def build(
    inputs: Inputs,
    out: OutFolder,
    version: Version = "0.0.0",
    workers: Workers = None,
    engine: Engine = "local",
    encoding: Encoding = None,
    layout: LayoutFile = None,
    schema: SchemaFile = None,
    tags: TagsFile = None,
    card: CardFile = None,
    exclude: ExcludeFile = None,
    previous: Previous = None,
    max_rejected: MaxRejected = "0",
    skip_foreign: SkipForeign = False,
    skip_unreadable: SkipUnreadable = False,
    text_field: TextField = "text",
    url_field: UrlField = "url",
    shard_size: ShardSize = "256MB",
    fresh: Fresh = False,
    output_format: Format = "text",
) -> None:
    """Build a dataset of raw pages.

    Bad pages are kept as rejects, with their faults: see `toolkit rejects` and `toolkit explain`.

    Exit codes: 0 fine, 1 rejects beyond --max-rejected, 2 usage or contract, 3 an input is unreadable,
    4 the output could not be written, 6 another build holds it.
    """
    if engine == "local":
        start_early(inputs, workers)
    from toolkit.cli.summaries import print_build
    from toolkit.converter import build as run_build

    if previous is not None:
        fork_ahead(1)
    with ProgressBar() as progress:
        result = run_build(
            inputs, out, version=version, workers=workers, engine=engine, encoding=encoding,
            layout=layout, schema=schema, tags=tags,
            card=card, exclude=exclude, previous=previous, skip_foreign=skip_foreign, skip_unreadable=skip_unreadable,
            text_field=text_field, url_field=url_field, shard_size=parse_size(shard_size),
            fresh=fresh, progress=progress,
        )  # fmt: skip
    with after_commit("The dataset is in place.") if result.out else nullcontext():
        print_build(result, output_format, out=str(out), url_field=url_field)
    raise typer.Exit(0 if result.out and within_limit(result.rejected, result.pages, max_rejected) else 1)
