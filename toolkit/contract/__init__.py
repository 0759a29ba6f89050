"""The contract: ODCS text -> what a row must be, and every form of it; tables -> failures."""

from toolkit.contract.checking import Failure, Failures, check
from toolkit.contract.fields import Field, Rule, walk
from toolkit.contract.model import Author, Contract
from toolkit.contract.odcs import load
from toolkit.contract.rendering import FORMATS, Format, render

__all__ = [
    "FORMATS",
    "Author",
    "Contract",
    "Failure",
    "Failures",
    "Field",
    "Format",
    "Rule",
    "check",
    "load",
    "render",
    "walk",
]
