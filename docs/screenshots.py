"""Takes pictures of a real report: `python docs/screenshots.py [CHROMIUM]` writes docs/images/report-*.png.

The datasets are built from the two sample pages, and from 3,000 generated ones, whose words mean nothing, with a few
broken ones among them.
Needs the extra `test` and a Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import toolkit  # noqa: E402 - after the path is set
from bench.corpus import Corpus, write_corpus  # noqa: E402 - after the path is set
from toolkit.reporter import report  # noqa: E402 - after the path is set

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = ROOT / "docs" / "images"
PAGES = 3_000
BROKEN = {
    "date.txt": "خبر بلا تاريخ صحيح\nتاريخ النشر: 31st, February 2023 GMT\nفقرة\nالمصدر: الراي\n",
    "source.txt": "خبر بلا مصدر\nتاريخ النشر: 20th, September 2023 GMT\nفقرة أولى\nفقرة ثانية\n",
    "body.txt": "خبر بلا متن\nتاريخ النشر: 20th, September 2023 GMT\nالمصدر: الراي\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture of `report` from the element `part` on; `choose` is a text in a list to click at; sizes in pixels."""

    name: str
    report: str
    part: str
    scheme: str = "light"
    choose: str = ""
    width: int = 1200
    height: int = 860


SHOTS = (
    Shot(name="overview", report="many.html", part="body"),
    Shot(name="tags", report="many.html", part="#tags", height=1000),
    Shot(name="rows", report="sample.html", part="#rows", choose="موسكو", height=1000),
    Shot(name="rows-dark", report="sample.html", part="#rows", choose="موسكو", scheme="dark", height=1000),
    Shot(name="arabic", report="arabic.html", part="body"),
    Shot(name="phone", report="many.html", part="#sources", width=390, height=844),
    Shot(name="rejects", report="private.html", part="#rejects", choose="date.txt", height=700),
)


def main() -> None:
    """Build, write the reports, and take every picture anew."""
    chromium = sys.argv[1] if len(sys.argv) > 1 else shutil.which("chromium")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as engine:
        write_reports(Path(scratch))
        browser = engine.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            take(browser, Path(scratch), shot)
            sys.stdout.write(f"docs/images/report-{shot.name}.png\n")
        browser.close()


def write_reports(folder: Path) -> None:
    """`many.html`, in Arabic `arabic.html`, with rejects `private.html`; `sample.html` of the sample pages alone."""
    raw = folder / "raw"
    write_corpus(Corpus(pages=PAGES), raw)
    for name, text in BROKEN.items():
        (raw / name).write_text(text, encoding="utf-8")
    shutil.copy(next((raw / "00000").iterdir()), raw / "twice.txt")
    toolkit.build([raw], folder / "many", version="1.0.0")
    toolkit.build([ROOT / "raw"], folder / "sample", version="1.0.0")
    report(folder / "many", folder / "many.html")
    report(folder / "many", folder / "arabic.html", language="ar")
    report(folder / "many", folder / "private.html", with_rejects=True)
    report(folder / "sample", folder / "sample.html")


def take(browser: Browser, folder: Path, shot: Shot) -> None:
    """One picture."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page.goto((folder / shot.report).as_uri())
    if shot.choose:
        page.locator(".list li", has_text=shot.choose).first.click()
    page.locator(shot.part).evaluate("part => part.scrollIntoView()")
    page.screenshot(path=IMAGES / f"report-{shot.name}.png")
    page.close()


if __name__ == "__main__":
    main()
