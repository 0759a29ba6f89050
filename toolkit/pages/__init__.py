"""Pages: bytes -> canonical text -> article, and back. Pure: no I/O, no clock, no environment.

What a page says is an `Article` (`articles`), or a row of `columns` that hold many; what speaks against it is a
`Finding` (`findings`). How its site prints it is its `Layout` (`layout`). Two readers give the same results:

- `reading` reads any page: `text` makes it canonical, `parsing` makes the article, and `proof` proves it.
- `batches` reads many ordinary pages at once, on their UTF-8, and leaves the others to `reading`. It has its own ways
  to find what `text` and `parsing` find; `proof` proves its rows, too.

Once all pages are read, `tags` learns from them where a tag ends, and splits their tags lines. `explanation` shows how
a page was read, line by line.
"""

from toolkit.pages.articles import Article, Related
from toolkit.pages.batches import PageReader, Readings, Refused
from toolkit.pages.columns import ARTICLES
from toolkit.pages.explanation import ExplainedLine, Part, explain
from toolkit.pages.findings import Finding
from toolkit.pages.layout import Layout, parse_layout
from toolkit.pages.proof import covers, find_uncovered, render
from toolkit.pages.reading import PageReading, PageRules, place_of_field, read_page
from toolkit.pages.tags import Lexicon, Splits, Splitter, find_facts, learn_tags, lexicon_from_json, lexicon_to_json

__all__ = [
    "ARTICLES",
    "Article",
    "ExplainedLine",
    "Finding",
    "Layout",
    "Lexicon",
    "PageReader",
    "PageReading",
    "PageRules",
    "Part",
    "Readings",
    "Refused",
    "Related",
    "Splits",
    "Splitter",
    "covers",
    "explain",
    "find_facts",
    "find_uncovered",
    "learn_tags",
    "lexicon_from_json",
    "lexicon_to_json",
    "parse_layout",
    "place_of_field",
    "read_page",
    "render",
]
