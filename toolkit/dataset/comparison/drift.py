"""`drift`: how far the lengths, tags, outlets and reject rates of two datasets are apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from toolkit.dataset.facts import SPREADS
from toolkit.dataset.facts.tally import MAX_VALUES
from toolkit.dataset.manifest import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from toolkit.dataset.comparison.diff import Diff, Snapshot
    from toolkit.dataset.facts import Histogram, Tally

Value = TypeVar("Value")

OTHERS = "\0others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One measure of two datasets.

    `old` and `new` are means, whole numbers or percentages (`unit`: "" or "%"). `distance`, from 0 to 1, is the share
    of rows (of tags, of articles) that would have to move for the two spreads to be one (total variation distance);
    null where there is nothing but two numbers.
    """

    name: str
    old: float
    new: float
    unit: str
    distance: float | None


def drift(diff: Diff) -> tuple[Drift, ...]:
    """Every measure, in a fixed order."""
    old, new = diff.old.facts, diff.new.facts
    return (
        *(_of_lengths(spread.words, old.spread(name), new.spread(name)) for name, spread in SPREADS.items()),
        _of_values("different tags", old.tags, new.tags),
        _of_values("outlets", old.sources, new.sources),
        *_rates(diff.old, diff.new),
    )


def _of_lengths(name: str, old: Histogram, new: Histogram) -> Drift:
    bins = [dict(enumerate(histogram.bins)) for histogram in (old, new)]
    return Drift(name=name, old=old.mean, new=new.mean, unit="", distance=_distance(*bins))


def _of_values(name: str, old: Tally, new: Tally) -> Drift:
    counts = [{**dict(tally.counts), OTHERS: tally.others} for tally in (old, new)]
    name += f" among the {MAX_VALUES:,} most frequent" if old.others or new.others else ""
    return Drift(name=name, old=len(old.counts), new=len(new.counts), unit="", distance=_distance(counts[0], counts[1]))


def _distance(old: Mapping[Value, int], new: Mapping[Value, int]) -> float | None:
    before, after = sum(old.values()), sum(new.values())
    if not before or not after:
        return None
    values = sorted({*old, *new}, key=str)
    return sum(abs(old.get(value, 0) / before - new.get(value, 0) / after) for value in values) / 2


def _rates(old: Snapshot, new: Snapshot) -> Iterable[Drift]:
    counts = [side.manifest.counts for side in (old, new)]
    for name in PLACES[1:]:
        rates = [_percent(getattr(count, name), count.pages) for count in counts]
        if any(rates) or name == "rejected":
            yield Drift(name=f"pages {name}", old=rates[0], new=rates[1], unit="%", distance=None)
    codes = sorted({code for count in counts for code, _ in count.warnings})
    for code in codes:
        rates = [_percent(dict(count.warnings).get(code, 0), count.rows) for count in counts]
        yield Drift(name=f"rows with {code}", old=rates[0], new=rates[1], unit="%", distance=None)


def most_changed(old: Mapping[str, int], new: Mapping[str, int]) -> list[str]:
    """The keys whose numbers differ, those that changed most first; a number that is not there is 0."""
    changes = {key: abs(new.get(key, 0) - old.get(key, 0)) for key in {*old, *new}}
    return sorted((key for key, change in changes.items() if change), key=lambda key: (-changes[key], key))


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
