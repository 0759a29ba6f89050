"""The layouts that pages are fuzzed with: the one that ships, and one of another language with other rules."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from toolkit.pages import Layout, parse_layout

TEXT: Final = files("toolkit").joinpath("schemas/layouts/aggregator.yaml").read_text("utf-8")

OTHER_TEXT: Final = """\
format: article-layout/1
name: other
labels:
  date: {printed: Published, forms: [Published, Published on]}
  source: {printed: Via, forms: [Via, Source]}
  tags: {printed: Topics, forms: [Topics]}
  related: {printed: See also, forms: [See also, Read more]}
teasers:
  since: vor
  alone: [Minute, Tag, Jahr]
  counted: [Minuten, Tagen, Jahren]
  before_year: [Jahr]
  before_weekday: [Tag]
  before_month: [Jahr]
  years: {first: 0, last: 1999}
  weekdays: [Montag]
  months: [Brumaire, Sans Culottides]
  max_words: 3
dates:
  ordinals: [TH, st]
  zone: UTC
  month_locales: [de, fr]
"""

AGGREGATOR: Final[Layout] = parse_layout(TEXT, file="aggregator.yaml")
OTHER: Final[Layout] = parse_layout(OTHER_TEXT, file="other.yaml")
