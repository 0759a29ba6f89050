"""The sections of a dataset card that the toolkit writes: values -> Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from toolkit.codes import title_of
from toolkit.dataset.card.example import example_table
from toolkit.dataset.facts import SPREADS
from toolkit.dataset.manifest import PLACES
from toolkit.dataset.versions import UNRELEASED
from toolkit.formats import counted
from toolkit.markdown_text import escaped, fenced, prose

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from toolkit.contract import Contract
    from toolkit.dataset.facts import Facts
    from toolkit.dataset.manifest import Manifest

TOP_SOURCES: Final = 20

NOTICE: Final = """<!--
What stands between two lines toolkit:begin and toolkit:end is written anew by every build. Everything else is yours and
stays: write before, between and after. A section that you take out with its two lines stays out.
-->"""


MAKING: Final = """article-toolkit {toolkit} read the pages and checked every row against the contract
`article.odcs.yaml`, version {contract}. No text is lost: each row renders back to its page, and `page.rendering` is the
hash that proves it. What a page looks like stands in `layout.yaml`, the tags that were told apart in `tags.json`, and
every file with its hash in `manifest.json`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """Everything a card tells about a dataset.

    The files of `manifest` are not needed. `rejects` are (code, rejected pages with that code); `num_bytes` adds up
    `decoded_bytes` of the shards and `download_size` their `bytes`; `example` is one row, by column, as `to_pylist`
    gives it, empty for none.
    """

    contract: Contract
    manifest: Manifest
    facts: Facts
    num_bytes: int
    download_size: int
    rejects: tuple[tuple[str, int], ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)  # Any: a cell of any type


def card_sections(card: CardFacts) -> dict[str, str]:
    """The Markdown of each section by name, in the order of a new card; `changelog` is empty until it has an entry."""
    return {
        "summary": _summary(card),
        "loading": _loading(card),
        "fields": f"## Fields\n\n{card.contract.markdown()}",
        "example": _example(card),
        "counts": _counts(card),
        "sources": _sources(card),
        "making": _making(card),
        "rights": _rights(card),
        "changelog": "",
    }


def _summary(card: CardFacts) -> str:
    about = card.contract.about
    english = [text for text in (about.purpose.english, about.usage.english) if text]
    arabic = [text for text in (about.purpose.arabic, about.usage.arabic) if text]
    at_a_glance = (
        counted(card.manifest.counts.rows, "article"),
        _outlets(card.facts),
        _days(card.facts),
        f"version {card.manifest.version}",
    )
    blocks = [
        NOTICE,
        f"# {escaped(about.title.english)}",
        f"**{' · '.join(at_a_glance)}**",
        *map(prose, english),
        _right_to_left([*arabic, _arabic_counts(card)], title=about.title.arabic),
        *([f"**Mind:** {prose(about.limitations.english)}"] if about.limitations.english else []),
        *([_right_to_left([about.limitations.arabic])] if about.limitations.arabic else []),
    ]
    return "\n\n".join(blocks)


def _outlets(facts: Facts) -> str:
    return ("more than " if facts.sources.others else "") + counted(len(facts.sources.counts), "outlet")


def _days(facts: Facts) -> str:
    if facts.first_day is None or facts.last_day is None:
        return "without dates"
    if facts.first_day == facts.last_day:
        return f"{facts.first_day}"
    return f"{facts.first_day} to {facts.last_day}"


def _arabic_counts(card: CardFacts) -> str:
    """Counts in words that need no agreement with the number."""
    facts = card.facts
    more = "أكثر من " if facts.sources.others else ""
    parts = [f"عدد المقالات: {card.manifest.counts.rows:,}", f"عدد المصادر: {more}{len(facts.sources.counts):,}"]
    return "، ".join([*parts, *_arabic_days(facts)]) + "."


def _arabic_days(facts: Facts) -> Iterator[str]:
    if facts.first_day is None or facts.last_day is None:
        return
    if facts.first_day == facts.last_day:
        yield f"اليوم: {_arabic_day(facts.first_day)}"
    else:
        yield f"الفترة: من {_arabic_day(facts.first_day)} إلى {_arabic_day(facts.last_day)}"


def _arabic_day(day: datetime.date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _right_to_left(paragraphs: Iterable[str], *, title: str = "") -> str:
    head = [f"<p><strong>{escaped(title)}</strong></p>"] if title else []
    lines = [f"<p>{escaped(text)}</p>" for text in paragraphs]
    return "\n".join(['<div dir="rtl" lang="ar">', *head, *lines, "</div>"])


def _loading(card: CardFacts) -> str:
    pinned = "" if card.manifest.version == UNRELEASED else f', revision="v{card.manifest.version}"'
    code = f"""from datasets import load_dataset

articles = load_dataset("ORG/NAME", split="train"{pinned})  # or the path of a copy of this folder
print(articles[0]["headline"])"""
    return f"## Loading\n\n{fenced(code, 'python')}"


def _example(card: CardFacts) -> str:
    return f"## One row\n\n{example_table(card.contract.fields, card.example)}" if card.example else ""


def _counts(card: CardFacts) -> str:
    counts, facts = card.manifest.counts, card.facts
    places = [("pages read", counts.pages), *((name, getattr(counts, name)) for name in PLACES)]
    spreads = [(spread.words, facts.spread(name)) for name, spread in SPREADS.items()]
    blocks = [
        "## Counts",
        _table(("Pages", "Number"), [(name, f"{number:,}") for name, number in places]),
        "Every page that was read is in exactly one of these places.",
        _table(
            ("", "Least", "Mean", "Greatest"),
            [(name, f"{of.least:,}", f"{of.mean:,.1f}", f"{of.greatest:,}") for name, of in spreads if of.count],
        ),
        _codes("Rejected pages, by what is wrong with them (a page may have several faults):", card.rejects),
        _codes("Rows, by the warnings they carry:", counts.warnings),
    ]
    return "\n\n".join(block for block in blocks if block)


def _codes(title: str, counts: Iterable[tuple[str, int]]) -> str:
    lines = [(code, title_of(code), f"{number:,}") for code, number in sorted(counts)]
    return f"{title}\n\n{_table(('Code', 'What', 'Number'), lines)}" if lines else ""


def _sources(card: CardFacts) -> str:
    sources = card.facts.sources
    shown, rest = sources.counts[:TOP_SOURCES], sources.counts[TOP_SOURCES:]
    lines = [(f'<span dir="auto">{escaped(name, limit=80)}</span>', number) for name, number in shown]
    if rest or sources.others:
        lines.append(
            (
                f"others ({len(rest):,}{' and more' if sources.others else ''})",
                sum(number for _, number in rest) + sources.others,
            )
        )
    if sources.nulls:
        lines.append(("without an outlet", sources.nulls))
    table = _table(("Outlet", "Articles"), [(name, f"{number:,}") for name, number in lines])
    return "\n\n".join(block for block in ("## Outlets and dates", table, _by_year(card.facts)) if block)


def _by_year(facts: Facts) -> str:
    years: dict[str, int] = {}
    for month, number in facts.months:
        years[month[:-3]] = years.get(month[:-3], 0) + number
    undated = facts.rows - sum(years.values())
    lines = [*years.items(), *([("without a date", undated)] if undated else [])]
    return _table(("Year", "Articles"), [(year, f"{number:,}") for year, number in lines] if len(lines) > 1 else [])


def _making(card: CardFacts) -> str:
    version = "" if card.manifest.version == UNRELEASED else f" --version {card.manifest.version}"
    commands = (
        f"toolkit build PAGES --out DATASET{version}\ntoolkit validate DATASET --expect-digest {card.manifest.digest}"
    )
    blocks = (
        "## How it was made",
        MAKING.format(toolkit=escaped(card.manifest.toolkit), contract=escaped(card.contract.version)),
        fenced(commands, "sh"),
        "The digest is a hash of all rows in order: the same pages give it again, whatever the machine.",
    )
    return "\n\n".join(blocks)


def _rights(card: CardFacts) -> str:
    about = card.contract.about
    name = f" ({escaped(about.license.name)})" if about.license.name else ""
    link = f", {escaped(about.license.link)}" if about.license.link else ""
    authors = ", ".join(escaped(author.name) for author in about.authors)
    blocks = [
        "## Licence and citation",
        f"Licence: {escaped(about.license.id)}{name}{link}.",
        *([f"By {authors}."] if authors else []),
        *([f"Home page: {escaped(about.homepage)}"] if about.homepage else []),
        *([fenced(about.citation, "bibtex")] if about.citation else []),
    ]
    return "\n\n".join(blocks)


def _table(head: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table of escaped cells, columns of numbers to the right; nothing without lines."""
    if not lines:
        return ""
    columns = zip(*lines, strict=True)
    ruler = ["---:" if all(re.fullmatch(r"[\d,.]+", cell) for cell in column) else "---" for column in columns]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ruler, *lines))
