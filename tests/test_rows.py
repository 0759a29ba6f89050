"""Rows as a build makes them."""

from toolkit.dataset.rows import FILLABLE, RowBuilder


def test_the_columns_that_a_contract_may_ask_for_are_those_that_rows_have():
    assert RowBuilder().finish().schema == FILLABLE
