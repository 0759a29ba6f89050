"""An `Article` back to the lines of its page: the inverse of the parser."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.pages.articles import Article, Related
    from toolkit.pages.layout import Layout

Block = Literal["headline", "date", "paragraph", "teasers", "inline", "source", "tags", "label", "related"]
Piece = tuple[Block, str]


def render(article: Article, layout: Layout) -> tuple[str, ...]:
    """The lines of the page that `article` was read from, every label in its printed form."""
    return tuple(line for _, line in pieces(article, layout))


def pieces(article: Article, layout: Layout) -> Iterator[Piece]:
    """The rendered lines in order, each with the block that it belongs to."""
    if article.headline is not None:
        yield "headline", article.headline
    yield "date", layout.line("date", article.date_text)
    yield from _body(article, layout)
    if article.source is not None:
        yield "source", layout.line("source", article.source)
    if article.tags_text is not None:
        yield "tags", layout.line("tags", article.tags_text)
    for item in article.related:
        if item.kind == "block":
            yield "label", layout.line("related", "")
            yield "related", item.headline
            yield from (("related", line) for line in (item.body or "").split("\n") if line)


def _body(article: Article, layout: Layout) -> Iterator[Piece]:
    """The paragraphs, with each inline item after as many of them as it says."""
    after: dict[int | None, list[Related]] = {}
    for item in article.related:
        if item.kind == "inline":
            after.setdefault(item.paragraph, []).append(item)
    yield from _inline(after.pop(0, []), layout)
    for number, line in enumerate([] if article.body is None else article.body.split("\n"), start=1):
        yield "paragraph", line
        if number in after:
            yield from _inline(after.pop(number), layout)
    for misplaced in after.values():
        yield from _inline(misplaced, layout)


def _inline(items: list[Related], layout: Layout) -> Iterator[Piece]:
    """Neighbours with an age share a line; an item without one stands behind its label."""
    for is_teaser, group in groupby(items, key=lambda item: item.age is not None):
        if is_teaser:
            yield "teasers", " ".join(f"{item.headline} {item.age}" for item in group)
        else:
            yield from (("inline", layout.line("related", item.headline)) for item in group)
