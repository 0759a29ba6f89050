"""Pages: bytes -> canonical text -> article, and back. Pure: no I/O, no clock, no environment."""

from toolkit.pages.articles import Article, ArticleCells, Related, RelatedCells
from toolkit.pages.batches import Accepted, PageReader
from toolkit.pages.explanation import ExplainedLine, Part, explain, repeated_tags
from toolkit.pages.findings import Finding
from toolkit.pages.layout import Layout
from toolkit.pages.layout import load as load_layout
from toolkit.pages.reading import PageReading, PageRules, place_of_field, read_page
from toolkit.pages.renderer import render
from toolkit.pages.tag_cover import covers
from toolkit.pages.tags import Lexicon, Observer, Split, Splitter, find_facts
from toolkit.pages.tags import from_json as lexicon_from_json
from toolkit.pages.tags import learn as learn_tags
from toolkit.pages.tags import to_json as lexicon_to_json

__all__ = [
    "Accepted",
    "Article",
    "ArticleCells",
    "ExplainedLine",
    "Finding",
    "Layout",
    "Lexicon",
    "Observer",
    "PageReader",
    "PageReading",
    "PageRules",
    "Part",
    "Related",
    "RelatedCells",
    "Split",
    "Splitter",
    "covers",
    "explain",
    "find_facts",
    "learn_tags",
    "lexicon_from_json",
    "lexicon_to_json",
    "load_layout",
    "place_of_field",
    "read_page",
    "render",
    "repeated_tags",
]
