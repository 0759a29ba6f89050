"""Where GitHub looks for a file: below the root of the repository, wherever in it a step runs."""

from __future__ import annotations

import os
import posixpath
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.validation import ValidationResult


def in_workspace(findings: ValidationResult) -> ValidationResult:
    """`findings` with files relative to `$GITHUB_WORKSPACE`, where that is set and the current folder lies below it.

    Sources: GitHub Docs, "Workflow commands" and "SARIF support": a relative path is one from the repository's root.
    """
    workspace = os.environ.get("GITHUB_WORKSPACE")
    below = os.path.relpath(Path.cwd(), os.path.realpath(workspace)) if workspace else "."
    if below == "." or below.startswith(".."):
        return findings
    moved = (replace(each, file=_moved(each.file, below)) for each in findings.diagnostics)
    return replace(findings, diagnostics=tuple(moved))


def _moved(file: str, below: str) -> str:
    return file if file.startswith("/") or "://" in file else posixpath.normpath(f"{below}/{file}")
