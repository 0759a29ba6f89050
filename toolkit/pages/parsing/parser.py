"""Canonical lines to an `Article` or the faults that prevent it (page-format, sections 1 and 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.pages.articles import Article, Related
from toolkit.pages.parsing.ages import MAX_TEASERS
from toolkit.pages.parsing.dates import example_day, read_date
from toolkit.pages.parsing.outline import Outline, Remark, outline

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterator, Sequence

    from toolkit.pages.layout import Layout

MAX_ELEMENTS = MAX_TEASERS
"""More related items, or words in a tags line, make a page too large (D104)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """What a page's lines say: an article, or null where any of `errors` stands; `warnings` stay with the article."""

    article: Article | None
    errors: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    outline: Outline


def parse(lines: Sequence[str], layout: Layout, required: Collection[str]) -> ParsedPage:
    """What a page's canonical lines (at least one) say. Never raises because of data.

    `required` names the fields that the contract requires: an absent headline, body or source and an unreadable
    date are faults only there.
    """
    blocks = outline(lines, layout, required)
    date = None if blocks.date is None else read_date(blocks.labels[blocks.date].rest, layout)
    errors = tuple(_errors(blocks, date, layout, required))
    article = None if errors or blocks.date is None else _article(blocks, blocks.date, date)
    return ParsedPage(article=article, errors=errors, warnings=tuple(_warnings(blocks)), outline=blocks)


def _errors(blocks: Outline, date: datetime.date | None, layout: Layout, required: Collection[str]) -> Iterator[Remark]:
    if blocks.date is None:
        line = layout.line("date", example_day(layout))
        yield Remark(code="P202", line=1, expected=f"a date line after the headline, such as {line}")
    else:
        yield from _errors_around_date(blocks, blocks.date, required)
        if date is None and "date" in required:
            label = blocks.labels[blocks.date]
            expected = f"a day such as {example_day(layout)}"
            yield Remark(code="P203", line=blocks.date, offset=label.offset, found=label.rest, expected=expected)
    if "source" in required:
        yield from _source_errors(blocks, layout)
    if blocks.misplaced_tags is not None:
        yield Remark(code="P206", line=blocks.misplaced_tags, expected="the tags line after the source line")
    if _related_items(blocks) > MAX_ELEMENTS:
        yield Remark(code="D104", line=0, detail="related items", expected=f"at most {MAX_ELEMENTS}")
    if blocks.tags is not None and blocks.labels[blocks.tags].rest.count(" ") >= MAX_ELEMENTS:
        yield Remark(code="D104", line=blocks.tags, detail="words of tags", expected=f"at most {MAX_ELEMENTS}")


def _errors_around_date(blocks: Outline, line: int, required: Collection[str]) -> Iterator[Remark]:
    if line == 0 and "headline" in required:
        yield Remark(code="P201", line=0, expected="the headline before the date line")
    if "body" in required and not _paragraphs(blocks, line):
        yield Remark(code="P204", line=line + 1, expected="a paragraph after the date line")


def _source_errors(blocks: Outline, layout: Layout) -> Iterator[Remark]:
    if blocks.source is None:
        line = next((index for index, label in blocks.labels.items() if label.standalone), len(blocks.lines))
        expected = f"a source line, such as {layout.line('source', 'OUTLET')}"
        yield Remark(code="P205", line=line if blocks.tags is None else blocks.tags, expected=expected)
    elif not blocks.labels[blocks.source].rest:
        offset = blocks.labels[blocks.source].offset
        yield Remark(code="P205", line=blocks.source, offset=offset, expected="the name of the outlet")


def _related_items(blocks: Outline) -> int:
    inline = sum(len(teaser.items) for teaser in blocks.teasers)
    return inline + sum(label.label == "related" for label in blocks.labels.values())


def _warnings(blocks: Outline) -> Iterator[Remark]:
    if blocks.date is not None and blocks.date > 1:
        yield Remark(code="P221", line=1, expected="one line before the date line")
    tags = blocks.misplaced_tags if blocks.tags is None else blocks.tags
    if tags is None or not blocks.labels[tags].rest:
        missing = blocks.body_end if blocks.source is None else blocks.source + 1
        yield Remark(code="P222", line=missing if tags is None else tags)
    if blocks.related is None:
        yield Remark(code="P223", line=len(blocks.lines))
    yield from _label_warnings(blocks)


def _label_warnings(blocks: Outline) -> Iterator[Remark]:
    body = range((blocks.date or 0) + 1, blocks.body_end)
    for index, label in blocks.labels.items():
        if index in body and not label.inline:
            yield Remark(code="P224", line=index, found=blocks.lines[index])
        elif blocks.related is not None and index >= blocks.related:
            following = blocks.labels.get(index + 1)
            if not label.standalone:
                yield Remark(code="P225", line=index, found=blocks.lines[index])
            elif index + 1 == len(blocks.lines) or (following is not None and following.standalone):
                yield Remark(code="P226", line=index)


def _article(blocks: Outline, date_line: int, date: datetime.date | None) -> Article:
    labels = blocks.labels
    return Article(
        headline=" ".join(blocks.lines[:date_line]) or None,
        date=date,
        body="\n".join(_paragraphs(blocks, date_line)) or None,
        source=None if blocks.source is None else labels[blocks.source].rest,
        related=(*_inline_items(blocks, date_line), *_block_items(blocks)),
        date_text=labels[date_line].rest,
        tags_text=None if blocks.tags is None else labels[blocks.tags].rest,
    )


def _paragraphs(blocks: Outline, date_line: int) -> list[str]:
    inline = blocks.inline_items()
    return [blocks.lines[index] for index in range(date_line + 1, blocks.body_end) if index not in inline]


def _inline_items(blocks: Outline, date_line: int) -> Iterator[Related]:
    for others, (line, items) in enumerate(sorted(blocks.inline_items().items())):
        paragraph = line - date_line - 1 - others
        for headline, age in items:
            yield Related(headline=headline, body=None, kind="inline", age=age, paragraph=paragraph)


def _block_items(blocks: Outline) -> Iterator[Related]:
    for first, end in blocks.block_items():
        body = "\n".join(blocks.lines[first + 1 : end]) or None
        yield Related(headline=blocks.lines[first], body=body, kind="block", age=None, paragraph=None)
