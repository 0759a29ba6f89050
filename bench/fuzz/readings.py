"""What the reader of many pages and the reader of one give, in one form, to be compared."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from toolkit.pages import Refused, read_page
from toolkit.pages.columns import Spans, to_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.pages import Article, PageReader, PageReading, PageRules
    from toolkit.pages.proof import ColumnsProof


class Row(NamedTuple):
    """A page that is a row: the fields of its `Article` and its warnings, and its rendering in UTF-8."""

    article: dict[str, Any]  # Any: a row as Python values
    rendering: bytes


def read_together(reader: PageReader, pages: Sequence[bytes]) -> list[Row | Refused]:
    """The reading of each page, by the reader of many."""
    readings = reader.read(pages)
    rows = zip(readings.numbers.tolist(), readings.articles.to_pylist(), readings.renderings, strict=True)
    found: dict[int, Row | Refused] = {**readings.refused}
    for number, article, rendering in rows:
        found[number] = Row(article, pages[number].removesuffix(b"\n") if rendering is None else bytes(rendering))
    return [found[number] for number in range(len(pages))]


def read_each(pages: Sequence[bytes], rules: PageRules) -> list[Row | Refused]:
    """The reading of each page, by the reader of one."""
    return [row_of(reading) for reading in (read_page(page, rules) for page in pages)]


def row_of(reading: PageReading) -> Row | Refused:
    """The reading of a page that was read alone."""
    if reading.article is None or reading.rendering is None:
        return Refused(reading.findings, reading.is_foreign)
    article = asdict(reading.article)
    article["related"] = [*article["related"]]
    article["warnings"] = sorted({finding.code for finding in reading.findings})
    return Row(article, reading.rendering)


def is_proven(article: Article, lines: Sequence[bytes], labels: str, proof: ColumnsProof) -> bool:
    """Whether the columns of an article are proven to be the page of these lines; any of them may end with an age.

    `labels` has the first letters of the labels that open its lines.
    """
    page = b"\n".join(lines)
    place = Spans(np.array([0]), np.array([len(page)]))
    (holds,) = proof.prove(to_columns([(article, ())]), page, place, pa.array([labels]), {0: [*lines]})
    return bool(holds)
