"""How Sphinx makes a site of docs/: `sphinx-build docs build/docs`, with the extra `docs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "article-toolkit"
author = "article-toolkit contributors"
html_title = "toolkit"

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["images"]
suppress_warnings = ["toc.not_included"]  # a new page may come before its line in index.md

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["direction.css"]
html_copy_source = False
html_show_copyright = False

ARABIC_PAGES = ("arabic",)


def setup(app: Sphinx) -> None:
    """Give Arabic pages their direction: lists and tables go by that of the page."""
    app.connect("html-page-context", _turn)


def _turn(_app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object) -> None:  # Any: Sphinx's own
    if page in ARABIC_PAGES:
        context["body"] = f'<div dir="rtl" lang="ar">{context["body"]}</div>'
