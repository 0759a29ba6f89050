"""Values of a contract -> the arguments of rules: counts, bounds, patterns, lists of values."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.contract.fields import KINDS, PHYSICAL, Argument, Logical, Scalar
from toolkit.contract.section import has_utf8, shown

MAX_PATTERN_CHARACTERS: Final = 500
MAX_VALUES: Final = 10_000
MAX_COUNT: Final = 2**31 - 1

# pa.array would import pandas, which takes longer than reading a whole contract
_EMPTY_TEXT: Final = pa.StringArray.from_buffers(1, pa.py_buffer(bytes(8)), pa.py_buffer(b""))
_WORDS: Final[dict[Logical, str]] = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "date": "a day such as 1990-01-01",
}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UnfitArgumentError(ValueError):
    """A value that a rule cannot take; the message says what it is and what is expected."""


def read_argument(kind: str, value: object, *, physical: str) -> Argument:
    """The argument of a rule of `kind` on values of Arrow type `physical`; else UnfitArgumentError."""
    match KINDS[kind].argument:
        case "none":
            if value is not True:
                raise UnfitArgumentError(f"{shown(value)}; expected true")
            return None
        case "count":
            return _count(value)
        case "bound":
            return _scalar(value, physical)
        case "pattern":
            return _pattern(value)
        case "values":
            return _values(value, physical)


def _count(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT:
        return value
    raise UnfitArgumentError(f"{shown(value)}; expected a count from 0 to {MAX_COUNT}")


def _pattern(value: object) -> str:
    # RE2 takes time linear in the text and bounds its own repeats; the length bounds the rest
    if not isinstance(value, str) or not value or len(value) > MAX_PATTERN_CHARACTERS:
        raise UnfitArgumentError(
            f"{shown(value)}; expected a regular expression of 1 to {MAX_PATTERN_CHARACTERS} characters"
        )
    try:
        pc.match_substring_regex(_EMPTY_TEXT, pattern=value)
    except (pa.ArrowInvalid, UnicodeEncodeError) as fault:
        raise UnfitArgumentError(f"{shown(value)}; expected a regular expression of RE2 ({fault})") from fault
    return value


def _values(value: object, physical: str) -> tuple[Scalar, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
        raise UnfitArgumentError(f"{shown(value)}; expected a list of 1 to {MAX_VALUES} values")
    return tuple(_scalar(item, physical) for item in value)


def _scalar(value: object, physical: str) -> Scalar:
    scalar = _typed(value, PHYSICAL[physical])
    if not _fits(scalar, physical):
        raise UnfitArgumentError(f"{shown(value)}; expected a value that fits {physical}")
    return scalar


def _fits(scalar: Scalar, physical: str) -> bool:
    match PHYSICAL[physical], scalar:
        case "integer", int():
            return bool(np.iinfo(physical).min <= scalar <= np.iinfo(physical).max)
        case "number", float():
            return bool(abs(scalar) <= np.finfo(physical).max)
    return not isinstance(scalar, str) or has_utf8(scalar)


def _typed(value: object, logical: Logical) -> Scalar:
    match logical, value:
        case "boolean", bool():
            return value
        case "string", str():
            return value
        case "integer", int() if not isinstance(value, bool):
            return value
        case "number", int() | float() if not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        case "date", date() if not isinstance(value, datetime):
            return value
        case "date", str() if _DAY.fullmatch(value):
            return _day(value)
    raise UnfitArgumentError(f"{shown(value)}; expected {_WORDS[logical]}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise UnfitArgumentError(f"{shown(text)}; expected a day of the calendar") from fault
