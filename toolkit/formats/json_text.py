"""Findings as JSON, and JSON that stays JSON wherever it is pasted."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from toolkit.diagnostics import escape
from toolkit.formats.findings import bounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.diagnostics import Diagnostic
    from toolkit.formats.findings import Findings

_SUSPECT = re.compile("[^\n -~\u0620-\u06d5]|<(?=[/!?A-Za-z])|##(?=\\[)")
"""Where to look for what JSON need not escape, but a terminal, a `script` element or GitHub's runner might obey."""


def to_json(findings: Findings) -> str:
    """The document that `validate --format json` prints: ok, errors, warnings, diagnostics."""
    return json_document(
        {
            "ok": findings.ok,
            "errors": findings.errors,
            "warnings": findings.warnings,
            "diagnostics": [plain(diagnostic) for diagnostic in findings.diagnostics],
        }
    )


def plain(diagnostic: Diagnostic) -> dict[str, str | int | None]:
    """A finding as the object that stands for it in every JSON document: all keys, in the order of the fields."""
    shown = bounded(diagnostic)
    return {
        "code": shown.code,
        "level": shown.level,
        "message": shown.message,
        "file": shown.file,
        "line": shown.line,
        "column": shown.column,
        "row": shown.row,
        "path": shown.path,
        "found": shown.found,
        "expected": shown.expected,
        "mend": shown.mend,
    }


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
