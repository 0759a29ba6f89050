"""`make_page`: one generated page, its bytes and what a build must find in it."""

from __future__ import annotations

import datetime
import math
import random
import unicodedata
from dataclasses import dataclass

from bench.words import DATA, POOL_BITS, Lexicon

FIRST_DAY = datetime.date(2022, 9, 1)
DAYS = 730
SMALLEST_BYTES, LARGEST_BYTES = 1_000, 40_000
SPREAD = 0.55
"""Standard deviation of the logarithm of a page's size."""
FIXED_BYTES = 420
"""About what date, labels, source and tags need."""
WEB_SHARE = 1 / 3
"""Share of the pages that carry what the web does to text."""
LABEL_DATE, LABEL_SOURCE, LABEL_TAGS, LABEL_RELATED = "تاريخ النشر:", "المصدر:", "كلمات دلالية:", "إقرأ أيضاً:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """One related item, with the keys of the row's `related`; `paragraph` counts the body paragraphs before it."""

    headline: str
    body: str | None
    kind: str
    age: str | None
    paragraph: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: `raw` is what a crawl would hold, the rest what a build must find."""

    name: str
    raw: bytes
    headline: str
    date: datetime.date
    paragraphs: tuple[str, ...]
    source: str
    tags: tuple[str, ...]
    tags_text: str | None
    related: tuple[Related, ...]


def make_page(lexicon: Lexicon, *, seed: int, index: int, mean_bytes: int, clean: bool) -> Page:
    """Page number `index` of a seed: the same whatever pages are made before it and how many there are."""
    rng = random.Random((seed << 40) | index)
    tags, tags_text = _draw_tags(rng, lexicon)
    size = rng.lognormvariate(math.log(mean_bytes) - SPREAD**2 / 2, SPREAD)
    units = max(12, int((min(max(size, SMALLEST_BYTES), LARGEST_BYTES) - FIXED_BYTES) / lexicon.unit_bytes))
    blocks = rng.choices((0, 1, 2), (6, 75, 19))[0]
    body_units = units if not blocks else int(units * rng.uniform(0.35, 0.6))
    paragraphs = _write_body(rng, lexicon, body_units, tags)
    inline, lines = _insert_inline(rng, lexicon, paragraphs)
    block = tuple(_write_related(rng, lexicon, (units - body_units) // blocks) for _ in range(blocks))
    headline = _write_headline(rng, lexicon)
    date = FIRST_DAY + datetime.timedelta(days=rng.randrange(DAYS))
    source = rng.choice(lexicon.outlets)
    head = [headline, f"{LABEL_DATE} {print_date(date)}", *lines, f"{LABEL_SOURCE} {source}"]
    foot = [] if tags_text is None else [f"{LABEL_TAGS} {tags_text}".rstrip()]
    text = "\n".join([*head, *foot, *(line for item in block for line in _print_related(item))])
    dirty = not clean and rng.random() < WEB_SHARE
    return Page(
        name=f"{index:07d}_{rng.getrandbits(64):016x}.txt",
        raw=_roughen(rng, text).encode() if dirty else text.encode(),
        headline=headline,
        date=date,
        paragraphs=tuple(paragraphs),
        source=source,
        tags=tags,
        tags_text=tags_text,
        related=(*inline, *block),
    )


def print_date(date: datetime.date) -> str:
    """The date as pages print it: `20th, September 2023 GMT`."""
    suffix = "th" if 11 <= date.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(date.day % 10, "th")
    month = DATA["months"][date.month - 1]
    return f"{date.day}{suffix}, {month} {date.year} GMT"


def _draw_tags(rng: random.Random, lexicon: Lexicon) -> tuple[tuple[str, ...], str | None]:
    """Tags without repeats, and the printed line: it repeats one now and then; null or empty where there are none."""
    if rng.random() < 0.05:
        return (), None if rng.random() < 0.8 else ""
    count = rng.choices((1, 2, 3, 4, 5, 6), (38, 33, 17, 8, 3, 1))[0]
    tags = tuple(dict.fromkeys(rng.choices(lexicon.tags, cum_weights=lexicon.tag_weights, k=count)))
    printed = (*tags, tags[0]) if len(tags) > 1 and rng.random() < 0.1 else tags
    return tags, " ".join(printed)


def _draw_units(rng: random.Random, pool: tuple[str, ...], count: int) -> list[str]:
    mask = (1 << POOL_BITS) - 1
    return [pool[draw & mask] for draw in memoryview(rng.randbytes(4 * count)).cast("I")]


def _write_body(rng: random.Random, lexicon: Lexicon, units: int, tags: tuple[str, ...]) -> list[str]:
    """Paragraphs of about 20 to 60 units that end in a stop; most tags occur somewhere in them."""
    drawn = _draw_units(rng, lexicon.units, max(8, units))
    for tag in tags:
        if rng.random() < 0.75:
            for _ in range(rng.randint(1, 2)):
                drawn[rng.randrange(len(drawn))] = tag
    paragraphs, start = [], 0
    while start < len(drawn):
        end = start + rng.randint(20, 60)
        paragraphs.append(_end(" ".join(drawn[start:end]), "." if rng.random() < 0.98 else " منذ ساعة."))
        start = end
    return paragraphs


def _end(text: str, stop: str) -> str:
    return text.rstrip("،.:") + stop


def _write_headline(rng: random.Random, lexicon: Lexicon) -> str:
    return " ".join(_draw_units(rng, lexicon.names, rng.randint(4, 8)))


def _insert_inline(rng: random.Random, lexicon: Lexicon, paragraphs: list[str]) -> tuple[list[Related], list[str]]:
    """Inline items in order, and the lines of the body with them: teasers on 15 % of the pages, single items on 6 %."""
    draw = rng.random()
    if draw >= 0.21 or len(paragraphs) < 2:
        return [], list(paragraphs)
    place = rng.randint(1, len(paragraphs) - 1)
    ages = [rng.choice(DATA["ages"]) for _ in range(rng.randint(1, 4))] if draw < 0.15 else [None]
    items = [
        Related(headline=_write_headline(rng, lexicon), body=None, kind="inline", age=age, paragraph=place)
        for age in ages
    ]
    line = " ".join(f"{LABEL_RELATED} {i.headline}" if i.age is None else f"{i.headline} {i.age}" for i in items)
    return items, [*paragraphs[:place], line, *paragraphs[place:]]


def _write_related(rng: random.Random, lexicon: Lexicon, units: int) -> Related:
    body = "\n".join(_write_body(rng, lexicon, units, ())) if rng.random() < 0.97 else None
    return Related(headline=_write_headline(rng, lexicon), body=body, kind="block", age=None, paragraph=None)


def _print_related(item: Related) -> list[str]:
    return [LABEL_RELATED, item.headline, *([] if item.body is None else [item.body])]


def _roughen(rng: random.Random, text: str) -> str:
    """The text with one to three of the things the web does to it, none of which changes its canonical form."""
    kinds = rng.sample(("nfd", "nbsp", "bidi", "blank", "crlf", "bom"), rng.choices((1, 2, 3), (6, 3, 1))[0])
    if "nfd" in kinds:
        text = unicodedata.normalize("NFD", text)
    if "nbsp" in kinds:
        text = text.replace(" و", "\u00a0و").replace(". ", ".\u00a0 ")
    if "bidi" in kinds:
        text = "\u200f" + text.replace("\n", "\u200e\n\u200f").replace("«", "\u202b«").replace("»", "»\u202c")
    if "blank" in kinds:
        text = text.replace("\n", "\n \t\n" if rng.random() < 0.3 else "\n\n") + "\n\n"
    if "crlf" in kinds:
        text = text.replace("\n", "\r\n") + "\r\n"
    return "\ufeff" + text if "bom" in kinds else text
