"""The proof of rows by `validate`: no row passes that is not what its rendering reads as; split tags (I524) apart."""

from __future__ import annotations

import hashlib
import random
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import pyarrow as pa

from bench.fuzz.page_changes import split_batch
from bench.fuzz.pages import TARGETS as _PAGES
from bench.fuzz.sites import AGGREGATOR
from bench.fuzz.tampering import tamper
from bench.fuzz.target import Target
from toolkit.contract import parse_contract
from toolkit.inspection.rows.plain import PlainRows
from toolkit.inspection.rows.proof import RowsProof
from toolkit.pages import PageRules, read_page, render

if TYPE_CHECKING:
    from toolkit.pages import Article

_CONTRACT: Final = parse_contract(
    files("toolkit").joinpath("schemas/article.odcs.yaml").read_text("utf-8"), file="article.odcs.yaml"
)
_RULES: Final = PageRules(
    layout=AGGREGATOR,
    required=frozenset(field.name for field in _CONTRACT.fields if field.required),
    levels=_CONTRACT.levels,
)
_FORGERIES: Final = 4


def check(data: bytes) -> int:
    """Make rows of the pages of a batch, true and forged ones, and prove them; how many there were."""
    _, pages = split_batch(data)
    rng = random.Random(crc32(data))
    true = [article for page in pages if (article := read_page(page, _RULES).article) is not None]
    articles = [*true, *(tamper(article, rng) for article in true for _ in range(_FORGERIES))]
    if not articles:
        return len(pages)
    rows = pa.RecordBatch.from_pylist([_row(article) for article in articles], schema=_CONTRACT.arrow())
    plain = PlainRows(AGGREGATOR).find(rows)
    flawed = {flaw.row for flaw in RowsProof(_CONTRACT, AGGREGATOR).find_flaws(rows, None) if flaw.code != "I524"}
    rendered = PlainRows(AGGREGATOR).render(rows, plain.bodies).to_pylist()
    for number, article in enumerate(articles):
        page = "\n".join(render(article, AGGREGATOR))
        is_true = _reads_as(page, article)
        assert is_true or number in flawed, f"a forged row passes: {article}"
        assert not is_true or number not in flawed, f"a true row is refused: {article}"
        assert not plain.mask[number] or rendered[number] == page, "a plain row is rendered otherwise"
    return len(pages)


def _reads_as(page: str, article: Article) -> bool:
    try:
        reading = read_page(page.encode(), _RULES)
    except UnicodeEncodeError:
        return False
    return reading.article == article and reading.rendering == page.encode()


def _row(article: Article) -> dict[str, Any]:  # Any: a row as Python values
    page = "\n".join(render(article, AGGREGATOR))
    sha256 = hashlib.sha256(page.encode()).hexdigest()
    reading = read_page(page.encode(), _RULES)
    return {
        "id": sha256[:16],
        "headline": article.headline,
        "date": article.date,
        "body": article.body,
        "source": article.source,
        "tags": list(dict.fromkeys((article.tags_text or "").split())),
        "related": [
            {name: getattr(item, name) for name in ("headline", "body", "kind", "age", "paragraph")}
            for item in article.related
        ],
        "page": {
            "file": "a.txt",
            "url": None,
            "sha256": sha256,
            "rendering": sha256,
            "date": article.date_text,
            "tags": article.tags_text,
            "warnings": sorted({finding.code for finding in reading.findings if finding.level == "warning"}),
        },
    }


TARGETS: Final = {
    "rows": Target(
        check=check,
        mutate=_PAGES["pages"].mutate,
        seeds=_PAGES["pages"].seeds,
        words=_PAGES["pages"].words,
        max_bytes=_PAGES["pages"].max_bytes,
        counted="pages",
    )
}
