"""What was found in a page or its row -> diagnostics, with the file they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.codes import CODES
from toolkit.diagnostics import Diagnostic, Location, cut, diagnose, escape
from toolkit.documents import MAX_PAGE_BYTES
from toolkit.pages import place_of_field

if TYPE_CHECKING:
    from toolkit.contract import Failure
    from toolkit.documents import Document
    from toolkit.pages import Finding, PageReading

_SHOWN_CHARACTERS = 60


def explain_unread(document: Document) -> Diagnostic:
    """Why a page is a reject whose text was not looked at: it is too large, or could not be read."""
    location = Location(file=document.file, line=1, column=1)
    if document.fault is not None:
        return diagnose(document.fault, CODES[document.fault].title, location)
    return diagnose(
        "D104",
        f"{CODES['D104'].title}: {document.size} bytes",
        location,
        found=str(document.size),
        expected=f"at most {MAX_PAGE_BYTES} bytes",
    )


def explain_finding(finding: Finding, file: str) -> Diagnostic:
    """The diagnostic of a finding in the page `file`."""
    parts = [CODES[finding.code].title, finding.detail]
    if finding.found is not None:
        parts.append(f"found {escape(cut(finding.found, _SHOWN_CHARACTERS))!r}" if finding.found else "found nothing")
    if finding.expected is not None:
        parts.append(f"expected {finding.expected}")
    return diagnose(
        finding.code,
        "; ".join(part for part in parts if part),
        Location(file=file, line=finding.line, column=finding.column),
        level=finding.level,
        found=finding.found,
        expected=finding.expected,
    )


def explain_failure(failure: Failure, document: Document, reading: PageReading) -> Diagnostic:
    """The diagnostic of a row that broke a rule, with the place of the value in its page."""
    line, column = place_of_field(reading, failure.path)
    return diagnose(
        failure.code,
        failure.message,
        Location(file=document.file, line=line, column=column),
        level=failure.level,
        path=failure.path,
        found=failure.found,
        expected=failure.expected,
    )
