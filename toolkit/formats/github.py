"""Findings for GitHub Actions: annotations on the files, and a table for the summary of the step.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; actions/toolkit, command.ts (escaping).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from toolkit.codes import title_of
from toolkit.diagnostics import cut
from toolkit.formats.findings import MAX_FIELD_CHARACTERS, bounded, counted, totals
from toolkit.formats.lines import line_place, new_details, row_place, subject_phrase, visible, with_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.diagnostics import Diagnostic
    from toolkit.validation import ValidationResult

MAX_SUMMARY_FINDINGS = 100
"""Rows of the table: GitHub drops the whole summary of a step beyond 1 MiB."""

MAX_CELL_CHARACTERS = 300
_OBEYED = re.compile(r"""[&<>"'`*_\[\]{}()#+=!|~$:@\\^./]""")


def to_github(findings: ValidationResult) -> str:
    """A workflow command for each finding, then a line with the totals.

    GitHub shows the first ten errors and the first ten warnings of a step: `github_summary` has the counts of all.
    """
    commands = "".join(f"{_command(bounded(diagnostic))}\n" for diagnostic in findings.diagnostics)
    return f"{commands}{totals(findings)}{subject_phrase(findings)}\n"


def _command(diagnostic: Diagnostic) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(diagnostic))
    message = "\n".join([visible(diagnostic.message), *_more(diagnostic)])
    return f"::{diagnostic.level} {properties}::{_data(message)}"


def github_error(message: str, mend: str, *, title: str) -> str:
    """A workflow command for what keeps a command from any finding; `mend` may be empty."""
    lines = [*message.split("\n"), *([f"fix: {mend}"] if mend else [])]
    told = "\n".join(visible(cut(line, MAX_FIELD_CHARACTERS)) for line in lines)
    return f"::error title={_property(title)}::{_data(told)}\n"


def _properties(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    yield "file", visible(diagnostic.file)
    if diagnostic.line is not None:
        yield "line", str(diagnostic.line)
        if diagnostic.column is not None:
            yield "col", str(diagnostic.column)
    yield "title", visible(with_title(diagnostic.code))


def _more(diagnostic: Diagnostic) -> Iterator[str]:
    if where := row_place(diagnostic):
        yield f"at {where}"
    yield from (f"{name}: {value}" for name, value in new_details(diagnostic))
    if diagnostic.mend:
        yield f"fix: {visible(diagnostic.mend)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def github_summary(findings: ValidationResult) -> str:
    """Markdown for `$GITHUB_STEP_SUMMARY`: exact counts of each code, and a table of the first 100 findings."""
    subject = f" {_cell(findings.subject)}" if findings.subject else ""
    lines = [f"### toolkit validate{subject}", "", f"**{totals(findings)}**", ""]
    if findings.codes:
        lines += ["| Code | | Findings |", "|---|---|---:|", *_code_rows(findings), ""]
    if findings.diagnostics:
        lines += ["| Place | Code | Message |", "|---|---|---|", *_finding_rows(findings), ""]
    left_out = findings.errors + findings.warnings - min(len(findings.diagnostics), MAX_SUMMARY_FINDINGS)
    if left_out:
        lines += [f"… and {counted(left_out, 'finding')} more.", ""]
    return "\n".join(lines) + "\n"


def _code_rows(findings: ValidationResult) -> Iterator[str]:
    for code, number in findings.codes.items():
        yield f"| {_cell(code)} | {_cell(title_of(code))} | {number:,} |"


def _finding_rows(findings: ValidationResult) -> Iterator[str]:
    for diagnostic in map(bounded, findings.diagnostics[:MAX_SUMMARY_FINDINGS]):
        where = row_place(diagnostic)
        at = f"<code>{_cell(line_place(diagnostic))}</code>{f'<br>{_cell(where)}' if where else ''}"
        details = "".join(f"<br>{name}: <code>{_cell(value)}</code>" for name, value in new_details(diagnostic))
        yield f"| {at} | {_cell(diagnostic.code)} {diagnostic.level} | {_cell(diagnostic.message)}{details} |"


def _cell(text: str) -> str:
    """`text` in a table: what Markdown or HTML could obey, and what could become a link, is a numeric reference."""
    return _OBEYED.sub(
        lambda match: f"&#{ord(match[0])};", cut(visible(cut(text, MAX_CELL_CHARACTERS)), MAX_CELL_CHARACTERS)
    )
