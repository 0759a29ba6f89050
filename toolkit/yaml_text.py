"""YAML that people write (contract, layout), read so that every value knows its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

import yaml

from toolkit.errors import ContractError

MAX_CHARACTERS = 1024 * 1024
MAX_DEPTH = 32

Path = tuple[str | int, ...]

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is several times faster


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """A YAML document as plain values; `lines` gives the line (from 1) of the value at each path."""

    file: str
    value: Any  # Any: whatever the document holds; its readers check each value
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line (from 1) of the nearest value at or above `path`."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def refuse(self, path: Path, message: str, *, mend: str = "") -> NoReturn:
        """Raise a ContractError that starts with file:line of the nearest value at or above `path`."""
        raise ContractError(f"{self.file}:{self.line(path)}: {message}", mend=mend)


def quotes_for(value: object) -> str:
    """The mend of a value where a text is wanted: quotes, where YAML takes it for a number, a day or a truth."""
    return "Write it in quotes." if isinstance(value, bool | int | float | date) else ""


def read_yaml(text: str, *, file: str) -> YamlText:
    """The document in `text`; ContractError with file:line for what is no plain, small, tree-shaped YAML.

    Anchors, aliases, tags, repeated keys and keys that are no text are refused: each value stands where it is read.
    """
    if len(text) > MAX_CHARACTERS:
        raise ContractError(f"{file}:1: {len(text)} characters of YAML, at most {MAX_CHARACTERS} are read")
    document = YamlText(file=file, value=None)
    try:
        _refuse_aliases(text, document)
        node = yaml.compose(text, Loader=_Loader)
        value = None if node is None else _value(node, (), document, yaml.SafeLoader(""))
    except yaml.MarkedYAMLError as fault:
        raise _refusal(fault, file) from fault
    except (yaml.YAMLError, ValueError, OverflowError) as fault:
        raise ContractError(f"{file}:1: {str(fault).splitlines()[0]}") from fault
    return YamlText(file=file, value=value, lines=document.lines)


def _refusal(fault: yaml.MarkedYAMLError, file: str) -> ContractError:
    line = fault.problem_mark.line + 1 if fault.problem_mark else 1
    if isinstance(fault, yaml.constructor.ConstructorError):
        return ContractError(f"{file}:{line}: {fault.problem}")
    told = ", ".join(words for words in (fault.context, fault.problem) if words)
    mend = "Look at indentation (spaces, no tabs), quotes, commas and colons there and in the line above."
    return ContractError(f"{file}:{line}: not read as YAML: {told}", mend=mend)


def _refuse_aliases(text: str, document: YamlText) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = 1 if event.start_mark is None else event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise ContractError(f"{document.file}:{line}: nested deeper than {MAX_DEPTH}")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ContractError(f"{document.file}:{line}: anchors and aliases are not read; write the value out")


def _value(node: yaml.Node, path: Path, document: YamlText, loader: yaml.SafeLoader) -> Any:  # Any: as in YamlText
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document, loader)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), document, loader) for index, child in enumerate(node.value)]
    return loader.construct_object(node)


def _mapping(node: yaml.MappingNode, path: Path, document: YamlText, loader: yaml.SafeLoader) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, child in node.value:
        key = loader.construct_object(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise ContractError(f"{document.file}:{line}: a key must be text")
        if key in mapping:
            raise ContractError(f"{document.file}:{line}: the key {key!r} stands here a second time")
        mapping[key] = _value(child, (*path, key), document, loader)
        document.lines[(*path, key)] = line
    return mapping
