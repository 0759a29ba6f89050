"""Pages: bytes -> canonical text -> article, and back. Pure: no I/O, no clock, no environment.

Two readers give the same results.

- `reading` reads any page, line by line: `text` makes it canonical; `labels`, `ages` and `dates` recognise what is
  printed on a line; `outline` finds the blocks, `parser` makes the article; `renderer` and `proof` prove it.
- `batches` reads many ordinary pages at once, on their UTF-8, and leaves the others to `reading`: `tidying` makes them
  canonical (`ordinary`, `cleaning`); `heads` finds label lines (`edges`), `blocks` and `bodies` what stands between
  them; `block_columns` cuts out the cells, and `columns_proof` proves them.

Tags are split once all pages are read: see `tags`.
"""

from toolkit.pages.articles import Article, Related
from toolkit.pages.batches.reader import PageReader, Readings, Refused
from toolkit.pages.columns import ARTICLES
from toolkit.pages.explanation import ExplainedLine, Part, explain
from toolkit.pages.findings import Finding
from toolkit.pages.layout import Layout
from toolkit.pages.layout import load as load_layout
from toolkit.pages.proof.renderer import render
from toolkit.pages.reading import PageReading, PageRules, place_of_field, read_page
from toolkit.pages.tags.cover import covers, find_uncovered
from toolkit.pages.tags.facts import find_facts
from toolkit.pages.tags.lexicon import Lexicon
from toolkit.pages.tags.lexicon import from_json as lexicon_from_json
from toolkit.pages.tags.lexicon import to_json as lexicon_to_json
from toolkit.pages.tags.splitting import Splits, Splitter
from toolkit.pages.tags.splitting import learn as learn_tags

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
    "load_layout",
    "place_of_field",
    "read_page",
    "render",
]
