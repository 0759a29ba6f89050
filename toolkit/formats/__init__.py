"""Formats: findings -> text of one kind. Values in, text out.

`text` is for people, `json_text`, `sarif` and `github` are for programs; `codes` is the reference of all codes. They
share the totals of `findings`, and `lines` that neither a terminal nor a runner of GitHub obeys.
"""

from toolkit.formats.codes import codes_markdown, explain_code
from toolkit.formats.findings import counted, percentage
from toolkit.formats.github import github_error, github_summary, to_github
from toolkit.formats.json_text import plain, to_json
from toolkit.formats.lines import harmless
from toolkit.formats.sarif import to_sarif
from toolkit.formats.text import list_text, to_text

__all__ = [
    "codes_markdown",
    "counted",
    "explain_code",
    "github_error",
    "github_summary",
    "harmless",
    "list_text",
    "percentage",
    "plain",
    "to_github",
    "to_json",
    "to_sarif",
    "to_text",
]
