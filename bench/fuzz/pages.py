"""The page parser: both readers agree, the rendering reads as the row it is of, and the proof finds a row that is not.

An input is a batch of pages that are read by one set of rules; each page counts.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final
from zlib import crc32

from bench.fuzz.page_changes import (
    MAX_PAGE_BYTES,
    MAX_PAGES,
    SEPARATOR,
    WORDS,
    draw_grammar,
    join_batch,
    mutate_pages,
    split_batch,
)
from bench.fuzz.readings import is_proven, read_each, read_together
from bench.fuzz.sites import AGGREGATOR, OTHER
from bench.fuzz.tampering import tamper
from bench.fuzz.target import Target
from toolkit.pages import Finding, PageReader, PageReading, PageRules, explain, read_page, render
from toolkit.pages.parsing import parse, recognise
from toolkit.pages.proof import ColumnsProof, disprove
from toolkit.pages.text import canonical, line_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

_REQUIRED: Final = frozenset({"headline", "date", "body", "source"})
_LEVELS: Final = {"P221": "error", "P224": "off", "D105": "error", "P222": "off"}
_LINE_END: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")

RULES: Final = (
    PageRules(layout=AGGREGATOR, required=_REQUIRED, levels={}),
    PageRules(layout=AGGREGATOR, required=frozenset(), levels={}),
    PageRules(layout=AGGREGATOR, required=_REQUIRED, levels={}),
    PageRules(layout=OTHER, required=_REQUIRED, levels={}),
    PageRules(layout=AGGREGATOR, required=frozenset({"date"}), levels=_LEVELS),  # type: ignore[arg-type]  # literals
    PageRules(layout=AGGREGATOR, encoding="windows-1256", required=_REQUIRED, levels={}),
    PageRules(layout=AGGREGATOR, required=_REQUIRED, levels={}),
    PageRules(layout=OTHER, required=frozenset(), levels={}),
)
_PROOFS: Final = {layout.sha256: ColumnsProof(layout) for layout in (AGGREGATOR, OTHER)}
_READERS: Final = tuple(PageReader(rules) for rules in RULES)


def check(data: bytes) -> int:
    """Read the pages of a batch both ways; how many there were."""
    number, pages = split_batch(data)
    number %= len(RULES)
    check_pages(pages, RULES[number], _READERS[number])
    return len(pages)


def check_pages(pages: Sequence[bytes], rules: PageRules, reader: PageReader) -> None:
    """Read pages by `rules`, all at once and each alone, and prove every row."""
    for raw, found, alone in zip(pages, read_together(reader, pages), read_each(pages, rules), strict=True):
        assert found == alone, "the readers disagree"
        reading = read_page(raw, rules)
        _check_reading(reading, rules)
        if reading.article is not None:
            _check_row(reading, rules, random.Random(crc32(raw)))


def _check_reading(reading: PageReading, rules: PageRules) -> None:
    """What holds for rows and rejects alike."""
    codes = {finding.code for finding in reading.findings}
    if "P207" in codes:
        assert reading.text is not None
        assert _joins_into_label(reading.text.lines, rules), "the reader's own proof fails"
    assert (reading.article is None) == any(finding.level == "error" for finding in reading.findings)
    if reading.text is None or reading.outline is None:
        assert codes <= {"D101", "D102", "D103"}
        assert all(finding.line >= 1 <= finding.column for finding in reading.findings)
        return
    again = canonical("\n".join(reading.text.lines))
    assert not isinstance(again, Finding), "canonical text is no text"
    assert (again.lines, again.invisible) == (reading.text.lines, None), "normalising twice changes something"
    physical = [*_LINE_END.split(reading.text.decoded), ""]
    assert len(line_numbers(reading.text)) == len(reading.text.lines)
    for finding in reading.findings:
        assert 1 <= finding.line <= len(physical), "a finding outside of the page"
        assert 1 <= finding.column <= len(physical[finding.line - 1]) + 1, "a finding outside of its line"
    assert len(explain(reading.text, reading.outline, ())) == len(reading.text.lines)


def _check_row(reading: PageReading, rules: PageRules, rng: random.Random) -> None:
    article, text = reading.article, reading.text
    assert article is not None
    assert text is not None
    rendered = render(article, rules.layout)
    assert reading.rendering == "\n".join(rendered).encode()
    if rendered != text.lines:  # else it was read and proven just now
        assert parse(rendered, rules.layout, rules.required).article == article, "the rendering reads as another row"
        assert disprove(article, rendered, rules.layout) is None, "a rendering is no page of its row"
        again = canonical("\n".join(rendered))
        assert not isinstance(again, Finding)
        assert again.lines == rendered, "the rendering is not canonical"
    forged = tamper(article, rng)
    if forged != article:
        assert disprove(forged, text.lines, rules.layout) is not None, f"the proof takes a forged row: {forged}"
        lines = [line.encode() for line in text.lines]
        taken = is_proven(forged, lines, _labels(lines, rules), _proof_of(rules))
        assert not taken, f"the proof of columns takes a forged row: {forged}"


def _joins_into_label(lines: Sequence[str], rules: PageRules) -> bool:
    """Whether the first lines of a page, as one line of headline, open with a label: no row renders to such a page."""
    return any(recognise(" ".join(lines[:number]), rules.layout) for number in range(2, len(lines) + 1))


def _labels(lines: Sequence[bytes], rules: PageRules) -> str:
    """The first letters of the labels that open a line in their printed form."""
    printed = {text.encode() + b":": label[0] for label, text in rules.layout.printed.items()}
    return "".join(letter for line in lines for text, letter in printed.items() if line.startswith(text))


def _proof_of(rules: PageRules) -> ColumnsProof:
    return _PROOFS.get(rules.layout.sha256) or ColumnsProof(rules.layout)


def _seeds() -> Sequence[bytes]:
    batches = []
    for number in range(64):
        rng = random.Random(number)
        pages = [draw_grammar(number, rng).page()[:MAX_PAGE_BYTES] for _ in range(rng.randint(1, MAX_PAGES))]
        batches.append(join_batch(number, pages))
    marked = "عنوان\nتاريخ النشر: 20th, September 2023 GMT\nنص\nالمصدر: الراي"
    marks = [
        b"\xef\xbb\xbf" + marked.encode(),
        marked.encode("utf-16"),
        marked.encode("utf-32"),
        marked.encode("cp1256"),
    ]
    return [*batches, join_batch(0, marks), join_batch(5, marks)]


TARGETS: Final = {
    "pages": Target(
        check=check,
        mutate=mutate_pages,
        seeds=_seeds,
        words=[*(word.encode() for words in WORDS[2:] for word in words.dictionary), SEPARATOR],
        max_bytes=MAX_PAGES * (MAX_PAGE_BYTES + len(SEPARATOR)),
        counted="pages",
    )
}
