"""How a page is read, line by line: what `explain` prints and the report colours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Literal

from toolkit.pages.proof import repeated_tags
from toolkit.pages.text import Text, line_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.pages.parsing import Outline, Teaser

Block = Literal["headline", "date", "body", "teasers", "inline", "source", "tags", "label", "related", "text"]
Mark = Literal["label", "text", "date", "teaser", "age", "source", "tag", "headline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a line, as kept, and what it is."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLine:
    """One canonical line: its physical number from 1, its block, and its parts, which joined by spaces are its text.

    Adjacent teaser lines are read as one: a teaser whose age is not in its line goes on in the next.
    `block` is `text` where no block was found because the page has no date line.
    """

    line: int
    block: Block
    parts: tuple[Part, ...]


def explain(text: Text, outline: Outline, tags: Sequence[str]) -> tuple[ExplainedLine, ...]:
    """Every canonical line of a page with its block; `tags` are those that its tags line was split into."""
    numbers = line_numbers(text)
    blocks = _blocks(outline)
    teasers = {line: parts for teaser in outline.teasers for line, parts in _teaser_lines(teaser, outline.lines)}
    return tuple(
        ExplainedLine(line=number, block=block, parts=tuple(_parts(index, block, outline, teasers, tags)))
        for index, (number, block) in enumerate(zip(numbers, blocks, strict=True))
    )


def _blocks(outline: Outline) -> list[Block]:
    count = len(outline.lines)
    blocks: list[Block] = ["text" if outline.date is None else "body"] * count
    if outline.date is not None:
        blocks[: outline.date] = ["headline"] * outline.date
        blocks[outline.date] = "date"
    for line, label in outline.labels.items():
        if blocks[line] == "body" and label.inline:
            blocks[line] = "inline"
    for teaser in outline.teasers:
        blocks[teaser.first : teaser.end] = ["teasers"] * (teaser.end - teaser.first)
    if outline.related is not None:
        blocks[outline.related :] = [
            "label" if line in outline.labels and outline.labels[line].standalone else "related"
            for line in range(outline.related, count)
        ]
    footer: list[tuple[int | None, Block]] = [
        (outline.source, "source"), (outline.tags, "tags"), (outline.misplaced_tags, "tags")
    ]  # fmt: skip
    for footer_line, block in footer:
        if footer_line is not None:
            blocks[footer_line] = block
    return blocks


def _parts(
    index: int, block: Block, outline: Outline, teasers: Mapping[int, Sequence[Part]], tags: Sequence[str]
) -> Iterator[Part]:
    line = outline.lines[index]
    label = outline.labels.get(index)
    if block == "teasers":
        yield from teasers[index]
    elif label is not None and block in _AFTER_LABEL:
        yield Part(mark="label", text=line[: label.offset].rstrip())
        texts = repeated_tags(label.rest, tags) if block == "tags" else []
        yield from (Part(mark=_AFTER_LABEL[block], text=text) for text in texts or [label.rest] if text)
    elif block == "headline" or (
        block == "related" and index - 1 in outline.labels and outline.labels[index - 1].standalone
    ):
        yield Part(mark="headline", text=line)
    else:
        yield Part(mark="text", text=line)


_AFTER_LABEL: Final[Mapping[Block, Mark]] = {
    "date": "date", "source": "source", "tags": "tag", "inline": "headline", "label": "headline"
}  # fmt: skip
"""Blocks of lines that open with a label, and what the text after it is."""


def _teaser_lines(teaser: Teaser, lines: Sequence[str]) -> Iterator[tuple[int, list[Part]]]:
    """The lines of a run of teasers, each with its parts; an item may go on in the next line."""
    marks: tuple[Mark, Mark] = ("teaser", "age")
    words = (
        ((number, mark), word)
        for number, item in enumerate(teaser.items)
        for mark, text in zip(marks, item, strict=True)
        for word in text.split(" ")
    )
    for line in range(teaser.first, teaser.end):
        of_line = groupby(islice(words, lines[line].count(" ") + 1), key=itemgetter(0))
        yield line, [Part(mark=mark, text=" ".join(word for _, word in some)) for (_, mark), some in of_line]
