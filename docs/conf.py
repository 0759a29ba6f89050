"""How Sphinx makes a site of docs/: `sphinx-build docs build/docs`, with the extra `docs`."""

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
