"""Canonical lines -> an `Article`, or the faults that prevent it: any page, line by line.

`labels`, `ages` and `dates` recognise what is printed on one line. By its labels and ages `outline` finds the blocks of
a page, and `parser` makes the article of them; `positions` says where the value of a field stands. `reading` calls
`parse`; the reader of many pages (`batches`) takes from here only how ages and dates are read.
"""

from toolkit.pages.parsing.ages import split_teasers
from toolkit.pages.parsing.dates import read_day
from toolkit.pages.parsing.labels import LabelLine, recognise
from toolkit.pages.parsing.outline import Outline, Remark, Teaser
from toolkit.pages.parsing.parser import parse
from toolkit.pages.parsing.positions import position_of

__all__ = [
    "LabelLine",
    "Outline",
    "Remark",
    "Teaser",
    "parse",
    "position_of",
    "read_day",
    "recognise",
    "split_teasers",
]
