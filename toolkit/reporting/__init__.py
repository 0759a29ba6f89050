"""The report: facts and a sample of rows -> one page of HTML. Pure.

`html` fills in the template with `figures` (`plots`), `changes`, and rows and rejects beside their pages (`page_view`,
`reject_view`), in one language (`wording`); `embedding` keeps what stands in a page from leaving its place.
"""

from toolkit.reporting.html import ReportFacts, render_report
from toolkit.reporting.page_view import PageView, view_rows

__all__ = [
    "PageView",
    "ReportFacts",
    "render_report",
    "view_rows",
]
