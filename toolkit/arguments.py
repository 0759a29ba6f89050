"""What callers pass, checked before anything is done; messages name the option, as the command line calls it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import ToolkitError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

StrPath = str | Path


def as_paths(given: Sequence[StrPath] | StrPath) -> list[StrPath]:
    """The paths that are given, one or several; UsageError for none, and for what is not a path."""
    paths = [given] if isinstance(given, str | Path) else list(given)
    if not paths:
        raise UsageError("no path is given", mend="Name files or folders, one or more.")
    for path in paths:
        if not isinstance(path, str | Path) or "\0" in str(path):
            raise UsageError(f"{path!r} is not a path", mend="Paths are texts without U+0000, or of pathlib.")
    return paths


def as_texts(given: Sequence[str]) -> tuple[str, ...]:
    """The texts that are given, as a tuple; a single string is one text, not a sequence of characters."""
    return (given,) if isinstance(given, str) else tuple(given)


def refuse_below(least: int, **numbers: int | None) -> None:
    """UsageError for an option that is given (not null) and is not a whole number of `least` or more."""
    for name, number in numbers.items():
        if number is not None and not (isinstance(number, int) and number >= least):
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} {number!r}: not a whole number of {least} or more")


def check_encoding(name: str | None) -> str | None:
    """`name`, if it is null or the name of a text encoding; else UsageError."""
    try:
        if name is not None:
            "".encode(name)
    except (LookupError, ValueError) as fault:
        raise UsageError(
            f"--encoding {name}: {fault}", mend="Name one such as utf-8, windows-1256 or cp864."
        ) from fault
    return name


def check_endpoint(endpoint: str | None) -> None:
    """UsageError for an address of a service that is given (not null) and is not an http or https URL."""
    if endpoint is not None and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", endpoint):
        raise UsageError(
            f"--endpoint {endpoint}: not an address", mend="Give one that begins with https:// or http://."
        )


@contextmanager
def file_of(option: str) -> Iterator[None]:
    """Inside the block the file of an option is read: an error without a mend gets one that names the option."""
    try:
        yield
    except ToolkitError as fault:
        if fault.mend:
            raise
        raise type(fault)(fault.message, mend=f"Name a file that can be read with {option}.") from fault
