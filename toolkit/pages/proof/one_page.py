"""The proof that a row is its page: nothing lost, nothing moved (page-format, "Nothing is lost").

It shares nothing with the parser but the layout and the folded copy: its own walk over the page, its own look at
labels, dates and tags, its own grammar of teasers (one regular expression on the folded line). It asks two questions.

Is the rendering the page? Both are walked side by side. Each rendered line stands for as many page lines as its block
allows: a headline for all lines before the date line, a teaser line for adjacent ones, a label line for itself in any
spelling, a paragraph for itself alone. Only empty related labels may be left over.

Is each line what the row says it is? A row that takes a teaser line for a paragraph renders to its page, too. So no
paragraph may be a label or teaser line that is more than text, the items must be whole and in order, teasers cut where
their ages end, and the date must be the day that its line names.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from toolkit.pages.proof.renderer import Block, Piece, pieces
from toolkit.pages.text import fold, fold_words, plain_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.pages.articles import Article
    from toolkit.pages.layout import Label, Layout, Teasers

_LONGEST_DATE: Final = 100  # characters


def disprove(article: Article, lines: Sequence[str], layout: Layout) -> str | None:
    """What speaks against `article` being the page of these canonical lines; null where it is proven."""
    rendered = list(pieces(article, layout))
    return (
        _first_difference(rendered, lines, layout)
        or _misread_label(rendered, layout)
        or _misplaced_related(article)
        or _misread_inline(article, rendered, layout)
        or _misread_date(article, layout)
    )


def _first_difference(rendered: Sequence[Piece], lines: Sequence[str], layout: Layout) -> str | None:
    """Walk the page along the rendering; each block may differ from its page lines only as its rule allows."""
    at = 0
    for block, line in rendered:
        at = _skip_empty_labels(lines, at, layout) if block == "label" else at
        taken = _taken(block, line, lines, at, layout)
        if not taken:
            return f"line {at + 1} of the canonical page is not rendered as it stands ({block})"
        at += taken
    at = _skip_empty_labels(lines, at, layout)
    return None if at == len(lines) else f"line {at + 1} of the canonical page is not in the row"


def _taken(block: Block, line: str, lines: Sequence[str], at: int, layout: Layout) -> int:
    """How many page lines from `at` on the rendered line stands for; 0 where it is not what stands there."""
    if at == len(lines):
        return 0
    if block == "headline":
        end = _date_line(lines, at, layout)
        return end - at if " ".join(lines[at:end]) == line else 0
    if block == "teasers":
        return _joined_teasers(line, lines, at, layout)
    if block in ("paragraph", "related"):
        return int(line == lines[at])
    label = "related" if block in ("inline", "label") else block
    found = _label(lines[at], layout)
    return int(found is not None and found[0] == label and line == f"{layout.printed[label]}: {found[1]}".rstrip(" "))


_COLON = re.compile("[:\uff1a]")


def _label(line: str, layout: Layout) -> tuple[Label, str] | None:
    """The label of a page line and the text after its colon; null for a line of text."""
    head, *rest = _COLON.split(line, maxsplit=1)
    first = fold(line[0])[:1]
    label = layout.forms.get(fold(head)) if not first or first in layout.openings else None
    return None if label is None or not (rest or label == "related") else (label, "".join(rest).removeprefix(" "))


def _is_standalone(line: str, layout: Layout) -> bool:
    return _label(line, layout) == ("related", "")


def _date_line(lines: Sequence[str], at: int, layout: Layout) -> int:
    """The first date line from `at` on; `at` where there is none."""
    labels = ((index, _label(lines[index], layout)) for index in range(at, len(lines)))
    return next((index for index, label in labels if label is not None and label[0] == "date"), at)


def _joined_teasers(line: str, lines: Sequence[str], at: int, layout: Layout) -> int:
    """How many teaser lines from `at` on, joined, are the rendered line; 0 where none are."""
    reached = 0
    for index in range(at, len(lines)):
        part = lines[index]
        if not line.startswith(part, reached) or not _is_teaser_line(part, layout):
            return 0
        reached += len(part) + 1
        if reached > len(line):
            return index + 1 - at
        if line[reached - 1] != " ":
            return 0
    return 0


def _is_teaser_line(line: str, layout: Layout) -> bool:
    return bool(teaser_ages(line, layout.teasers)) and _label(line, layout) is None


def _skip_empty_labels(lines: Sequence[str], at: int, layout: Layout) -> int:
    """Past each standalone related label that nothing, or the next label, follows."""
    while at < len(lines) and _is_standalone(lines[at], layout):
        if at + 1 < len(lines) and not _is_standalone(lines[at + 1], layout):
            break
        at += 1
    return at


def _misread_label(rendered: Sequence[Piece], layout: Layout) -> str | None:
    """A related item left in the text, or a footer line among the paragraphs."""
    before: Label | None = None  # of the paragraph before
    for block, line in [*rendered, _PAGE_END]:
        label = _label(line, layout) if block in ("paragraph", "related") else None
        is_standalone = label == ("related", "")
        if before in _FOOTER_BEFORE.get("label" if is_standalone else block, ()):
            return "a line of the footer stands among the paragraphs"
        if is_standalone and block == "related":
            return "a related label that opens an item stands in the text"
        if block == "paragraph" and label is not None and label[0] == "related" and not is_standalone:
            return "a related label with its headline stands among the paragraphs"
        before = label[0] if label is not None and block == "paragraph" else None
    return None


_PAGE_END: Final[Piece] = ("label", "")  # a footer stands before it as it does before a related block

_FOOTER_BEFORE: Final = {"source": ("tags",), "tags": ("source",), "label": ("source", "tags")}
"""The labels of lines that belong to the footer, and are no paragraphs, where such a line follows."""


def _misplaced_related(article: Article) -> str | None:
    """Items out of their order, without a headline, or with what their kind has not: the rendering does not show it."""
    inline = [item for item in article.related if item.kind == "inline"]
    block = [item for item in article.related if item.kind == "block"]
    places = [-1 if item.paragraph is None else item.paragraph for item in inline]
    paragraphs = 0 if article.body is None else article.body.count("\n") + 1
    if [*inline, *block] != [*article.related] or places != sorted(places):
        return "related items are not in the order of the page"
    if not all(item.headline for item in article.related):
        return "a related item has no headline"
    if not all(0 <= place <= paragraphs for place in places) or any(item.body is not None for item in inline):
        return "an inline related item has a body, or stands after a paragraph that there is not"
    if any(item.age is not None or item.paragraph is not None for item in block):
        return "an item of the related block has an age or a paragraph"
    return None


def _misread_inline(article: Article, rendered: Sequence[Piece], layout: Layout) -> str | None:
    """A teaser left in the body, or one that is cut at another place than its ages."""
    inline = [item for item in article.related if item.kind == "inline" and item.age is not None]
    ages = [age for block, line in rendered if block == "teasers" for age in teaser_ages(line, layout.teasers)]
    if [fold_words(item.age or "") for item in inline] != ages:
        return "teasers are not cut where their ages end"
    runs = _teaser_runs([line if block == "paragraph" else "" for block, line in rendered], layout)
    if any(teaser_ages(" ".join(run), layout.teasers) for run in runs):
        return "a teaser line stands among the paragraphs"
    return None


def _teaser_runs(paragraphs: Sequence[str], layout: Layout) -> list[list[str]]:
    """The adjacent teaser lines; an empty one stands for what is no paragraph."""
    runs: list[list[str]] = [[]]
    for line in paragraphs:
        if line and _is_teaser_line(line, layout):
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


@lru_cache(maxsize=8)
def _age_pattern(grammar: Teasers) -> re.Pattern[str]:
    """One age on a folded line with plain digits, and whether it is a point in time."""

    def any_of(words: frozenset[str]) -> str:
        return "(?:" + "|".join(sorted(map(re.escape, words), reverse=True)) + ")"

    edge = r"(?:[^\w ]|_)*+"  # possessive: it never meets a letter or a digit
    years = frozenset(f"{number:04}" for number in grammar.years)
    month = "|".join(f"{edge} {edge}".join(map(re.escape, month)) for month in sorted(grammar.months, reverse=True))
    moment = (
        rf"(?:{any_of(grammar.before_year)} {edge}{any_of(years)}"
        rf"|{any_of(grammar.before_weekday)} {edge}{any_of(grammar.weekdays)}"
        rf"|{any_of(grammar.before_month)} {edge}(?:{month})){edge}(?: |$)"
    )
    counted = rf"[0-9]+ {any_of(grammar.counted)}"
    alone = rf"(?!{moment}){any_of(grammar.alone)}"
    since = re.escape(grammar.since)
    return re.compile(rf"{since}(?<![^ ]{since}) (?:{counted}|{alone})(?![^ ])")


def teaser_ages(line: str, grammar: Teasers) -> list[str]:
    """The ages that end the items of a teaser line, folded; empty where it is no teaser line."""
    if grammar.since not in fold_words(" ".join(line.rsplit(" ", 3)[-3:-1])):
        return []
    folded = fold_words(line)
    found = [age.span() for age in _age_pattern(grammar).finditer(folded)]
    if not found or found[-1][1] != len(folded):
        return []
    ages: list[str] = []
    text = 0
    for (start, end), (following, _) in pairwise([*found, (0, 0)]):
        if start > 0 and following != end + 1:
            if folded.count(" ", text, start - 1) >= grammar.max_words:
                return []
            ages.append(folded[start:end])
            text = end + 1
    return ages


def _misread_date(article: Article, layout: Layout) -> str | None:
    if article.date is None or names_day(article.date_text, article.date, layout):
        return None
    return f"the date is not what the date line says: {article.date_text!r}"


def names_day(date_text: str, day: datetime.date, layout: Layout) -> bool:
    """Whether the text of a date line has the numbers and the month of `day`, in any order."""
    if len(date_text) > _LONGEST_DATE:
        return False
    text = plain_digits(date_text).lower().removesuffix(f" {layout.zone.lower()}")
    numbers = [int(number) for number in re.findall("[0-9]+", text)]
    if len(numbers) > 3:
        return _names_moment(text, day)
    if len(numbers) == 3:
        return numbers in ([day.year, day.month, day.day], [day.day, day.month, day.year])
    name = re.sub("[0-9,]", " ", text).split("/")[0]
    words = [word for word in fold(name).split() if word not in layout.ordinals]
    return numbers == [day.day, day.year] and layout.months.get(" ".join(words)) == day.month


def _names_moment(text: str, day: datetime.date) -> bool:
    """Whether a time, in GMT unless it names its zone, is on `day` of GMT."""
    try:
        moment = datetime.datetime.fromisoformat(text.upper())
        return (moment.replace(tzinfo=None) - (moment.utcoffset() or datetime.timedelta())).date() == day
    except (ValueError, OverflowError):
        return False
