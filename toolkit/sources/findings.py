"""What this wing finds wrong with its inputs (S4xx): as values, and as the exception that ends one file."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from toolkit.diagnostics import Location, cut, diagnose
from toolkit.errors import InputError
from toolkit.storage.filesystem import file_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.diagnostics import Diagnostic

CHANGED = "S401"
UNREADABLE = "S402"
NOT_REGULAR = "S403"
CUT_SHORT = "S404"
DAMAGED = "S405"
BEYOND_BOUND = "S406"
SAME_NAME = "S407"
BROKEN_RECORD = "S408"
NO_TEXT_COLUMN = "S409"

_MOST_NAMES, _MOST_CHARACTERS = 6, 40


class SourceError(InputError):
    """A file that cannot be read, or not any further; `code` says why. Never leaves this wing."""

    def __init__(self, message: str, *, code: str = DAMAGED, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.code = code


def unreadable(failure: OSError) -> SourceError:
    """S402: a file or folder cannot be opened or read, for the reason that the system gives."""
    return SourceError(f"cannot be read: {failure.strerror or failure}", code=UNREADABLE)


def not_regular(mode: int) -> SourceError:
    """S403: what should hold pages is no regular file, but what `mode` (`st_mode`) says."""
    return no_file(file_type(mode))


def no_file(what: str) -> SourceError:
    """S403: what should hold pages is `what` instead."""
    return SourceError(f"is {what}, not a regular file", code=NOT_REGULAR)


def no_text(what: str, name: str, present: Iterable[str]) -> str:
    """That there is no `what` called `name`, and the names of those that there are, the first few."""
    names = [repr(cut(other, _MOST_CHARACTERS)) for other in islice(present, _MOST_NAMES + 1)]
    listed = ", ".join([*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])])
    return f"has no {what} {name!r}" + (f"; it has {listed}" if listed else "")


def finding(code: str, message: str, file: str, *, line: int | None = None) -> Diagnostic:
    """The diagnostic of an S code at `file`, a `page.file`."""
    return diagnose(code, message, Location(file=file, line=line))


def told(fault: SourceError, file: str) -> Diagnostic:
    """`fault` as a diagnostic at `file`."""
    return finding(fault.code, fault.message, file)
