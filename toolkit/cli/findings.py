"""Findings as `validate` tells them, and `build` to programs: printed, in a file, in the summary of GitHub."""

from __future__ import annotations

import os
import posixpath
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from toolkit.cli.console import in_colour, show
from toolkit.cli.options import FindingsFormat
from toolkit.errors import OutputError
from toolkit.formats import github_summary, to_github, to_json, to_sarif, to_text
from toolkit.storage.delivery import write_file
from toolkit.storage.filesystem import read_if_file
from toolkit.validation import ValidationResult

MAX_SUMMARY_BYTES = 1024 * 1024


def deliver(findings: ValidationResult, form: FindingsFormat, output: Path | None) -> None:
    """Print the findings, or write them to a file; for GitHub also add to the summary of a workflow's step."""
    if output is None:
        show(findings_text(findings, form, colour=in_colour()))
    else:
        write_file(output, findings_text(findings, form).encode())
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if form == "github" and summary:
        path = Path(summary)
        before = read_if_file(path, max_bytes=MAX_SUMMARY_BYTES, error=OutputError) or b""
        write_file(path, before + github_summary(_in_workspace(findings)).encode())


def findings_text(findings: ValidationResult, form: FindingsFormat, *, colour: bool = False) -> str:
    """The findings in a format; for GitHub with paths as it looks for them."""
    match form:
        case "text":
            return to_text(findings, colour=colour)
        case "json":
            return to_json(findings)
        case "github":
            return to_github(_in_workspace(findings))
        case "sarif":
            return to_sarif(_in_workspace(findings), version=version("article-toolkit"))


def _in_workspace(findings: ValidationResult) -> ValidationResult:
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
