"""`Section`: one mapping of a YAML document, read key by key, with all problems gathered for one report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from toolkit.diagnostics import cut
from toolkit.errors import ContractError
from toolkit.yaml_text import quotes_for

if TYPE_CHECKING:
    from toolkit.yaml_text import Path, YamlText

Option = TypeVar("Option", bound=str)

MAX_PROBLEMS: Final = 20
REFERENCE: Final = "docs/contract.md has every key that is understood."


@dataclass(slots=True, kw_only=True)
class Problems:
    """What was refused so far in one document, with its line; at most `MAX_PROBLEMS` are told."""

    document: YamlText
    found: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, path: Path, message: str, mend: str) -> None:
        """Note that the value at `path` is refused."""
        self.found.append((self.document.line(path), message, mend))

    def report(self) -> None:
        """Raise one ContractError with every problem, once, in the order of the lines, if there is any."""
        if not self.found:
            return
        found = sorted(dict.fromkeys(self.found), key=lambda problem: problem[0])
        told = found[:MAX_PROBLEMS]
        lines = [f"{self.document.file}:{line}: {message}" for line, message, _ in told]
        if len(found) > len(told):
            lines.append(f"… and {len(found) - len(told)} more")
        mends = dict.fromkeys(mend for _, _, mend in told if mend)
        raise ContractError("\n".join(lines), mend="\n  ".join(mends) or REFERENCE)


class Section:
    """A mapping at `path` of the document. What is missing or wrong is noted, and an empty value read in its place."""

    def __init__(self, problems: Problems, path: Path, value: object, *, name: str) -> None:
        self.problems = problems
        self.path = path
        self.name = name
        self.values: dict[str, Any] = value if isinstance(value, dict) else {}  # Any: whatever YAML holds
        if not isinstance(value, dict):
            self.refuse(None, f"{name} is {shown(value)}; expected keys with values")

    @property
    def line(self) -> int:
        """Line (from 1) on which the section begins."""
        return self.problems.document.line(self.path)

    def refuse(self, key: str | None, message: str, *, mend: str = "") -> None:
        """Note a problem at `key`, or at the section itself."""
        self.problems.add((*self.path, key) if key else self.path, message, mend)

    def only(self, *keys: str) -> None:
        """Refuse every key that is not among `keys`."""
        for key in self.values:
            if key not in keys:
                self.refuse(
                    key, f"{self.name} has the key {shown(key)}, which is not supported; expected {_either(keys)}"
                )

    def missing(self, key: str) -> bool:
        """Whether `key` is absent; if so, that is noted."""
        if key not in self.values:
            self.refuse(None, f"{self.name} has no {key}; it is required")
        return key not in self.values

    def text(self, key: str, *, default: str | None = None, expected: str = "text") -> str:
        """The text at `key`, never blank; `default` where the key is absent, without one the key is required."""
        if key not in self.values and default is not None:
            return default
        if self.missing(key):
            return ""
        value = self.values[key]
        if _is_text(value):
            return str(value)
        mend = quotes_for(value) if expected == "text" else ""
        self.refuse(key, f"{key} of {self.name} is {shown(value)}; expected {expected}", mend=mend)
        return ""

    def choice(self, key: str, *options: Option, default: Option | None = None) -> Option:
        """The text at `key`, one of `options`; the first of them where it is none."""
        value = self.text(key, default=default, expected=_either(options))
        if value and value not in options:
            self.refuse(key, f"{key} of {self.name} is {shown(value)}; expected {_either(options)}")
        return next((option for option in options if option == value), options[0])

    def flag(self, key: str) -> bool:
        """Whether `key` is true; absent is false."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, f"{key} of {self.name} is {shown(value)}; expected true or false")
        return value is True

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts at `key`; empty where the key is absent."""
        value = self.values.get(key, [])
        others = [item for item in value if not _is_text(item)] if isinstance(value, list) else []
        if isinstance(value, list) and not others:
            return tuple(value)
        found = f"has {shown(others[0])} in it" if others else f"is {shown(value)}"
        self.refuse(key, f"{key} of {self.name} {found}; expected a list of texts")
        return ()

    def section(self, key: str, *, name: str) -> Section:
        """The mapping at `key`; an empty one where the key is absent."""
        return Section(self.problems, (*self.path, key), self.values.get(key, {}), name=name)

    def sections(self, key: str, *, name: str) -> tuple[Section, ...]:
        """The mappings of the list at `key`; none where the key is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.refuse(key, f"{key} of {self.name} is {shown(value)}; expected a list")
            return ()
        return tuple(
            Section(self.problems, (*self.path, key, index), item, name=name) for index, item in enumerate(value)
        )

    def extras(self, *names: str) -> dict[str, Section]:
        """The `customProperties` by their name, which must be among `names`; each is a section with a `value`."""
        extras: dict[str, Section] = {}
        for entry in self.sections("customProperties", name="a custom property"):
            entry.only("id", "property", "value", "description")
            name = entry.text("property")
            if name in extras:
                entry.refuse("property", f"custom property {shown(name)} of {self.name} stands here a second time")
            elif name and name not in names:
                expected = _either(names)
                entry.refuse(
                    "property", f"custom property {shown(name)} of {self.name} is unknown; expected {expected}"
                )
            elif name and not entry.missing("value"):
                entry.name = f"custom property {name}"
                extras[name] = entry
        return extras


def shown(value: object) -> str:
    """A YAML value as a message shows it: short, on one line, lists and mappings by their kind."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    return cut(repr(value) if isinstance(value, str) else str(value), 80)


def has_utf8(text: str) -> bool:
    """Whether a text of YAML can be written as UTF-8: an escape can make half of a surrogate pair."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and has_utf8(value)


def _either(options: tuple[str, ...]) -> str:
    return ", ".join(options) or "none"
