"""The contract: ODCS text -> what a row must be, and every form of it; tables -> failures.

- `odcs` reads the text, `properties` its fields, `quality` their rules, key by key (`section`, `arguments`); the result
  is a `Contract` (`model`) of texts about the dataset (`about`), of fields and of their rules (`fields`).
- `types` derives the schemas of other tools from it, `rendering` prints them.
- `checking` finds the values that break a rule: each kind has its kernel (`kernels`) for the values at a path
  (`places`), and pandera runs them (`rules`), imported once for all worker processes (`preloaded`).
- `visibility` is what counts as visible in a text.
"""

from toolkit.contract.checking import Failure, Failures, check, check_schema
from toolkit.contract.fields import Field, walk
from toolkit.contract.model import Contract
from toolkit.contract.odcs import parse_contract
from toolkit.contract.rendering import FORMATS, Format, render

__all__ = [
    "FORMATS",
    "Contract",
    "Failure",
    "Failures",
    "Field",
    "Format",
    "check",
    "check_schema",
    "parse_contract",
    "render",
    "walk",
]
