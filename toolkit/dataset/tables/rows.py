"""Rows: articles and where they came from -> record batches, and back."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from toolkit.errors import ContractError
from toolkit.pages import ARTICLES, Article, Related

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from toolkit.contract import Contract
    from toolkit.documents import Document

ID_DIGITS = 16
"""Hex digits of the page's SHA-256 that make the id of its row."""

_PAGE: Final = pa.struct(
    {
        **dict.fromkeys(("file", "url", "sha256", "rendering"), pa.string()),
        "date": ARTICLES.field("date_text").type,
        "tags": ARTICLES.field("tags_text").type,
        "warnings": ARTICLES.field("warnings").type,
    }
)
ROWS: Final = pa.schema(
    {
        "id": pa.string(),
        **{name: ARTICLES.field(name).type for name in ("headline", "date", "body", "source")},
        "tags": pa.list_(pa.string()),
        "related": ARTICLES.field("related").type,
        "page": _PAGE,
    }
)
"""The columns that pages fill: what `make_rows` gives."""


def make_rows(
    documents: Sequence[Document], articles: pa.RecordBatch, renderings: Sequence[bytes | memoryview | None]
) -> pa.RecordBatch:
    """The rows of articles (schema `ARTICLES`) and the documents they are of, with the schema `ROWS`.

    A rendering is null where it is the document without the LF at its end. `tags` is empty in each row: tags are
    learnt from all pages first.
    """
    sha256s = [document.sha256 for document in documents]
    page = {
        "file": pa.array([document.file for document in documents], pa.string()),
        "url": pa.array([document.url for document in documents], pa.string()),
        "sha256": pa.array(sha256s, pa.string()),
        "rendering": pa.array(map(_rendering_sha256, documents, renderings), pa.string(), size=len(documents)),
        "date": articles.column("date_text"),
        "tags": articles.column("tags_text"),
        "warnings": articles.column("warnings"),
    }
    columns = {
        "id": pa.array([digest[:ID_DIGITS] for digest in sha256s], pa.string()),
        **{name: articles.column(name) for name in ("headline", "date", "body", "source", "related")},
        "tags": pa.ListArray.from_arrays(pa.array(np.zeros(len(documents) + 1, np.int32)), pa.array([], pa.string())),
        "page": pa.StructArray.from_arrays([*page.values()], fields=list(_PAGE)),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in ROWS.names], schema=ROWS)


def _rendering_sha256(document: Document, rendering: bytes | memoryview | None) -> str:
    if rendering is not None:
        return sha256(rendering).hexdigest()
    raw = document.raw or b""
    if not raw.endswith(b"\n"):
        return document.sha256
    return document.text_sha256 or sha256(raw[:-1]).hexdigest()


def refuse_unfillable(contract: Contract) -> None:
    """ContractError, with file:line, if the contract has a column that no page fills, lacks one, or retypes one."""
    wanted = contract.arrow()
    for name in ROWS.names:
        if name not in wanted.names:
            raise ContractError(
                f"{contract.file}:1: the field {name!r} is missing", mend="Each field of a page is needed."
            )
    for field in wanted:
        line = contract.field(field.name).line
        if field.name not in ROWS.names:
            known = ", ".join(ROWS.names)
            raise ContractError(
                f"{contract.file}:{line}: no page has a field {field.name!r}", mend=f"Pages have {known}."
            )
        if not field.type.equals(ROWS.field(field.name).type):
            found = ROWS.field(field.name).type
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
