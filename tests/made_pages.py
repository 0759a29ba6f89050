"""Pages made for tests: good ones of any number, and one bad page of each kind."""

from pathlib import Path

HEADLINE = "وزير النقل يفتتح الطريق"
DATE = "تاريخ النشر: 20th, September 2023 GMT"
BODY = "افتتح الوزير الطريق الجديد صباح اليوم."
SOURCE = "المصدر: الراي"
TAGS = "كلمات دلالية: النقل"
RELATED = "إقرأ أيضاً:\nخبر آخر\nفقرة من الخبر الآخر."


def page(
    headline: str = HEADLINE,
    date: str = DATE,
    body: str = BODY,
    source: str = SOURCE,
    tags: str = TAGS,
    related: str = RELATED,
) -> str:
    """A page of the parts given; an empty part is left out."""
    return "\n".join(part for part in (headline, date, body, source, tags, related) if part)


def write_pages(folder: Path, count: int, start: int = 0) -> Path:
    """Write so many good pages, each with a number in its headline."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(start, start + count):
        (folder / f"{number:04}.txt").write_text(page(headline=f"{HEADLINE} رقم {number}"), encoding="utf-8")
    return folder


BAD_PAGES = {
    "undecodable.txt": (page().encode("windows-1256"), "D101", 1, 1),
    "binary.txt": (page(headline="خبر\0 ثان").encode(), "D102", 1, 4),
    "empty.txt": (b" \n\t\n", "D103", 1, 1),
    "no_headline.txt": (page(headline="").encode(), "P201", 1, 1),
    "no_date_line.txt": (page(date="").encode(), "P202", 2, 1),
    "unreadable_date.txt": (page(date="تاريخ النشر: 31st, February 2023 GMT").encode(), "P203", 2, 14),
    "no_body.txt": (page(body="").encode(), "P204", 3, 1),
    "no_source.txt": (page(source="").encode(), "P205", 4, 1),
    "empty_source.txt": (page(source="المصدر:").encode(), "P205", 4, 8),
    "footer_order.txt": (page(source=TAGS, tags=SOURCE).encode(), "P206", 4, 1),
}
"""Bytes, code, line and column of one page of each kind of reject, but the largest and broken contract rules."""
