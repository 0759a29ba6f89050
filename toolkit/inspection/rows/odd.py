"""`OddRows`: rows that are rendered and read again one by one, since their cells alone do not prove them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from toolkit.dataset.tables import article_of
from toolkit.inspection.rows.flaws import Flaw, misread, misrendered
from toolkit.pages import PageReader, render
from toolkit.pipeline import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from toolkit.contract import Contract
    from toolkit.pages import Layout, Refused

MAX_ITEMS: Final = 100_000
COMPARED: Final = ("headline", "date", "body", "source", "related")
KINDS: Final = ("inline", "block")

Row = dict[str, Any]  # Any: a row as Python values


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """A row (its index) with its flaws, and the warnings of its page; null where it reads as no article."""

    row: int
    flaws: tuple[Flaw, ...]
    warnings: tuple[str, ...] | None


class OddRows:
    """Renders and reads rows of one contract and layout."""

    def __init__(self, contract: Contract, layout: Layout) -> None:
        self._reader = PageReader(ReadingRules(contract=contract, layout=layout).page_rules())
        self._layout = layout

    def read(self, rows: pa.RecordBatch, indexes: Sequence[int]) -> Iterator[OddRow]:
        """Each row of `indexes` (ascending), rendered, read and compared with itself."""
        taken = rows.take(indexes).to_pylist() if indexes else []
        shapes = [(index, row, _misshapen(row)) for index, row in zip(indexes, taken, strict=True)]
        for index, _, place in shapes:
            if place is not None:
                flaw = misread(index, place, f"{place} is null or of no known kind, so the row renders to no page")
                yield OddRow(row=index, flaws=(flaw,), warnings=None)
        shapely = [(index, row) for index, row, place in shapes if place is None]
        pages = ["\n".join(render(article_of(row), self._layout)).encode() for _, row in shapely]
        readings = self._reader.read(pages)
        again = dict(zip(readings.numbers.tolist(), readings.articles.to_pylist(), strict=True))
        for number, ((index, row), page) in enumerate(zip(shapely, pages, strict=True)):
            flaws = [*_misrendered(index, row, page)]
            if number in again:
                flaws += _differences(index, row, again[number])
                yield OddRow(row=index, flaws=tuple(flaws), warnings=tuple(again[number]["warnings"]))
            else:
                yield OddRow(row=index, flaws=(*flaws, _unreadable(index, readings.refused[number])), warnings=None)


def _misshapen(row: Row) -> str | None:
    """The path of what keeps a row from being rendered, null where nothing does."""
    page, related = row["page"], row["related"]
    if page is None or page["date"] is None:
        return "page" if page is None else "page.date"
    if related is None or len(related) > MAX_ITEMS:
        return "related"
    for place, item in enumerate(related):
        if item is None:
            return f"related[{place}]"
        if item["headline"] is None or item["kind"] not in KINDS:
            return f"related[{place}].{'headline' if item['headline'] is None else 'kind'}"
    return None


def _misrendered(index: int, row: Row, page: bytes) -> Iterator[Flaw]:
    rendering, expected = row["page"]["rendering"], hashlib.sha256(page).hexdigest()
    if rendering != expected:
        yield misrendered(index, rendering, expected)


def _unreadable(index: int, reading: Refused) -> Flaw:
    fault = next(finding for finding in reading.findings if finding.level == "error")
    message = f"the page that the row renders to is not an article: {fault.code} in line {fault.line}"
    return misread(index, "body", message, found=fault.found, expected=fault.expected)


def _differences(index: int, row: Row, again: Row) -> Iterator[Flaw]:
    """What a row has otherwise than the article that its page is read as."""
    for name in COMPARED:
        if row[name] != again[name]:
            yield _difference(index, name, row[name], again[name])
    for name in ("date", "tags"):
        if row["page"][name] != again[f"{name}_text"]:
            yield _difference(index, f"page.{name}", row["page"][name], again[f"{name}_text"])


def _difference(index: int, path: str, found: object, expected: object) -> Flaw:
    """The innermost value in which a row and its page differ."""
    if isinstance(found, list) and isinstance(expected, list):
        if len(found) != len(expected):
            found, expected = f"{len(found)} items", f"{len(expected)} items"
        else:
            place = next(place for place, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1])
            return _difference(index, f"{path}[{place}]", found[place], expected[place])
    if isinstance(found, dict) and isinstance(expected, dict):
        name = next(name for name in found if found[name] != expected[name])
        return _difference(index, f"{path}.{name}", found[name], expected[name])
    return misread(
        index,
        path,
        f"the page that the row renders to has another {path}",
        found=None if found is None else str(found),
        expected="null" if expected is None else str(expected),
    )
