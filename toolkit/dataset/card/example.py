"""One row of the dataset as a table of HTML, Arabic from right to left."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from toolkit.diagnostics import cut
from toolkit.markdown_text import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.contract import Field

CELL_CHARACTERS: Final = 600
LIST_ITEMS: Final = 10

_ARABIC: Final = re.compile("[\u0620-\u064a\u066e-\u06d3]")


def example_table(fields: Sequence[Field], row: Mapping[str, object]) -> str:
    """A table of one line a field, members of structs on lines of their own; long values are cut.

    It is one block of HTML without a blank line in it, so that no Markdown in a value is obeyed.
    """
    lines = [_line(name, value) for name, value in _cells("", fields, row)]
    return "\n".join(["<table>", *lines, "</table>"])


def _cells(prefix: str, fields: Sequence[Field], row: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for field in fields:
        value = row.get(field.name)
        if isinstance(value, Mapping):
            yield from _cells(f"{prefix}{field.name}.", field.properties, value)
        else:
            yield f"{prefix}{field.name}", value


def _line(name: str, value: object) -> str:
    shown = _shown(value)
    direction = ' dir="rtl" lang="ar"' if _ARABIC.search(shown) else ""
    return f"<tr><th>{escaped(name)}</th><td{direction}>{shown}</td></tr>"


def _shown(value: object) -> str:
    if value is None:
        return "<em>null</em>"
    if isinstance(value, str):
        return "<br>".join(escaped(line) for line in cut(value, CELL_CHARACTERS).split("\n"))
    if isinstance(value, Mapping):
        members = [(name, member) for name, member in value.items() if member is not None]
        return "<br>".join(f"<em>{escaped(name)}</em>: {_shown(_first_line(member))}" for name, member in members)
    if isinstance(value, Sequence):
        return _listed(value)
    return escaped(value.isoformat() if isinstance(value, datetime.date) else str(value))


def _listed(values: Sequence[object]) -> str:
    if not values:
        return "<em>empty list</em>"
    items = [f"<li>{_shown(value)}</li>" for value in values[:LIST_ITEMS]]
    rest = [f"<li>… {len(values) - LIST_ITEMS} more</li>"] if len(values) > LIST_ITEMS else []
    return f"<ol>{''.join([*items, *rest])}</ol>"


def _first_line(value: object) -> object:
    """Of a text inside a list only its first line, so that the table stays a page long."""
    if not isinstance(value, str) or "\n" not in value:
        return value
    return value.split("\n", 1)[0] + " …"
