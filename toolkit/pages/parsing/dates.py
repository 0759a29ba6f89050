"""The day that a date line names (page-format, "Date"): read, or not at all; never guessed."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final

from toolkit.pages.articles import EPOCH
from toolkit.pages.text import fold, plain_digits

if TYPE_CHECKING:
    from toolkit.pages.layout import Layout

LONGEST: Final = 100
"""Characters; no form is longer."""

_ISO_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})t([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(z|([+-])([0-9]{2}):([0-9]{2}))?"
)
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([/-])([0-9]{1,2})\2([0-9]{1,2})")


def read_date(text: str, layout: Layout) -> datetime.date | None:
    """The day (of GMT) that the text after a date label names, or null where it is in no known form or no day."""
    if len(text) > LONGEST:
        return None
    plain = plain_digits(text).lower()
    zone = f" {layout.zone.lower()}"
    bare = plain.removesuffix(zone)
    try:
        return _numeric(bare, zoned=bare != plain) or _named(bare, layout)
    except (ValueError, OverflowError):  # the day is not in the calendar, or beyond its ends
        return None


def read_day(text: str, layout: Layout) -> int | None:
    """The same as days since 1970-01-01, as Arrow's `date32` has them."""
    day = read_date(text, layout)
    return None if day is None else day.toordinal() - EPOCH


def example_day(layout: Layout) -> str:
    """A day as a page of this layout may print it."""
    usual = f"20th, September 2023 {layout.zone}"
    return "2023-09-20" if read_date(usual, layout) is None else usual


def _numeric(text: str, *, zoned: bool) -> datetime.date | None:
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        return datetime.date(int(found[1]), int(found[3]), int(found[4]))
    if (found := _DAY_FIRST.fullmatch(text)) is not None:
        return datetime.date(int(found[4]), int(found[3]), int(found[1]))
    if (found := _ISO_TIME.fullmatch(text)) is not None:
        return _day_of_gmt(found, zoned=zoned)
    return None


def _day_of_gmt(found: re.Match[str], *, zoned: bool) -> datetime.date | None:
    """The day of a time; without a zone, or with two that are not one, its day is unknown."""
    year, month, day, hour, minute, second = (int(found[part] or 0) for part in range(1, 7))
    moment = datetime.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone follows
    if found[8] is None:
        return moment.date() if found[7] or zoned else None
    offset = datetime.datetime.strptime(f"{found[9]}:{found[10]}", "%H:%M")  # noqa: DTZ007 - hours and minutes only
    ahead = datetime.timedelta(hours=offset.hour, minutes=offset.minute)
    if zoned and ahead:
        return None
    return (moment - ahead if found[8] == "+" else moment + ahead).date()


def _named(text: str, layout: Layout) -> datetime.date | None:
    """`20th, September 2023` or `20 September 2023`, the month in any language the layout has."""
    ordinals = "|".join(map(re.escape, layout.ordinals))
    found = re.fullmatch(rf"([0-9]{{1,2}})(?:(?:{ordinals}),)? ([^0-9]+) ([0-9]{{4}})", text)
    if found is None:
        return None
    months = {layout.months.get(fold(name)) for name in found[2].split("/")}
    month = months.pop()
    if months or month is None:
        return None
    return datetime.date(int(found[3]), month, int(found[1]))
