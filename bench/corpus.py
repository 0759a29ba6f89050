"""Generated pages of any number, with known truth: `python -m bench.corpus --pages 30000 --out DIR`."""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.containers import CONTAINERS, PAGES_A_FOLDER, Member, is_record, write_members
from bench.pages import Page, make_page
from bench.words import make_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

MEAN_BYTES = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What a corpus is made from; the same values give the same bytes. `mean_bytes` is that of a page in UTF-8."""

    pages: int
    seed: int = 1
    mean_bytes: int = MEAN_BYTES
    clean: bool = False


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.corpus", description=__doc__)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="a folder; a container is a file in it")
    parser.add_argument("--container", choices=CONTAINERS, default="files")
    parser.add_argument("--mean-bytes", type=int, default=MEAN_BYTES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="no CRLF, BOM, NBSP, bidi marks, NFD, blank lines")
    parser.add_argument("--truth", type=Path, help="JSON lines: what a build must find")
    options = parser.parse_args()
    corpus = Corpus(pages=options.pages, seed=options.seed, mean_bytes=options.mean_bytes, clean=options.clean)
    started = time.perf_counter()
    target = write_corpus(corpus, options.out, container=options.container, truth=options.truth)
    print(f"{corpus.pages} pages in {target}, {time.perf_counter() - started:.1f} s")
    return 0


def make_pages(corpus: Corpus) -> Iterator[Page]:
    """The pages of a corpus, one at a time."""
    lexicon = make_lexicon(seed=corpus.seed)
    for index in range(corpus.pages):
        yield make_page(lexicon, seed=corpus.seed, index=index, mean_bytes=corpus.mean_bytes, clean=corpus.clean)


def write_corpus(corpus: Corpus, out: Path, *, container: str = "files", truth: Path | None = None) -> Path:
    """What to give to a build: the folder `out`, or the container written in it. No page is held once written."""
    out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        truths = stack.enter_context(truth.open("w", encoding="utf-8", newline="\n")) if truth else None

        def members() -> Iterator[Member]:
            for index, page in enumerate(make_pages(corpus)):
                if truths:
                    name = str(index + 1) if is_record(container) else page.name
                    truths.write(json.dumps(describe_truth(page, name), ensure_ascii=False) + "\n")
                yield Member(path=f"{index // PAGES_A_FOLDER:05d}/{page.name}", raw=page.raw)

        return write_members(members(), out, container=container)


def describe_truth(page: Page, name: str) -> dict[str, object]:
    """One line of the truth: the fields of the row that the page must become; `name` ends its `page.file`."""
    return {
        "file": name,
        "headline": page.headline,
        "date": page.date.isoformat(),
        "body": "\n".join(page.paragraphs),
        "source": page.source,
        "tags": list(page.tags),
        "related": [asdict(item) for item in page.related],
        "tags_text": page.tags_text,
    }


if __name__ == "__main__":
    raise SystemExit(main())
