"""`Value`: one value of JSON that anybody may have written, read so that every fault names its place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from toolkit.diagnostics import cut
from toolkit.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_CHARACTERS: Final = 64 * 1024 * 1024
MAX_TEXT: Final = 1_000
MAX_INTEGER: Final = 2**63 - 1
HEX: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value at `path` (`files[3].sha256`, empty for the whole) of the document `file`."""

    file: str
    path: str
    value: Any  # Any: whatever JSON holds; the methods check it

    def refuse(self, expected: str) -> NoReturn:
        """Raise the IntegrityError that this value is not what was expected."""
        place = self.path or "the document"
        raise IntegrityError(f"{self.file}: {place} is {cut(repr(self.value), 80)}; expected {expected}")

    def mapping(self) -> Mapping[str, Value]:
        """The values by key; any keys."""
        if not isinstance(self.value, dict):
            self.refuse("an object")
        dot = "." if self.path else ""
        return {
            key: Value(file=self.file, path=f"{self.path}{dot}{_shown(key)}", value=value)
            for key, value in self.value.items()
        }

    def object(self, *keys: str) -> Mapping[str, Value]:
        """The values by key; exactly these keys."""
        members = self.mapping()
        place = self.path or "the document"
        for key in keys:
            if key not in members:
                raise IntegrityError(f"{self.file}: {place} has no key {key!r}")
        for key in members:
            if key not in keys:
                raise IntegrityError(f"{self.file}: {place} has the unknown key {cut(repr(key), 80)}")
        return members

    def list(self) -> tuple[Value, ...]:
        """The values in order."""
        if not isinstance(self.value, list):
            self.refuse("a list")
        return tuple(
            Value(file=self.file, path=f"{self.path}[{index}]", value=value) for index, value in enumerate(self.value)
        )

    def text(self) -> str:
        """A text on one line, not empty, of at most 1,000 printable characters."""
        if not isinstance(self.value, str) or not 0 < len(self.value) <= MAX_TEXT or not self.value.isprintable():
            self.refuse("a text on one line")
        return self.value

    def match(self, pattern: re.Pattern[str], expected: str) -> str:
        """A text that is whole of `pattern`."""
        if not isinstance(self.value, str) or not pattern.fullmatch(self.value):
            self.refuse(expected)
        return self.value

    def count(self) -> int:
        """A whole number from 0 to 2**63 - 1."""
        if type(self.value) is not int or not 0 <= self.value <= MAX_INTEGER:
            self.refuse("a whole number, not below 0")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse("true or false")
        return self.value


def read_json(text: str, *, file: str) -> Value:
    """The document in `text`; IntegrityError for what is not JSON, is too large or too deep, or repeats a key."""
    if len(text) > MAX_CHARACTERS:
        raise IntegrityError(f"{file}: {len(text)} characters, at most {MAX_CHARACTERS} are read")
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except RecursionError as fault:
        raise IntegrityError(f"{file}: nested too deep") from fault
    except json.JSONDecodeError as fault:
        raise IntegrityError(f"{file}:{fault.lineno}:{fault.colno}: not JSON: {fault.msg}") from fault
    except ValueError as fault:
        raise IntegrityError(f"{file}: {fault}") from fault
    return Value(file=file, path="", value=value)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: as in Value
    members = dict(pairs)
    if len(members) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {cut(repr(repeated), 80)} stands twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _shown(key: str) -> str:
    return key if key.isidentifier() and key.isprintable() else cut(repr(key), 80)
