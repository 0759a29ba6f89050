"""Plots as inline SVG: small values -> markup, every text escaped. Places along a plot are in percent, so that it
fits every width while its letters keep their size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEIGHT: Final = 150
"""Pixels from the base line to the top of the highest column."""

FOOT: Final = 22
"""Pixels below the base line, for the labels."""

HEAD: Final = 12
"""Pixels above the highest column, for the label of the upper line."""

DIGIT_WIDTH: Final = 6.5
"""Pixels of a digit of the scale, roughly."""

FEW: Final = 7
"""With at most this many columns, each has a label."""

GAPS: Final = 4
"""The labels of more columns divide the axis into this many equal parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a plot: its name on the axis, its value, and what is read when it is pointed at."""

    label: str
    value: int
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a stacked bar: `kind` is the class that colours it."""

    kind: str
    value: int
    reading: str


def columns(bars: Sequence[Column], *, name: str) -> Markup:
    """A plot of columns on one base line, with two lines of a scale; `name` is what it shows."""
    top = round_up(max((bar.value for bar in bars), default=0))
    step = 100 / max(len(bars), 1)
    scale = [(top * part // 2, HEAD + HEIGHT * (2 - part) / 2) for part in ((1, 2) if top > 1 else (2,))]
    drawn = [_column(bar, index * step, step, top) for index, bar in enumerate(bars)]
    return Markup(
        '<svg class="columns" role="img" aria-label="{name}" width="100%" height="{height}" direction="ltr">'
        '{lines}{drawn}<line class="base" x1="0" x2="100%" y1="{base}" y2="{base}"/>{scale}{labels}</svg>'
    ).format(
        name=name,
        height=HEAD + HEIGHT + FOOT,
        base=HEAD + HEIGHT,
        lines=_joined([_scale_line(y) for _, y in scale]),
        scale=_joined([_scale_text(*mark) for mark in scale]),
        drawn=_joined(drawn),
        labels=_joined(_labels(bars, step)),
    )


def round_up(value: int) -> int:
    """The least of 1, 2, 4, 6, 8, 10, 20, 40, … that is not below `value`: a scale whose half is whole, too."""
    power = 1
    while True:
        for digit in (1, 2, 4, 6, 8):
            if digit * power >= value:
                return digit * power
        power *= 10


def _scale_line(y: float) -> Markup:
    return Markup('<line class="scale" x1="0" x2="100%" y1="{y}" y2="{y}"/>').format(y=_number(y))


def _scale_text(value: int, y: float) -> Markup:
    """What a line of the scale stands for; drawn over the columns, since the first one may reach it."""
    return Markup(
        '<rect class="under" x="0" y="{top}" width="{width}" height="13" rx="2"/>'
        '<text class="scale" x="1" y="{y}">{value}</text>'
    ).format(
        top=_number(y - 14), y=_number(y - 4), width=_number(DIGIT_WIDTH * len(f"{value:,}") + 3), value=f"{value:,}"
    )


def _column(bar: Column, x: float, step: float, top: int) -> Markup:
    high = max(HEIGHT * bar.value / top, 1.5) if bar.value else 0
    return Markup(
        '<g class="column" data-reading="{reading}"><title>{reading}</title>'
        '<rect class="reach" x="{x}%" width="{step}%" y="0" height="{reach}"/>'
        '<rect class="value" x="{inner}%" width="{width}%" y="{y}" height="{high}"/></g>'
    ).format(
        reading=bar.reading,
        x=_number(x),
        step=_number(step),
        reach=HEAD + HEIGHT,
        inner=_number(x + step * 0.09),
        width=_number(step * 0.82),
        y=_number(HEAD + HEIGHT - high),
        high=_number(high),
    )


def _labels(bars: Sequence[Column], step: float) -> list[Markup]:
    """Labels of all columns where they are few, else of some at even distances and of the last."""
    drawn = Markup('<text class="label" x="{x}%" y="{y}" text-anchor="{anchor}">{label}</text>')
    return [
        drawn.format(x=_number(x), y=HEAD + HEIGHT + FOOT - 6, anchor=anchor, label=bars[index].label)
        for index, anchor, x in _label_places(len(bars), step)
    ]


def _label_places(count: int, step: float) -> Iterator[tuple[int, str, float]]:
    """Index, anchor and place in percent; the outer ones of many stay within the plot."""
    if count <= FEW:
        yield from ((index, "middle", (index + 0.5) * step) for index in range(count))
        return
    stride = -(-(count - 1) // GAPS)
    yield 0, "start", 0.0
    for index in range(stride, count - stride * 2 // 3 - 1, stride):
        yield index, "middle", (index + 0.5) * step
    yield count - 1, "end", 100.0


def bar(value: int, whole: int) -> Markup:
    """A bar for the line of a table that says the same in numbers; `whole` is the value of the longest."""
    share = 100 * value / whole if whole else 0
    return Markup(
        '<svg class="bar" aria-hidden="true" width="100%" height="10">'
        '<rect class="ground" width="100%" height="10" rx="2"/>'
        '<rect class="value" width="{share}%" height="10" rx="2"/></svg>'
    ).format(share=_number(max(share, 0.4) if value else 0))


def stack(segments: Sequence[Segment], *, name: str) -> Markup:
    """One bar, parted by value; `name` is what it shows. A part that is there is never too narrow to see."""
    whole = sum(segment.value for segment in segments)
    shares = [max(100 * segment.value / whole, 0.6) for segment in segments if segment.value]
    present = [segment for segment in segments if segment.value]
    ends = [100 * sum(shares[: index + 1]) / sum(shares) for index in range(len(shares))]
    drawn = [
        Markup(
            '<g class="part" data-reading="{reading}"><title>{reading}</title>'
            '<rect class="{kind}" x="{x}%" width="{width}%" height="28"/></g>'
        ).format(reading=segment.reading, kind=segment.kind, x=_number(start), width=_number(end - start))
        for segment, start, end in zip(present, [0.0, *ends], ends, strict=False)
    ]
    return Markup('<svg class="stack" role="img" aria-label="{name}" width="100%" height="28">{drawn}</svg>').format(
        name=name, drawn=_joined(drawn)
    )


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _joined(parts: Sequence[Markup]) -> Markup:
    return Markup("").join(parts)
