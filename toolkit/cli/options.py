"""Options that several verbs share, and the files in which their defaults may stand."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.errors import UsageError

MAX_CONFIG_BYTES = 1024 * 1024
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


class FindingsFormat(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def parse_size(text: str) -> int:
    """A number of bytes from `256MB`, `1.5 GiB` or `1000000`; units are powers of 1024."""
    found = _SIZE.fullmatch(str(text).strip())
    size = int(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    if size <= 0:
        raise typer.BadParameter(f"{text!r} is no size such as 256MB")
    return size


def parse_limit(text: str) -> str:
    """How many pages may be rejected: `100`, or `2%` of all pages; the text, checked."""
    if not re.fullmatch(r"\d+|\d+(\.\d+)?%", str(text)):
        raise typer.BadParameter(f"{text!r} is neither a number nor a percentage such as 2%")
    return str(text)


def within_limit(rejected: int, pages: int, limit: str) -> bool:
    """Whether so many rejects of so many pages are within `--max-rejected`."""
    if limit.endswith("%"):
        return rejected * 100 <= float(limit[:-1]) * pages
    return rejected <= int(limit)


def configured_defaults() -> dict[str, dict[str, Any]]:  # Any: TOML values
    """Defaults by verb and option: `[tool.toolkit.VERB]` of pyproject.toml, `[VERB]` of toolkit.toml, in this folder.

    toolkit.toml wins. UsageError if one of them is no TOML.
    """
    defaults: dict[str, dict[str, Any]] = {}
    for name, keys in (("pyproject.toml", ("tool", "toolkit")), ("toolkit.toml", ())):
        for verb, options in _tables(Path(name), keys).items():
            if isinstance(options, dict):
                found = {option.replace("-", "_"): _plain(value) for option, value in options.items()}
                defaults.setdefault(verb, {}).update(found)
    return defaults


def refuse_unknown_defaults(
    defaults: dict[str, dict[str, Any]], known: dict[str, set[str]]
) -> None:  # Any: TOML values
    """UsageError for a default of a verb or an option that there is not; `known` has the options of each verb."""
    for verb, options in defaults.items():
        if verb not in known:
            raise UsageError(f"defaults of an unknown verb {verb!r}", mend=f"Known: {', '.join(sorted(known))}.")
        for option in options:
            if option not in known[verb]:
                names = ", ".join(sorted(name.replace("_", "-") for name in known[verb]))
                shown = option.replace("_", "-")
                raise UsageError(f"default of an unknown option {shown!r} of {verb}", mend=f"Known: {names}.")


def _tables(path: Path, keys: tuple[str, ...]) -> dict[str, Any]:  # Any: TOML values
    if not path.is_file():
        return {}
    try:
        tables: Any = tomllib.loads(path.read_bytes()[:MAX_CONFIG_BYTES].decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise UsageError(f"{path}: {fault}") from fault
    for key in keys:
        tables = tables.get(key, {}) if isinstance(tables, dict) else {}
    return tables if isinstance(tables, dict) else {}


def _plain(value: Any) -> Any:  # Any: TOML values
    return value if isinstance(value, bool | list) else str(value)


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
UrlField = Annotated[str, typer.Option(metavar="NAME", help="Column of the URL in JSONL and Parquet.")]
Workers = Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes.", show_default="one a core")]
