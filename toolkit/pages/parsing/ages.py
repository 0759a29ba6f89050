"""Teaser lines: `TEXT AGE` repeated, up to the last character of the line (page-format, "Teasers")."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from toolkit.pages.text import fold, fold_digits, without_signs
from toolkit.pages.text.folding import ALEFS, BEYOND, FILLING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.pages.layout import Layout, Teasers

MAX_TEASERS: Final = 100_000
"""A line is cut into at most one more: that is enough to tell that the page is too large."""

_NUMBER = re.compile("[0-9]+")
_YEAR = re.compile("[0-9]{4}")
_WORD = re.compile("[^ ]+")
_LONGEST_NAME = 4  # words of a month
_LONGEST_KNOWN = 32  # characters


def split_teasers(line: str, layout: Layout) -> tuple[tuple[str, str], ...]:
    """The (text, age) pairs that a canonical line is made of, as printed; empty where it is no teaser line."""
    grammar = layout.teasers
    if not _may_end_with_age(line, grammar):
        return ()
    items: list[tuple[int, int, int]] = []  # where its text starts, where its age starts and where that ends
    start = 0
    for first, end in _finder(grammar).find(line):
        if first == start and items:  # the age before is directly before another one: it is text
            start = items.pop()[0]
        if first == start:
            continue
        if line.count(" ", start, first - 1) >= grammar.max_words:
            return ()
        items.append((start, first, end))
        start = end + 1
        if len(items) > MAX_TEASERS:
            break
    if not items or (items[-1][2] < len(line) and len(items) <= MAX_TEASERS):
        return ()
    return tuple([(line[start : first - 1], line[first:end]) for start, first, end in items])


def _may_end_with_age(line: str, grammar: Teasers) -> bool:
    """A cheap look at the last words: most lines end with others."""
    return grammar.since in map(fold, line.rsplit(" ", 3)[-3:-1])


class _AgeFinder:
    """Finds the ages of one grammar; remembers the words that it has read.

    `_candidates` matches where words end that may fold to `since`: its last letter, or a character that may fold to it,
    with any marks; and captures the one or two words after it, a number and a word or a word alone.
    """

    def __init__(self, grammar: Teasers) -> None:
        self._grammar = grammar
        self._before_names = grammar.before_year | grammar.before_weekday | grammar.before_month
        self._month_openings = {month[0] for month in grammar.months}
        last = ALEFS if grammar.since[-1] == "ا" else re.escape(grammar.since[-1])
        word_end = f"[{last}{BEYOND}][{FILLING}{BEYOND}]*+"
        self._candidates = re.compile(f"{word_end}(?: (?=((?:[0-9٠-٩۰-۹{FILLING}{BEYOND}]++ )?[^ ]+)))?")
        self._read_known = lru_cache(maxsize=4096)(self._read)

    def find(self, line: str) -> Iterator[tuple[int, int]]:
        """Where ages stand: the first character and that after the last, in order."""
        for match in self._candidates.finditer(line):
            if match[1] is None:
                continue
            first = line.rfind(" ", 0, match.start()) + 1
            words = line[first : match.end(1)]
            length, word = self._read_known(words) if len(words) <= _LONGEST_KNOWN else self._read(words)
            end = first + length
            if length and not (word and self._is_point_in_time(word, line, end)):
                yield first, end

    def _read(self, words: str) -> tuple[int, str]:
        """How many characters of `words` are an age, 0 for none, and its word where those after it have a say."""
        grammar = self._grammar
        since, first, *others = words.split(" ")
        if fold(since) != grammar.since:
            return 0, ""
        word = fold_digits(first)
        if others and _NUMBER.fullmatch(word) and fold_digits(others[0]) in grammar.counted:
            return len(words), ""
        if word not in grammar.alone:
            return 0, ""
        return len(f"{since} {first}"), word if word in self._before_names else ""

    def _is_point_in_time(self, word: str, line: str, end: int) -> bool:
        """Whether `word`, which ends there, names a year, a weekday or a month together with the words after it."""
        grammar, names = self._grammar, _names_after(line, end)
        name = next(names, "")
        if word in grammar.before_year and _YEAR.fullmatch(name):
            return int(name) in grammar.years
        if word in grammar.before_weekday and name in grammar.weekdays:
            return True
        if word not in grammar.before_month or name not in self._month_openings:
            return False
        month = (name, *names)
        return any(month[:length] in grammar.months for length in range(1, len(month) + 1))


_finder = lru_cache(maxsize=8)(_AgeFinder)


def _names_after(line: str, end: int) -> Iterator[str]:
    """The next few words, one by one, in the form in which names are compared."""
    for word in islice(_WORD.finditer(line, end), _LONGEST_NAME):
        yield without_signs(fold_digits(word[0]))
