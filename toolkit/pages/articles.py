"""`Article`: what a page says, field by field, before it becomes a row."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another article that a page points to.

    `inline`: found in the body, where `paragraph` body paragraphs stand before it; `age` as printed or null, `body`
    null.
    `block`: of the related block; `body` null where it has no lines, `age` and `paragraph` null.
    """

    headline: str
    body: str | None
    kind: Literal["inline", "block"]
    age: str | None
    paragraph: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page's content. Lines of one text are joined by LF; a field the page lacks is null.

    `date_text` and `tags_text` are the canonical text after the colon of the date and tags lines (`tags_text` null
    without such a line, empty where nothing follows the colon). Inline related items come first, in order.
    """

    headline: str | None
    date: datetime.date | None
    body: str | None
    source: str | None
    related: tuple[Related, ...]
    date_text: str
    tags_text: str | None


EPOCH = datetime.date(1970, 1, 1).toordinal()
"""The day from which Arrow counts days (`date32`), as a proleptic ordinal."""
