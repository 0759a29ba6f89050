"""Rows as a build makes them."""

from hashlib import sha256

import pyarrow as pa
import pytest

from toolkit.dataset.tables import ROWS, make_rows
from toolkit.documents import Document
from toolkit.pages import ARTICLES

RENDERING = "عنوان\nنص".encode()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(RENDERING, id="as it is rendered"),
        pytest.param(RENDERING + b"\n", id="with a line end"),
        pytest.param(RENDERING + b"\n\n", id="with two"),
        pytest.param(RENDERING + b" ", id="with a space"),
        pytest.param(RENDERING[:-1] + b"\n", id="another page of the same size"),
        pytest.param(b"\n", id="a line end"),
    ],
)
@pytest.mark.parametrize("is_hashed", [True, False])
def test_a_row_has_the_hashes_of_its_page_and_of_its_rendering(raw, is_hashed):
    document = Document.of(raw, file="a.txt")
    document = document if is_hashed else Document(file="a.txt", raw=raw, size=len(raw), sha256=document.sha256)
    articles = pa.RecordBatch.from_pylist([{"headline": "عنوان", "related": [], "warnings": []}], schema=ARTICLES)
    rendering = None if raw.removesuffix(b"\n") == RENDERING else RENDERING
    rows = make_rows([document], articles, [rendering])
    page = rows["page"][0].as_py()
    assert page["sha256"] == sha256(raw).hexdigest()
    assert page["rendering"] == sha256(RENDERING).hexdigest()
    assert rows.schema == ROWS
