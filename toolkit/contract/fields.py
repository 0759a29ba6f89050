"""`Field` and `Rule`: what a contract says of one value, and one demand on it. `KINDS` has all there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.diagnostics import Level

Logical = Literal["string", "boolean", "integer", "number", "date", "array", "object"]
Scalar = str | int | float | date
Argument = Scalar | tuple[Scalar, ...] | None

ELEMENT = "[]"
"""The step of a path that stands for every element of a list: `related[].headline`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """A text in English and in Arabic; empty in a language that it is not given in."""

    english: str
    arabic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One demand on the values at `path` (`related[].headline`), of a kind in `KINDS`.

    `name` is unique in the contract; `argument` is the bound, pattern or values of its kind, null where the kind has
    none; `expected` says in words what must hold; `line` is where it stands in the contract, from 1.
    """

    code: str
    name: str
    kind: str
    path: str
    argument: Argument
    level: Level
    description: str
    expected: str
    line: int

    @property
    def column(self) -> str:
        """The column that `path` begins with."""
        return self.path.split(".")[0].split(ELEMENT)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column, a member of a struct (`properties`), or the element of a list (`item`, whose name is `item`).

    `physical` is a scalar type of `PHYSICAL`, `list` or `struct`; `path` leads from the row to it
    (`related[].headline`); `rules` are those on its own values; `line` is where it stands in the contract, from 1.
    """

    name: str
    path: str
    logical: Logical
    physical: str
    description: Bilingual
    required: bool
    primary_key: bool
    item: Field | None
    properties: tuple[Field, ...]
    rules: tuple[Rule, ...]
    line: int


def walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Each field and what is nested in it, in the order of the contract."""
    for field in fields:
        yield field
        yield from walk(field.properties if field.item is None else (field.item,))


PHYSICAL: Mapping[str, Logical] = {
    "string": "string",
    "large_string": "string",
    "bool": "boolean",
    "int8": "integer",
    "int16": "integer",
    "int32": "integer",
    "int64": "integer",
    "uint8": "integer",
    "uint16": "integer",
    "uint32": "integer",
    "uint64": "integer",
    "float32": "number",
    "float64": "number",
    "date32": "date",
    "list": "array",
    "struct": "object",
}
"""Each `physicalType` with its `logicalType`. The names are those of Arrow and of the Hub's features alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of rule: the code of what breaks it, the logical types it is for, its argument, and what it expects."""

    code: str
    logicals: tuple[Logical, ...]
    argument: Literal["none", "count", "bound", "pattern", "values"]
    expected: str


_SCALARS: tuple[Logical, ...] = ("string", "boolean", "integer", "number", "date")
_ORDERED: tuple[Logical, ...] = ("integer", "number", "date")

KINDS: Mapping[str, Kind] = {
    "required": Kind(code="C301", logicals=(*_SCALARS, "array", "object"), argument="none", expected="a value"),
    "notBlank": Kind(code="C302", logicals=("string",), argument="none", expected="something visible"),
    "minLength": Kind(code="C303", logicals=("string",), argument="count", expected="at least {} character{s}"),
    "maxLength": Kind(code="C304", logicals=("string",), argument="count", expected="at most {} character{s}"),
    "pattern": Kind(code="C305", logicals=("string",), argument="pattern", expected="a match of {}"),
    "minimum": Kind(code="C306", logicals=_ORDERED, argument="bound", expected="at least {}"),
    "maximum": Kind(code="C307", logicals=_ORDERED, argument="bound", expected="at most {}"),
    "validValues": Kind(code="C308", logicals=_SCALARS, argument="values", expected="one of {}"),
    "missingValues": Kind(code="C309", logicals=("string",), argument="values", expected="none of {}"),
    "minItems": Kind(code="C310", logicals=("array",), argument="count", expected="at least {} item{s}"),
    "maxItems": Kind(code="C311", logicals=("array",), argument="count", expected="at most {} item{s}"),
    "uniqueItems": Kind(code="C312", logicals=("array",), argument="none", expected="no item twice"),
    "unique": Kind(code="C313", logicals=_SCALARS, argument="none", expected="no value twice in the dataset"),
}
"""Each kind of rule by the name it has in a contract."""
