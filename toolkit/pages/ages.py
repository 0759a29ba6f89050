"""Teaser lines: `TEXT AGE` repeated, up to the last character of the line (page-format, "Teasers")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from toolkit.pages.folding import fold, fold_digits, without_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.pages.layout import Layout, Teasers

_NUMBER = re.compile("[0-9]+")


def split_teasers(line: str, layout: Layout) -> tuple[tuple[str, str], ...]:
    """The (text, age) pairs that a canonical line is made of, as printed; empty where it is no teaser line."""
    grammar = layout.teasers
    words = line.split(" ")
    if not _ends_with_age(words, grammar):
        return ()
    folded = [fold_digits(word) for word in words]
    items = _items(_ages(folded, grammar))
    if not items or items[-1][2] != len(words):
        return ()
    if any(middle - start > grammar.max_words for start, middle, _ in items):
        return ()
    return tuple((" ".join(words[start:middle]), " ".join(words[middle:end])) for start, middle, end in items)


def _ends_with_age(words: Sequence[str], grammar: Teasers) -> bool:
    """A cheap look at the last words, so that most lines are not folded whole."""
    last = fold(words[-1])
    if last in grammar.alone and len(words) > 1 and fold(words[-2]) == grammar.since:
        return True
    return last in grammar.counted and len(words) > 2 and fold(words[-3]) == grammar.since


def _ages(words: Sequence[str], grammar: Teasers) -> list[tuple[int, int]]:
    """Where ages stand: first word and the word after the last, in order."""
    ages = []
    for start, word in enumerate(words):
        if word == grammar.since:
            length = _age_length(words[start + 1 : start + 3], words[start + 2 : start + 6], grammar)
            if length:
                ages.append((start, start + length))
    return ages


def _age_length(after: Sequence[str], beyond: Sequence[str], grammar: Teasers) -> int:
    """How many words the age has whose first is followed by `after`; 0 for no age."""
    if len(after) == 2 and _NUMBER.fullmatch(after[0]) and after[1] in grammar.counted:
        return 3
    if after and after[0] in grammar.alone and not _is_point_in_time(after[0], beyond, grammar):
        return 2
    return 0


def _is_point_in_time(word: str, after: Sequence[str], grammar: Teasers) -> bool:
    """Whether `word` names a year, a weekday or a month together with the words after it."""
    may_be_named = word in grammar.before_year or word in grammar.before_weekday or word in grammar.before_month
    if not after or not may_be_named:
        return False
    bare = [without_signs(other) for other in after]
    if word in grammar.before_year and re.fullmatch("[0-9]{4}", bare[0]):
        return int(bare[0]) in grammar.years
    if word in grammar.before_weekday and bare[0] in grammar.weekdays:
        return True
    return word in grammar.before_month and any(
        tuple(bare[: len(month)]) == month for month in grammar.months if month[0] == bare[0]
    )


def _items(ages: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """First word, first word of the age and the word after it, of each item.

    An age at the start of the line or directly before another age is text.
    """
    items = []
    start = 0
    for index, (first, end) in enumerate(ages):
        followed = index + 1 < len(ages) and ages[index + 1][0] == end
        if first > 0 and not followed:
            items.append((start, first, end))
            start = end
    return items
