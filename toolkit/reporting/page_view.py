"""`PageView`: a row's page line by line, each part with the field of the row that it became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from toolkit.dataset.tables import article_of
from toolkit.diagnostics import cut, escape
from toolkit.pages import explain, render
from toolkit.pages.parsing.outline import outline
from toolkit.pages.text import Text, canonical
from toolkit.pipeline import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import pyarrow as pa

    from toolkit.contract import Contract
    from toolkit.pages import ExplainedLine, Layout

LINE_CHARACTERS: Final = 1_500
PAGE_CHARACTERS: Final = 6_000
SHORT_CHARACTERS: Final = 300
LISTED: Final = 60
"""Bounds of what is shown of a line, of a page, of a name, and of a list of them."""

Row = dict[str, Any]  # Any: a cell of any type


class ViewedPart(NamedTuple):
    """A stretch of a line: what `explain` calls it, and the path of the value it is in the row, empty for a label.

    A tuple, as a line is: the script of the report reads both as lists.
    """

    mark: str
    text: str
    path: str


class ViewedLine(NamedTuple):
    """A line of a page and its block; `number` counts from 1."""

    number: int
    block: str
    parts: tuple[ViewedPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A row beside its page; texts are cut to what a person reads. `left_out` lines of the page are not shown.

    `date` is ISO 8601 or null, `warnings` are codes.
    """

    id: str
    file: str
    url: str | None
    date: str | None
    source: str | None
    tags: tuple[str, ...]
    warnings: tuple[str, ...]
    lines: tuple[ViewedLine, ...]
    left_out: int = 0


def view_rows(rows: pa.Table, layout: Layout, contract: Contract) -> Iterator[PageView]:
    """The view of each row; its page is what the row renders to by `layout`, the one it was read with."""
    required = ReadingRules(contract=contract, layout=layout).page_rules().required
    for row in rows.to_pylist():
        yield _view(row, _explained(row, layout, required))


def _explained(row: Row, layout: Layout, required: Collection[str]) -> Sequence[ExplainedLine]:
    if row["page"]["date"] is None:
        return ()
    lines = render(article_of(row), layout)
    text = canonical("\n".join(lines))
    if not isinstance(text, Text):
        return ()
    return explain(text, outline(text.lines, layout, required), row["tags"] or ())


def _view(row: Row, explained: Sequence[ExplainedLine]) -> PageView:
    lines = tuple(_bounded(_with_paths(explained)))
    page = row["page"]
    return PageView(
        id=_short(row["id"]),
        file=_short(page["file"]),
        url=None if page["url"] is None else _short(page["url"]),
        date=None if row["date"] is None else row["date"].isoformat(),
        source=None if row["source"] is None else cut(row["source"], SHORT_CHARACTERS),
        tags=tuple(cut(tag, SHORT_CHARACTERS) for tag in (row["tags"] or ())[:LISTED]),
        warnings=tuple(page["warnings"] or ()),
        lines=lines,
        left_out=len(explained) - len(lines),
    )


def _short(text: str | None) -> str:
    """What is no page text may hold anything, as a name of a file does."""
    return cut(escape(text or ""), SHORT_CHARACTERS)


@dataclass(slots=True)
class _Items:
    """Counts the related items of a page from its first line on, in the order of the row."""

    count: int = 0

    def path(self, block: str, mark: str) -> str:
        """The path of the value that a part of such a line became."""
        if mark == "label":
            self.count += block == "label"
            return ""
        if block in ("teasers", "inline") and mark in ("teaser", "headline"):
            self.count += 1
        if block in ("teasers", "inline", "related"):
            member = {"age": "age", "text": "body"}.get(mark, "headline")
            return f"related[{self.count - 1}].{member}"
        return block if block in ("headline", "date", "body", "source", "tags") else ""


def _with_paths(explained: Sequence[ExplainedLine]) -> Iterator[ViewedLine]:
    items = _Items()
    for line in explained:
        parts = (
            ViewedPart(mark=part.mark, text=cut(part.text, LINE_CHARACTERS), path=items.path(line.block, part.mark))
            for part in line.parts
        )
        yield ViewedLine(number=line.line, block=line.block, parts=tuple(parts))


def _bounded(lines: Iterator[ViewedLine]) -> Iterator[ViewedLine]:
    """Lines up to `PAGE_CHARACTERS`, and of a line at most `LISTED` parts."""
    room = PAGE_CHARACTERS
    for line in lines:
        if room <= 0:
            return
        parts = line.parts[:LISTED]
        room -= sum(len(part.text) for part in parts)
        yield line._replace(parts=parts)
