"""What `publish` and `rollback` refuse: a code of the family R6, which ends the program with exit code 1."""

from __future__ import annotations

from typing import ClassVar, NoReturn

from toolkit.codes import CODES
from toolkit.errors import ToolkitError


class RefusalError(ToolkitError):
    """A release that must not be published as it is; the message begins with its code. Nothing was changed."""

    exit_code: ClassVar[int] = 1


def refuse(code: str, message: str) -> NoReturn:
    """Raise the RefusalError of `code`, with the mend that the table of codes has for it."""
    raise RefusalError(f"{code} {CODES[code].title}: {message}", mend=CODES[code].mend)
