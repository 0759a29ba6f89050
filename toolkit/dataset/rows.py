"""Rows: articles and where they came from -> record batches, and back."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from toolkit.errors import ContractError
from toolkit.pages import Accepted, Article, ArticleCells, Related

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from toolkit.contract import Contract
    from toolkit.documents import Document

ID_DIGITS = 16
"""Hex digits of the page's SHA-256 that make the id of its row."""

_TEXT: Final = pa.string()
_ITEM: Final = {"headline": _TEXT, "body": _TEXT, "kind": _TEXT, "age": _TEXT, "paragraph": pa.int32()}
_PAGE: Final = {
    **dict.fromkeys(("file", "url", "sha256", "rendering", "date", "tags"), _TEXT),
    "warnings": pa.list_(_TEXT),
}
FILLABLE: Final = pa.schema(
    {
        "id": _TEXT,
        "headline": _TEXT,
        "date": pa.date32(),
        "body": _TEXT,
        "source": _TEXT,
        "tags": pa.list_(_TEXT),
        "related": pa.list_(pa.struct(_ITEM)),
        "page": pa.struct(_PAGE),
    }
)
"""What `RowBuilder` gives. Arrow imports pandas, a fifth of a second, to make arrays of Python values: not for this."""


class RowBuilder:
    """Collects pages that are rows and gives them as columns; texts are UTF-8 until they are Arrow."""

    def __init__(self) -> None:
        self._documents: list[Document] = []
        self._articles: list[ArticleCells] = []
        self._renderings: list[str] = []
        self._warnings: list[Sequence[str]] = []

    def __len__(self) -> int:
        return len(self._articles)

    def add(self, document: Document, page: Accepted) -> None:
        """One more row."""
        self._documents.append(document)
        self._articles.append(page.cells)
        self._warnings.append(page.warnings)
        self._renderings.append(_rendering_sha256(document, page.rendering))

    def finish(self) -> pa.RecordBatch:
        """The rows in the order they were added; `tags` is empty in each, for tags are learnt from all pages."""
        articles = self._articles
        columns = {
            "id": pa.array([document.sha256[:ID_DIGITS] for document in self._documents], pa.string()),
            "headline": _text([article.headline for article in articles]),
            "date": pa.array([article.date for article in articles], pa.int32()).cast(pa.date32()),
            "body": _text([article.body for article in articles]),
            "source": _text([article.source for article in articles]),
            "tags": pa.ListArray.from_arrays(
                pa.array(np.zeros(len(articles) + 1, np.int32)), pa.array([], pa.string())
            ),
            "related": self._related(),
            "page": self._pages(),
        }
        return pa.RecordBatch.from_pydict(columns)

    def _related(self) -> pa.ListArray:
        items = [item for article in self._articles for item in article.related]
        members = {
            "headline": _text([item.headline for item in items]),
            "body": _text([item.body for item in items]),
            "kind": _text([item.kind for item in items]),
            "age": _text([item.age for item in items]),
            "paragraph": pa.array([item.paragraph for item in items], pa.int32()),
        }
        offsets = _offsets([len(article.related) for article in self._articles])
        return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(members.values(), names=list(members)))

    def _pages(self) -> pa.StructArray:
        warnings = [code for codes in self._warnings for code in codes]
        members = {
            "file": pa.array([document.file for document in self._documents], pa.string()),
            "url": pa.array([document.url for document in self._documents], pa.string()),
            "sha256": pa.array([document.sha256 for document in self._documents], pa.string()),
            "rendering": pa.array(self._renderings, pa.string()),
            "date": _text([article.date_text for article in self._articles]),
            "tags": _text([article.tags_text for article in self._articles]),
            "warnings": pa.ListArray.from_arrays(
                _offsets([len(codes) for codes in self._warnings]), pa.array(warnings, pa.string())
            ),
        }
        return pa.StructArray.from_arrays(members.values(), names=list(members))


def _rendering_sha256(document: Document, rendering: bytes) -> str:
    raw = document.raw or b""
    if rendering == raw:
        return document.sha256
    if document.text_sha256 is not None and len(rendering) + 1 == len(raw) and raw.startswith(rendering):
        return document.text_sha256
    return sha256(rendering).hexdigest()


def _text(cells: list[bytes | None] | list[bytes]) -> pa.StringArray:
    """Cells that are known to be UTF-8, as strings that nobody checks again."""
    binary = pa.array(cells, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(binary), binary.buffers(), binary.null_count)


def _offsets(lengths: Sequence[int]) -> pa.Int32Array:
    offsets: NDArray[np.int32] = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.array(offsets)


def refuse_unfillable(contract: Contract) -> None:
    """ContractError, with file:line, if the contract has a column that no page fills, lacks one, or retypes one."""
    fillable, wanted = FILLABLE, contract.arrow()
    for name in fillable.names:
        if name not in wanted.names:
            raise ContractError(
                f"{contract.file}:1: the field {name!r} is missing", mend="Each field of a page is needed."
            )
    for field in wanted:
        line = contract.field(field.name).line
        if field.name not in fillable.names:
            known = ", ".join(fillable.names)
            raise ContractError(
                f"{contract.file}:{line}: no page has a field {field.name!r}", mend=f"Pages have {known}."
            )
        if not field.type.equals(fillable.field(field.name).type):
            found = fillable.field(field.name).type
            raise ContractError(f"{contract.file}:{line}: {field.name} is {field.type}, a page gives {found}")


def in_contract_order(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The columns of `batch` as the contract orders and names them (the names of list elements are its own)."""
    return pa.RecordBatch.from_arrays([batch.column(field.name).cast(field.type) for field in schema], schema=schema)


def article_of(row: dict[str, Any]) -> Article:  # Any: a row as Python values
    """The article of a row, for rendering it again; `row` is one of `Table.to_pylist`."""
    date: datetime.date | None = row["date"]
    return Article(
        headline=row["headline"],
        date=date,
        body=row["body"],
        source=row["source"],
        related=tuple(Related(**item) for item in row["related"]),
        date_text=row["page"]["date"],
        tags_text=row["page"]["tags"],
    )
