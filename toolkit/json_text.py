"""JSON that stays JSON wherever it is pasted."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from toolkit.diagnostics import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SUSPECT = re.compile("[^\n -~\u0620-\u06d5]|<(?=[/!?A-Za-z])|##(?=\\[)")
"""Where to look for what JSON need not escape, but a terminal, a `script` element or GitHub's runner might obey."""


def json_document(value: Mapping[str, Any] | Sequence[Any]) -> str:  # Any: what JSON takes
    """`value` as JSON, indented, with a line end; letters as they are, what cannot be seen as `\\uXXXX`.

    Half a surrogate pair, which stands for a byte of a file name that is no UTF-8 and which most readers of JSON
    refuse, is the text `\\udcXX`.
    """
    return _SUSPECT.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if found == "##":
        return "#\\u0023"
    if found == "<":
        return "\\u003c"
    if "\ud800" <= found <= "\udfff":
        return f"\\{escape(found)}"
    return found if escape(found) == found else json.dumps(found)[1:-1]
