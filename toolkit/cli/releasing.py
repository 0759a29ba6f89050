"""The verbs of releases: `diff`, `publish`, `rollback`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

# Every verb imports its wing when it runs: `toolkit --help` must not wait for pyarrow.
# ruff: noqa: PLC0415

Endpoint = Annotated[
    str | None, typer.Option(metavar="URL", help="Another address of the Hub (or of S3).", show_default="HF_ENDPOINT")
]


class DiffFormat(StrEnum):
    """How a comparison is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def register(app: typer.Typer) -> None:
    """Give `app` the verbs of this module."""
    app.command()(diff)


def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A dataset: folder, hf://datasets/ORG/NAME@v1.0.0, s3://….")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    output_format: Annotated[DiffFormat, typer.Option("--format", help="How it is printed.")] = DiffFormat.TEXT,
    endpoint: Endpoint = None,
) -> None:
    """Show what changed between two datasets, and the version that follows from it.

    Fields and rows that came, went or changed; outlets, months, lengths, tags and reject rates before and after.
    Exit codes: 0 whatever differs, 2 no dataset there, 3 it cannot be read, 5 it is damaged.
    """
    from toolkit.cli.console import show
    from toolkit.dataset import diff_to_markdown, diff_to_plain, diff_to_text
    from toolkit.formats import json_document
    from toolkit.release import diff as run_diff

    found = run_diff(old, new, endpoint=endpoint)
    if output_format == DiffFormat.JSON:
        show(json_document(diff_to_plain(found)))
    else:
        show(diff_to_markdown(found) if output_format == DiffFormat.MARKDOWN else diff_to_text(found))
