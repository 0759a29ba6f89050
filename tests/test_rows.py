"""Rows as a build makes them."""

from hashlib import sha256

import pytest

from toolkit.dataset.rows import FILLABLE, RowBuilder
from toolkit.documents import Document
from toolkit.pages import Accepted, ArticleCells

CELLS = ArticleCells(b"a", 0, b"b", b"c", (), b"", None)
RENDERING = "عنوان\nنص".encode()


def test_the_columns_that_a_contract_may_ask_for_are_those_that_rows_have():
    assert RowBuilder().finish().schema == FILLABLE


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
def test_a_row_has_the_hashes_of_its_page_and_of_its_rendering(raw):
    rows = RowBuilder()
    rows.add(Document.of(raw, file="a.txt"), Accepted(CELLS, RENDERING, ()))
    page = rows.finish()["page"][0].as_py()
    assert page["sha256"] == sha256(raw).hexdigest()
    assert page["rendering"] == sha256(RENDERING).hexdigest()
