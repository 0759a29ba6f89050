"""The pages that are built under faults: few, but every kind of file of a dataset comes of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.corpus import Corpus, write_corpus

RAW = Path(__file__).parents[2] / "raw"


def write_pages(folder: Path, number: int) -> None:
    """The two pages of `raw/`, a copy of one, one that is rejected, and `number` generated ones."""
    folder.mkdir()
    pages = sorted(RAW.iterdir())
    for page in pages:
        shutil.copyfile(page, folder / page.name)
    shutil.copyfile(pages[0], folder / "copy.txt")
    (folder / "rejected.txt").write_text("A page without a date.\n", "utf-8")
    if number:
        write_corpus(Corpus(pages=number, mean_bytes=3000), folder / "generated")
