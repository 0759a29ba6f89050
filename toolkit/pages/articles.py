"""`Article`: what a page says, field by field, before it becomes a row."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, NamedTuple


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


class RelatedCells(NamedTuple):
    """A `Related` as UTF-8."""

    headline: bytes
    body: bytes | None
    kind: bytes
    age: bytes | None
    paragraph: int | None


class ArticleCells(NamedTuple):
    """An `Article` as UTF-8, which is what columns are made of; `date` in days since 1970-01-01."""

    headline: bytes | None
    date: int | None
    body: bytes | None
    source: bytes | None
    related: tuple[RelatedCells, ...]
    date_text: bytes
    tags_text: bytes | None


EPOCH = datetime.date(1970, 1, 1).toordinal()


def to_cells(article: Article) -> ArticleCells:
    """The cells of an article."""
    return ArticleCells(
        headline=_utf8(article.headline),
        date=None if article.date is None else article.date.toordinal() - EPOCH,
        body=_utf8(article.body),
        source=_utf8(article.source),
        related=tuple(_related_cells(item) for item in article.related),
        date_text=article.date_text.encode(),
        tags_text=_utf8(article.tags_text),
    )


def _related_cells(item: Related) -> RelatedCells:
    return RelatedCells(
        headline=item.headline.encode(),
        body=_utf8(item.body),
        kind=item.kind.encode(),
        age=_utf8(item.age),
        paragraph=item.paragraph,
    )


def _utf8(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
