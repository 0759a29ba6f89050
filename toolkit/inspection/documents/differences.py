"""In which of their values two documents differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_differences(path: str, found: object, expected: object) -> Iterator[tuple[str, str | None, str]]:
    """The innermost places in which two values of YAML or JSON differ: path, what stands there, what should."""
    dot = f"{path}." if path else ""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            yield from find_differences(f"{dot}{key}", found.get(key), expected.get(key))
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for index, pair in enumerate(zip(found, expected, strict=True)):
            yield from find_differences(f"{path}[{index}]", *pair)
    elif found != expected or type(found) is not type(expected):
        yield path, None if found is None else str(found), "no such key" if expected is None else str(expected)
