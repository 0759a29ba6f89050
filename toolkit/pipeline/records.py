"""Results of finished tasks as JSON records in the staging folder, from which an interrupted build goes on."""

from __future__ import annotations

import dataclasses
import datetime
import json
import types
import typing
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def to_record(value: object) -> bytes:
    """A value (a dataclass of numbers, texts, days, nulls, tuples and such dataclasses) as JSON."""
    return json.dumps(value, default=_plain, ensure_ascii=True, sort_keys=True).encode()


def from_record(kind: type[T], record: bytes) -> T | None:
    """The value of type `kind` that `to_record` wrote; null for anything else."""
    try:
        value: T = _revived(kind, json.loads(record))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return value


def _plain(value: Any) -> object:  # Any: what JSON does not know
    if isinstance(value, datetime.date):
        return value.isoformat()
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _revived(kind: Any, value: Any) -> Any:  # Any: a type as annotations have it, and JSON
    if isinstance(kind, types.UnionType):
        inner = next(inner for inner in typing.get_args(kind) if inner is not types.NoneType)
        return None if value is None else _revived(inner, value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind, localns={"datetime": datetime})
        return kind(**{name: _revived(hints[name], value[name]) for name in hints})
    if typing.get_origin(kind) is tuple:
        return _revived_tuple(typing.get_args(kind), value)
    if kind is datetime.date:
        return datetime.date.fromisoformat(value)
    return value


def _revived_tuple(kinds: Sequence[Any], values: Sequence[Any]) -> tuple[Any, ...]:  # Any: types, and JSON
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_revived(kinds[0], value) for value in values)
    return tuple(_revived(kind, value) for kind, value in zip(kinds, values, strict=True))
