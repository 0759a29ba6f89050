"""Options that several verbs share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def parse_size(text: str) -> int:
    """A number of bytes from `256MB`, `1.5 GiB` or `1000000`; units are powers of 1024."""
    found = _SIZE.fullmatch(text.strip())
    size = int(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    if size <= 0:
        raise typer.BadParameter(f"{text!r} is not a size such as 256MB", param_hint="'--shard-size'")
    return size


def parse_limit(text: str) -> str:
    """How many pages may be rejected: `100`, or `2%` of all pages; the text, checked."""
    if not re.fullmatch(r"\d+|\d+(\.\d+)?%", text):
        raise typer.BadParameter(f"{text!r} is neither a number nor a percentage such as 2%")
    if text.endswith("%") and float(text[:-1]) > 100:
        raise typer.BadParameter(f"{text!r} is more than all pages; 100% takes any number of rejects")
    return text


def within_limit(rejected: int, pages: int, limit: str) -> bool:
    """Whether `rejected` of `pages` are within the `limit` of `--max-rejected`."""
    if limit.endswith("%"):
        return rejected * 100 <= float(limit[:-1]) * pages
    return rejected <= int(limit)


FindingsFormat = Literal["text", "json", "github", "sarif"]
OutputFormat = Annotated[
    Literal["text", "json"], typer.Option("--format", metavar="text|json", help="How it is printed.")
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Encoding of pages without a byte order mark: windows-1256.", show_default="UTF-8"
    ),
]
LayoutFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Labels of another site.", show_default="the built-in layout")
]
SchemaFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Another contract.", show_default="the built-in contract")
]
TagsFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="tags.json of an earlier build, whose pages keep their tags.")
]
ExcludeFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Ids, paths or URLs to leave out, one a line.")]
TextField = Annotated[str, typer.Option(metavar="NAME", help="Column of the page in JSONL and Parquet.")]
UrlField = Annotated[str, typer.Option(metavar="NAME", help="Column of the URL in JSONL and Parquet.")]
Workers = Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes.", show_default="one a core")]
