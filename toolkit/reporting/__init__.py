"""The report: facts and a sample of rows -> one page of HTML. Pure, but for `report`, which reads a dataset's files."""

from toolkit.reporting.html import render_report
from toolkit.reporting.page_view import PageView, view_rows
from toolkit.reporting.report_facts import ReportFacts

__all__ = [
    "PageView",
    "ReportFacts",
    "render_report",
    "view_rows",
]
