"""Findings as SARIF 2.1.0, for GitHub code scanning, editors and every other reader of that standard.

Source: OASIS, SARIF Version 2.1.0 Plus Errata 01; its sections are in brackets.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from toolkit.codes import CODES, Code
from toolkit.diagnostics import escape
from toolkit.formats.codes import FAMILIES
from toolkit.formats.findings import bounded
from toolkit.json_text import json_document

if TYPE_CHECKING:
    from toolkit.diagnostics import Diagnostic
    from toolkit.validation import ValidationResult

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "articleFinding/v1"
_UNPAIRED = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_AUTHORITY = re.compile(r"(https?|s3|hf)://[A-Za-z0-9._:-]+(?=/)")
_Object = dict[str, Any]  # Any: what JSON takes


def to_sarif(findings: ValidationResult, *, version: str | None = None) -> str:
    """A SARIF log of one run; `version` is that of the toolkit. Every code is a rule, every finding a result."""
    numbers = {code: number for number, code in enumerate(CODES)}
    seen: Counter[str] = Counter()
    driver: _Object = {"name": "toolkit", "rules": [_rule(code) for code in CODES.values()]}
    if version is not None:
        driver["version"] = version
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(bounded(diagnostic), numbers, seen) for diagnostic in findings.diagnostics],
        "properties": {"errors": findings.errors, "warnings": findings.warnings, "codes": dict(findings.codes)},
    }
    return json_document({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: Code) -> _Object:
    return {
        "id": code.code,
        "name": "".join(word.capitalize() for word in re.findall(r"\w+", code.title)),
        "shortDescription": {"text": _message(code.title)},
        "fullDescription": {"text": _message(code.cause)},
        "help": {
            "text": _message(f"{code.cause}\nExample: {code.example}\nFix: {code.mend}"),
            "markdown": _message(f"{code.cause}\n\n**Example.** {code.example}\n\n**Fix.** {code.mend}"),
        },
        "defaultConfiguration": {"level": code.level},
        "properties": {"tags": [FAMILIES[code.code[0]].title]},
    }


def _result(diagnostic: Diagnostic, numbers: dict[str, int], seen: Counter[str]) -> _Object:
    rule = {"ruleIndex": numbers[diagnostic.code]} if diagnostic.code in numbers else {}
    properties = {
        "row": diagnostic.row,
        "found": _shown(diagnostic.found),
        "expected": _shown(diagnostic.expected),
        "mend": _shown(diagnostic.mend),
    }
    return {
        "ruleId": diagnostic.code,
        **rule,
        "level": diagnostic.level,
        "message": {"text": _message(escape(diagnostic.message))},
        "locations": [_location(diagnostic)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(diagnostic, seen)},
        "properties": {name: value for name, value in properties.items() if value is not None},
    }


def _location(diagnostic: Diagnostic) -> _Object:
    physical: _Object = {"artifactLocation": {"uri": _uri(diagnostic.file)}}
    if diagnostic.line is not None:
        column = {} if diagnostic.column is None else {"startColumn": diagnostic.column}
        physical["region"] = {"startLine": diagnostic.line, **column}
    if not diagnostic.path:
        return {"physicalLocation": physical}
    path = escape(diagnostic.path)
    logical = {"name": path.rsplit(".", 1)[-1], "fullyQualifiedName": path, "kind": "property"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _uri(file: str) -> str:
    """`file` as a reference (RFC 3986): relative, with a scheme where the path is absolute; bytes as on the disk."""
    authority = _AUTHORITY.match(file)
    start = authority.end() if authority else 0
    raw = _UNPAIRED.sub("\ufffd", file[start:]).encode("utf-8", "surrogateescape")
    path = quote(raw, safe="/")
    if authority:
        return authority[0] + path
    return f"file:///{path.lstrip('/')}" if path.startswith("/") else path


def _message(text: str) -> str:
    """`text` as a message: no placeholder (3.11.5), no embedded link (3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _shown(text: str | None) -> str | None:
    return None if text is None else escape(text)


def _fingerprint(diagnostic: Diagnostic, seen: Counter[str]) -> str:
    """The same for a finding that lines above it have moved; equal findings are told apart by their number."""
    parts = (diagnostic.code, diagnostic.file, str(diagnostic.row), str(diagnostic.path), str(diagnostic.found))
    identity = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    seen[identity] += 1
    return f"{identity}:{seen[identity]}"
