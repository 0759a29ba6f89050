"""One page from its bytes to a proven article, or to everything that speaks against it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from toolkit.codes import CODES
from toolkit.pages.findings import Finding
from toolkit.pages.parsing import parse, position_of, recognise
from toolkit.pages.proof import disprove, render
from toolkit.pages.text import Text, decode, place, place_of_invisible, places

if TYPE_CHECKING:
    from toolkit.pages.articles import Article
    from toolkit.pages.layout import Layout
    from toolkit.pages.parsing import Outline, Remark

Levels = Mapping[str, Literal["error", "warning", "off"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """How pages are read: their layout, their encoding (null: UTF-8), and what the contract tells the parser.

    `required` has the fields that a page must have, `levels` the level of each of the parser's warnings.
    """

    layout: Layout
    encoding: str | None = None
    required: Collection[str]
    levels: Levels


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """`article` and its `rendering` (UTF-8, lines joined by LF), null where a finding is an error.

    `findings` are errors and warnings in the order of their place; `text` and `outline` are null where the bytes are
    no text.
    """

    article: Article | None
    rendering: bytes | None
    findings: tuple[Finding, ...]
    text: Text | None
    outline: Outline | None

    @property
    def is_foreign(self) -> bool:
        """Whether the page has no label: it is of another site. Bytes that are no text are not foreign."""
        if self.outline is None:
            return all(finding.code == "D103" for finding in self.findings)
        return not self.outline.labels


def read_page(raw: bytes, rules: PageRules) -> PageReading:
    """The reading of a page's bytes. Never raises because of data."""
    text = decode(raw, rules.encoding)
    if not isinstance(text, Text):
        return PageReading(article=None, rendering=None, findings=text, text=None, outline=None)
    parsed = parse(text.lines, rules.layout, rules.required)
    rendered: tuple[str, ...] = ()
    differs: str | None = None
    if parsed.article is not None:
        rendered, differs = _proven(parsed.article, text.lines, rules)
    findings = _findings(text, [*parsed.errors, *parsed.warnings], differs, rules.levels)
    accepted = parsed.article is not None and all(finding.level == "warning" for finding in findings)
    return PageReading(
        article=parsed.article if accepted else None,
        rendering="\n".join(rendered).encode() if accepted else None,
        findings=findings,
        text=text,
        outline=parsed.outline,
    )


def _proven(article: Article, lines: tuple[str, ...], rules: PageRules) -> tuple[tuple[str, ...], str | None]:
    """The rendering, and what speaks against it or null. A rendering that equals the page is not read again."""
    rendered = render(article, rules.layout)
    differs = disprove(article, lines, rules.layout)
    if differs is None and rendered != lines and parse(rendered, rules.layout, rules.required).article != article:
        opens = article.headline is not None and recognise(article.headline, rules.layout) is not None
        differs = "the headline lines, joined, open with a label" if opens else "the rendering reads as another row"
    return rendered, differs


def _findings(text: Text, remarks: list[Remark], differs: str | None, levels: Levels) -> tuple[Finding, ...]:
    found = _placed(text, remarks)
    if text.invisible is not None:
        line, column = place_of_invisible(text)
        character = f"U+{ord(text.decoded[text.invisible]):04X}"
        found.append(Finding(code="D105", line=line, column=column, found=character))
    if differs is not None:
        found.append(Finding(code="P207", line=1, column=1, detail=differs))
    levelled = [
        replace(finding, level=level)
        for finding in found
        if (level := levels.get(finding.code, CODES[finding.code].level)) != "off"
    ]
    return tuple(sorted(levelled, key=attrgetter("line", "column", "code")))


def _placed(text: Text, remarks: Sequence[Remark]) -> list[Finding]:
    if not remarks:
        return []
    found = places(text, [(remark.line, remark.offset) for remark in remarks])
    return [
        Finding(
            code=remark.code,
            line=line,
            column=column,
            detail=remark.detail,
            found=remark.found,
            expected=remark.expected,
        )
        for remark, (line, column) in zip(remarks, found, strict=True)
    ]


def place_of_field(reading: PageReading, path: str) -> tuple[int | None, int | None]:
    """Physical line and column, from 1, of the value at a path of the row, such as `related[2].headline`.

    Nulls for what stands in no line of the page, as `id` or `page.sha256`.
    """
    if reading.text is None or reading.outline is None:
        return None, None
    found = position_of(reading.outline, path)
    return (None, None) if found is None else place(reading.text, *found)
