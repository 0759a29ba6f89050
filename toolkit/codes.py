"""`CODES`: every code a diagnostic can carry, with its cause, an example and the mend. The table is codes.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One kind of finding: `level` is its default, a contract may change that of some warnings."""

    code: str
    title: str
    level: Literal["error", "warning"]
    cause: str
    example: str
    mend: str


def _load() -> dict[str, Code]:
    table = tomllib.loads(files("toolkit").joinpath("codes.toml").read_text("utf-8"))
    return {code: Code(code=code, **entry) for code, entry in sorted(table.items())}


CODES: dict[str, Code] = _load()


def title_of(code: str) -> str:
    """The title of a code; empty for one that is not known."""
    return CODES[code].title if code in CODES else ""
