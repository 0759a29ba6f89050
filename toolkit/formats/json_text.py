"""Findings as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from toolkit.formats.findings import bounded
from toolkit.json_text import json_document

if TYPE_CHECKING:
    from toolkit.diagnostics import Diagnostic
    from toolkit.validation import ValidationResult


def to_json(findings: ValidationResult) -> str:
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
    return asdict(bounded(diagnostic))
