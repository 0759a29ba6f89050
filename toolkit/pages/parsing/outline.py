"""`Outline`: which block each line of a page belongs to, decided by position (page-format, "Blocks")."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from toolkit.pages.parsing.ages import split_teasers
from toolkit.pages.parsing.labels import LabelLine, recognise

if TYPE_CHECKING:
    from toolkit.pages.layout import Layout

Labels = Mapping[int, LabelLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A fault or warning at a character of a canonical line, both from 0; past the last line is the end of the page."""

    code: str
    line: int
    offset: int = 0
    found: str | None = None
    expected: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """Adjacent lines `first` to `end` (exclusive) that are teaser lines, and their (text, age) pairs together."""

    first: int
    end: int
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Where the blocks of a page are, as indexes of canonical lines; null for a block the page lacks.

    Headline: lines before `date`. Body: lines from `date` + 1 to `body_end` (exclusive). Related block: lines from
    `related` on. `labels` has every line that opens with a label, `teasers` the runs of teaser lines of the body.
    """

    lines: Sequence[str]
    labels: Labels
    date: int | None
    body_end: int
    source: int | None
    tags: int | None
    related: int | None
    teasers: tuple[Teaser, ...]
    misplaced_tags: int | None

    def inline_items(self) -> dict[int, tuple[tuple[str, str | None], ...]]:
        """The (headline, age) pairs on each line of the body that is no paragraph; age is null behind a label.

        The items of several joined teaser lines stand at the first of them; the others have none.
        """
        body = range((self.date or 0) + 1, self.body_end)
        items: dict[int, tuple[tuple[str, str | None], ...]] = {
            line: ((label.rest, None),) for line, label in self.labels.items() if line in body and label.inline
        }
        for teaser in self.teasers:
            items |= {**dict.fromkeys(range(teaser.first, teaser.end), ()), teaser.first: teaser.items}
        return items

    def block_items(self) -> Iterator[tuple[int, int]]:
        """The lines (first, end) of each item of the related block, without its label; a label alone is no item."""
        if self.related is None:
            return
        opens = [line for line, label in self.labels.items() if line >= self.related and label.standalone]
        for opened, end in pairwise([*opens, len(self.lines)]):
            if end - opened > 1:
                yield opened + 1, end


def outline(lines: Sequence[str], layout: Layout, required: Collection[str]) -> Outline:
    """The blocks of a page's canonical lines; `required` are the fields that the contract requires."""
    labels = {index: label for index, line in enumerate(lines) if (label := recognise(line, layout)) is not None}
    date = _date_line(labels)
    end = _footer_end(labels, len(lines), source_required="source" in required)
    tags = _line_of("tags", labels, end - 1)
    source = _line_of("source", labels, (end if tags is None else tags) - 1)
    misplaced_tags = None if source is None else _line_of("tags", labels, source - 1)
    body_end = next(line for line in (misplaced_tags, source, tags, end) if line is not None)
    return Outline(
        lines=lines,
        labels=labels,
        date=date,
        body_end=body_end,
        source=source,
        tags=tags,
        related=end if end < len(lines) else None,
        teasers=() if date is None else _teasers(lines, labels, range(date + 1, body_end), layout),
        misplaced_tags=misplaced_tags,
    )


def _date_line(labels: Labels) -> int | None:
    """The first date line, unless a source, tags or standalone related label stands before it."""
    for index, label in labels.items():
        if label.label == "date":
            return index
        if label.label in ("source", "tags") or label.standalone:
            return None
    return None


def _footer_end(labels: Labels, end: int, *, source_required: bool) -> int:
    """The first standalone related label, or the `end` of the page, that has a footer directly before it."""
    standalone = [index for index, label in labels.items() if label.standalone]
    for candidate in [*standalone, end]:
        before = labels.get(candidate - 1)
        if before is not None and before.label in ("source", "tags"):
            return candidate
    return standalone[0] if standalone and not source_required else end


def _line_of(label: Literal["source", "tags"], labels: Labels, index: int) -> int | None:
    """The line `index`, if it opens with that label."""
    return index if index in labels and labels[index].label == label else None


def _teasers(lines: Sequence[str], labels: Labels, body: range, layout: Layout) -> tuple[Teaser, ...]:
    """The runs of adjacent teaser lines; a run is read joined, as it is rendered."""
    runs: list[Teaser] = []
    for index in body:
        items = () if index in labels else split_teasers(lines[index], layout)
        if items and runs and runs[-1].end == index:
            runs[-1] = Teaser(first=runs[-1].first, end=index + 1, items=())
        elif items:
            runs.append(Teaser(first=index, end=index + 1, items=items))
    joined = [run if run.items else _join(run, lines, layout) for run in runs]
    return tuple([run for run in joined if run.items])


def _join(run: Teaser, lines: Sequence[str], layout: Layout) -> Teaser:
    return replace(run, items=split_teasers(" ".join(lines[run.first : run.end]), layout))
