"""Figures: facts -> plots, each with the same numbers as text; and rankings: tables with a bar in each line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from toolkit.dataset.facts import KINDS, SPREADS
from toolkit.dataset.manifest import PLACES
from toolkit.diagnostics import cut
from toolkit.formats import percentage
from toolkit.reporting.plots import Column, Segment, bar, columns, stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from toolkit.dataset.facts import Characters, Facts, Histogram, Tally
    from toolkit.dataset.manifest import Counts
    from toolkit.reporting.wording import Words

MAX_MONTHS: Final = 72
"""Time that spans more is shown by year."""

MAX_YEARS: Final = 200
TAIL_SHARE: Final = 0.005
"""Of a histogram at most this share is put together in its last column."""

TOP: Final = 12
LISTED: Final = 100
"""Values of a ranking that have a bar, and those that are listed with them behind a fold."""

LABEL_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A plot and its numbers: `head` names the two columns of `cells`; `note` says what the plot cannot."""

    title: str
    plot: Markup
    head: tuple[str, str]
    cells: tuple[tuple[str, str], ...]
    note: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a ranking; `detail` says more about its label, empty for nothing."""

    label: str
    detail: str
    number: str
    share: str
    bar: Markup


def count(number: int) -> str:
    """A whole number as it is read: `1,234`."""
    return f"{number:,}"


def percent(part: int, whole: int) -> str:
    """A share with one digit: `12.3%`; only nothing is `0.0%`, and only everything is `100.0%`."""
    return percentage(100 * part / whole if whole else 0.0)


def places(counts: Counts, words: Words) -> Markup:
    """One bar: where every page went."""
    values = [(name, getattr(counts, name)) for name in PLACES]
    return stack(
        [
            Segment(kind=name, value=value, reading=f"{words[name]}: {count(value)} ({percent(value, counts.pages)})")
            for name, value in values
        ],
        name=words["overview"],
    )


def over_time(facts: Facts, words: Words) -> Figure | None:
    """Rows by month, or by year where there are many months; null where no row has a date, or all are of one month."""
    months = {_month_number(label): number for label, number in facts.months}
    if len(months) < 2:
        return None
    by_year = max(months) - min(months) >= MAX_MONTHS
    title = words["time_year" if by_year else "time_month"]
    bars = _by_year(months) if by_year else _by_month(months)
    return Figure(
        title=title,
        plot=columns([_column(*pair) for pair in bars], name=title),
        head=(words["date"], words["rows"]),
        cells=tuple((label, count(number)) for label, number in bars if number),
    )


def _month_number(label: str) -> int:
    year, _, month = label.rpartition("-")
    return int(year) * 12 + int(month) - 1


def _by_month(months: Mapping[int, int]) -> list[tuple[str, int]]:
    """Rows of every month from the first to the last."""
    span = range(min(months), max(months) + 1)
    return [(f"{month // 12:04d}-{month % 12 + 1:02d}", months.get(month, 0)) for month in span]


def _by_year(months: Mapping[int, int]) -> list[tuple[str, int]]:
    """Rows of every year from the first to the last; of a longer span only the last years that have any."""
    counts: Counter[int] = Counter()
    for month, number in months.items():
        counts[month // 12] += number
    span = range(min(counts), max(counts) + 1)
    shown = span if len(span) <= MAX_YEARS else sorted(counts)[-MAX_YEARS:]
    return [(f"{year:04d}", counts[year]) for year in shown]


def spreads(facts: Facts, words: Words) -> list[Figure]:
    """How lengths and numbers of the rows are spread."""
    named = [(name, facts.spread(name)) for name in SPREADS]
    return [_spread(words[name], histogram, words) for name, histogram in named if histogram.count]


def _spread(title: str, histogram: Histogram, words: Words) -> Figure:
    bars = _bins(histogram)
    facts = (
        (words["least"], count(histogram.least or 0)),
        (words["mean"], f"{histogram.mean:,.1f}"),
        (words["greatest"], count(histogram.greatest or 0)),
    )
    return Figure(
        title=title,
        plot=columns([_column(*pair) for pair in bars], name=title),
        head=(title, words["rows"]),
        cells=tuple((label, count(value)) for label, value in bars if value),
        note=facts,
    )


def _column(label: str, value: int) -> Column:
    """On the axis a range is where it begins."""
    return Column(label=label.split("–", 1)[0], value=value, reading=f"{label}: {count(value)}")


def _bins(histogram: Histogram) -> list[tuple[str, int]]:
    """The bins up to the last that counts; a thin tail is put together."""
    last = max(index for index, value in enumerate(histogram.bins) if value)
    tail, allowed = 0, int(histogram.count * TAIL_SHARE)
    while last > 1 and tail + histogram.bins[last] <= allowed:
        tail += histogram.bins[last]
        last -= 1
    bars = [(_range(index, histogram.width), value) for index, value in enumerate(histogram.bins[: last + 1])]
    if last == len(histogram.bins) - 1:
        bars[-1] = (f"≥ {count(last * histogram.width)}", bars[-1][1])
    return [*bars, (f"≥ {count((last + 1) * histogram.width)}", tail)] if tail else bars


def _range(index: int, width: int) -> str:
    start = index * width
    return count(start) if width == 1 else f"{count(start)}–{count(start + width - 1)}"


def by_source(facts: Facts, words: Words) -> tuple[list[Line], list[Line]]:
    """The most frequent sources with their bars, and the next ones."""
    further = sum(number for _, number in facts.sources.counts[TOP:]) + facts.sources.others
    rest = [(f"{words['others']} ({distinct(facts.sources, words, without=TOP)})", "", further)]
    unnamed = [(words["without_source"], "", facts.sources.nulls)]
    return _ranking(facts.sources, facts.rows, [line for line in rest + unnamed if line[2]])


def by_tag(facts: Facts) -> tuple[list[Line], list[Line]]:
    """The most frequent tags with their bars, and the next ones; shares are of all rows."""
    return _ranking(facts.tags, facts.rows, [])


def _ranking(tally: Tally, whole: int, rest: list[tuple[str, str, int]]) -> tuple[list[Line], list[Line]]:
    lines = [(label, "", number) for label, number in tally.counts[:LISTED]]
    longest = lines[0][2] if lines else 0
    return _lines([*lines[:TOP], *rest], whole, longest), _lines(lines[TOP:], whole, longest)


def distinct(tally: Tally, words: Words, *, without: int = 0) -> str:
    """How many different values there are, not counting the first `without`."""
    number = count(max(len(tally.counts) - without, 0))
    return words["at_least"].format(number=number) if tally.others else number


def by_code(counts: Iterable[tuple[str, int]], whole: int, words: Words) -> list[Line]:
    """Numbers by code, the most frequent first."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return _lines(
        [(code, words.title(code), number) for code, number in ordered], whole, ordered[0][1] if ordered else 0
    )


def scripts(characters: Characters, words: Words) -> list[Line]:
    """What kinds of characters the texts are made of; kinds that never occur are left out."""
    lines = [(words[kind], "", getattr(characters, kind)) for kind in KINDS if kind != "other"]
    lines.append((words["other_characters"], "", characters.other))
    whole = sum(number for _, _, number in lines)
    return _lines([line for line in lines if line[2]], whole, whole)


def kinds(facts: Facts, words: Words) -> list[Line]:
    """Related items by where they stood."""
    known = {"inline", "block"}
    lines = [(words[kind] if kind in known else kind, "", number) for kind, number in facts.kinds.counts]
    return _lines(lines, facts.kinds.total, facts.kinds.total)


def _lines(lines: Sequence[tuple[str, str, int]], whole: int, longest: int) -> list[Line]:
    """Lines whose bars end at `longest`; one of several values together that exceeds it has none."""
    return [
        Line(
            label=cut(label, LABEL_CHARACTERS),
            detail=detail,
            number=count(number),
            share=percent(number, whole),
            bar=bar(number, longest) if number <= longest else Markup(""),
        )
        for label, detail, number in lines
    ]


def sureness(facts: Facts, words: Words) -> tuple[Markup, int, int]:
    """One bar of the rows with tags: confirmed, and not; then how many are uncertain, and of how many."""
    uncertain = dict(facts.warnings).get("P231", 0)
    tags_a_row = facts.spread("tags_a_row")
    tagged = tags_a_row.count - tags_a_row.bins[0]
    sure = max(tagged - uncertain, 0)
    segments = [
        Segment(kind=kind, value=value, reading=f"{words[name]}: {count(value)} ({percent(value, tagged)})")
        for kind, name, value in (("rows", "tags_surely", sure), ("unsure", "tags_unsure", uncertain))
    ]
    return stack(segments, name=words["tags_sure_name"]), uncertain, tagged
