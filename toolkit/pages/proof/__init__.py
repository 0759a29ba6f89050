"""The proof that a row is its page: nothing lost, nothing moved, nothing misread.

It imports nothing of the parser (`parsing`), of the reader of many pages (`batches`) or of what is learnt of tags
(`tags`): pyproject.toml says so, and it is checked. Common are the layout and the folded copy of a text.

`one_page` proves an article by its lines; `renderer` prints them, the inverse of the parser. `many_pages` proves many
rows by their bytes, with `inline` for bodies that have something in them. That the tags of a row are the words of its
tags line is asked once they are split (`cover`).
"""

from toolkit.pages.proof.cover import covers, find_uncovered, repeated_tags
from toolkit.pages.proof.many_pages import MAX_DATES, ColumnsProof
from toolkit.pages.proof.one_page import disprove
from toolkit.pages.proof.renderer import render

__all__ = [
    "MAX_DATES",
    "ColumnsProof",
    "covers",
    "disprove",
    "find_uncovered",
    "render",
    "repeated_tags",
]
