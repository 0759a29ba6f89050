"""`tamper`: an article with one thing in it moved, dropped or changed, which no proof may take for its page."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from toolkit.pages import Article, Related


def tamper(article: Article, rng: random.Random) -> Article:
    """`article` with one change; the same article where there was nothing to change."""
    change: Callable[[Article, random.Random], Article] = rng.choice(_CHANGES)
    return change(article, rng)


def _drop_word(article: Article, rng: random.Random) -> Article:
    words = (article.body or "").split(" ")
    del words[rng.randrange(len(words))]
    return replace(article, body=" ".join(words)) if article.body and words else article


def _swap_lines(article: Article, rng: random.Random) -> Article:
    lines = (article.body or "").split("\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]
    return replace(article, body="\n".join(lines)) if article.body else article


def _drop_line(article: Article, rng: random.Random) -> Article:
    lines = (article.body or "").split("\n")
    del lines[rng.randrange(len(lines))]
    return replace(article, body="\n".join(lines) or None) if article.body else article


def _drop_related(article: Article, rng: random.Random) -> Article:
    related = list(article.related)
    if related:
        del related[rng.randrange(len(related))]
    return replace(article, related=tuple(related))


def _swap_related(article: Article, rng: random.Random) -> Article:
    related = list(article.related)
    if related:
        at, other = rng.randrange(len(related)), rng.randrange(len(related))
        related[at], related[other] = related[other], related[at]
    return replace(article, related=tuple(related))


def _change_item(article: Article, rng: random.Random) -> Article:
    related = list(article.related)
    if related:
        at = rng.randrange(len(related))
        related[at] = _changed(related[at], rng)
    return replace(article, related=tuple(related))


def _changed(item: Related, rng: random.Random) -> Related:
    if item.kind == "inline" and rng.random() < 0.4:
        return replace(item, paragraph=(item.paragraph or 0) + rng.choice((1, -1)))
    if item.age is not None and rng.random() < 0.6:
        head, _, last = item.headline.rpartition(" ")
        return replace(item, headline=head, age=f"{last} {item.age}") if head else replace(item, age=None)
    if item.body is not None:
        return replace(item, headline=f"{item.headline} {item.body.split(' ')[0]}", body=None)
    return replace(item, headline=item.headline + rng.choice((" x", "\u0640", ".", " ")))


def _move_day(article: Article, rng: random.Random) -> Article:
    if article.date is None or not datetime.date.min < article.date < datetime.date.max:
        return article
    return replace(article, date=article.date + datetime.timedelta(days=rng.choice((1, -1))))


def _swap_texts(article: Article, rng: random.Random) -> Article:
    if rng.random() < 0.5 or article.body is None:
        return replace(article, headline=article.source, source=article.headline)
    return replace(article, headline=article.body, body=article.headline)


def _change_footer(article: Article, rng: random.Random) -> Article:
    if rng.random() < 0.5:
        return replace(article, tags_text=f"{article.tags_text or ''} x".lstrip())
    return replace(article, source=None if rng.random() < 0.5 else f"{article.source} x")


_CHANGES = (
    _drop_word,
    _swap_lines,
    _drop_line,
    _drop_related,
    _swap_related,
    _change_item,
    _move_day,
    _swap_texts,
    _change_footer,
)
