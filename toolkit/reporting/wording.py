"""`Words`: what the report says, in one language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from toolkit.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.reporting.values import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts by key; names of blocks as `explain` calls them; titles of codes that are not in the table of codes."""

    language: Language
    texts: Mapping[str, str]
    blocks: Mapping[str, str]
    codes: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The text of a key; KeyError if there is none."""
        return self.texts[key]

    def title(self, code: str) -> str:
        """The title of a code in this language, else in English; empty for an unknown code."""
        return self.codes.get(code) or (CODES[code].title if code in CODES else "")


def load_words(language: Language) -> Words:
    """The words of a language."""
    table = tomllib.loads(files("toolkit.reporting").joinpath("assets", f"{language}.toml").read_text("utf-8"))
    blocks, codes = table.pop("blocks"), table.pop("codes", {})
    return Words(language=language, texts=table, blocks=blocks, codes=codes)
