"""`Words`: what the report says, in one language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from toolkit.codes import CODES, title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["en", "ar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts by key, names of blocks by what `explain` calls them, and translations of findings.

    `codes` has titles and `mends` has what to do, both by code; `expectations` has what was expected by its English
    text, without the example at its end.
    """

    language: Language
    texts: Mapping[str, str]
    blocks: Mapping[str, str]
    codes: Mapping[str, str]
    mends: Mapping[str, str]
    expectations: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The text of a key; KeyError if there is none."""
        return self.texts[key]

    def title(self, code: str) -> str:
        """The title of a code in this language, else in English; empty for an unknown code."""
        return self.codes.get(code) or title_of(code)

    def mend(self, code: str, given: str) -> str:
        """What to do about a code in this language, where `given` is what its table says; else `given`."""
        known = code in CODES and CODES[code].mend == given
        return self.mends.get(code, given) if known else given

    def expected(self, given: str | None) -> str | None:
        """What was expected in this language, an example as it is; `given` where it is not known."""
        if given is None:
            return None
        head, such_as, example = given.partition("such as ")
        return self.expectations.get(head + such_as, head + such_as) + example


def load_words(language: Language) -> Words:
    """The words of a language."""
    table = tomllib.loads(files("toolkit.reporting").joinpath("assets", f"{language}.toml").read_text("utf-8"))
    blocks, codes, mends, expected = (table.pop(name, {}) for name in ("blocks", "codes", "mends", "expectations"))
    return Words(language=language, texts=table, blocks=blocks, codes=codes, mends=mends, expectations=expected)
