"""The reference of codes: docs/codes.md, and what `toolkit explain CODE` prints."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.codes import Code

WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The codes that begin with one letter: what they are about."""

    title: str
    about: str


FAMILIES: Mapping[str, Family] = {
    "D": Family(title="Bytes and text", about="A page's bytes, before anything is read from them."),
    "P": Family(title="Pages", about="The blocks of a page, and the row that is made of them."),
    "C": Family(title="Contract", about="Values, columns and types that the contract does not allow."),
    "S": Family(title="Sources", about="Files, archives and tables that pages are read from."),
    "I": Family(title="Integrity", about="A dataset that is not what its manifest says."),
    "R": Family(title="Releases", about="What stands in the way of a release."),
}
"""By first letter, in the order of the reference; a letter that no code begins with yet has no section."""

_PREFACE = """\
<!-- Made from toolkit/codes.toml by toolkit.formats.codes_markdown; edit that file. -->

# Codes

Every finding of `toolkit` has a code. `toolkit explain P203` prints the entry of one; `--select` and `--ignore` of
`toolkit validate` take codes and their beginnings (`P`, `P2`). An **error** makes a page a reject and a dataset
invalid, a **warning** stays with the row. The levels given here are the defaults: the
[contract](contract.md) sets those of its own rules, and of the warnings about pages.
"""


def codes_markdown() -> str:
    """The whole of docs/codes.md."""
    families = [(letter, [code for code in CODES.values() if code.code[0] == letter]) for letter in FAMILIES]
    sections = [_section(FAMILIES[letter], codes) for letter, codes in families if codes]
    return "\n".join([_PREFACE, *sections])


def _section(family: Family, codes: list[Code]) -> str:
    table = [f"| [{code.code}](#{code.code.lower()}) | {code.title} | {code.level} |" for code in codes]
    head = [f"## {family.title}", "", family.about, "", "| Code | | Level |", "|---|---|---|", *table, ""]
    return "\n".join([*head, *(_entry(code) for code in codes)])


def _entry(code: Code) -> str:
    return "\n\n".join(
        [
            f"### {code.code}",
            f"**{code.title}** ({code.level})",
            f"Cause: {code.cause}",
            f"Example: {code.example}",
            f"Fix: {code.mend}\n",
        ]
    )


def explain_code(code: Code) -> str:
    """One code for a terminal: title and level, cause, example, mend; 80 columns."""
    return "\n".join([f"{code.code} {code.title} ({code.level})", "", *_paragraphs(code)]) + "\n"


def _paragraphs(code: Code) -> Iterator[str]:
    for name, text in (("Cause", code.cause), ("Example", code.example), ("Fix", code.mend)):
        yield from textwrap.wrap(
            f"{name + ':':<9}{text}",
            width=WIDTH,
            subsequent_indent=" " * 9,
            break_long_words=False,
            break_on_hyphens=False,
        )
