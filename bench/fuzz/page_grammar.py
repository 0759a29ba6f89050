"""`Grammar`: pages made of what is hard to read, drawn from the words of a layout."""

from __future__ import annotations

import unicodedata
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from toolkit.pages import Layout
    from toolkit.pages.layout import Label

FILLER: Final = ("خبر", "زلزال", "في", "اليابان", "قال", "نص", "Storm", "rain")
ODD_WORDS: Final = (
    "\u0640", "\u064b", "\u200c", "\u200d", "\ufdfa", "\u00b4", "\u00b4\u0301", "ا\u0653", "شد\u0651\u064e",
    "\u1100\u0301\u1161", "a:b", ":", "\uff1a", ".", "،", "2011", "٢٠١١", "20111", "$2011", "_2011", "3", "٣", "0",
    "\ufe8d", "\u0675", "\u0958", "e\u0301", "\u0344", "\U0001f600", "\u1e9e", "\u212b", "\uff76\uff9e", "\u0f73",
    "\u2126", "1\u06f2", "\uff13", "\u00b2", "\u0600", "\ufdd0", "\U0010ffff", "\ue000", "\u06dd",
)  # fmt: skip
HIDDEN: Final = (
    "\u200b", "\u200e", "\u200f", "\u00ad", "\ufeff", "\x01", "\x7f", "\u0080", "\u202e", "\u2066", "\u180e",
)  # fmt: skip
SPACES: Final = ("  ", "\t", "\u00a0", "\u3000", "\x1f", "\u1680", "\u2007", " \u200c ", "\u205f")
LINE_ENDS: Final = (
    "\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\n\n", "\n\r", " \n ", "\n\u200c\n", "\n\x1c\n",
)  # fmt: skip
SIGNS: Final = ("", "", "", "،", ".", "(", "$", "_", "\u200c", "\u0640", ":", "\u00b4")
MARKS: Final = ("\u0640", "\u064e", "\u0651", "\u0670", "\u0653", "\u0654", "\u200c", "\u200b")
DATES: Final = (
    "20th, September 2023 GMT", "31st, February 2023 GMT", "2023-09-20", "2023-09-20T23:30:00-02:00",
    "2023-09-20T23:30Z", "٢٠/٠٩/٢٠٢٣", "20-09-2023", "2023/09/20", "20 أيلول/سبتمبر 2023", "20 شتنبر 2023 GMT",
    "1 jan 0001", "9999-12-31T23:59-23:59", "0001-01-01T00:00:00+00:01 GMT", "20th, M\u00e4rz 2023 UTC",
    "20 MAI 2023 utc", "۲۰ September 2023 gmt", "", "20 2023", "20/09/2023 GMT", "2023-9-2", "29/02/2023",
    "29 February 2024",
)  # fmt: skip
_NUMBERS: Final = ("3", "٣", "12", "۳", "0", "12345", "3.", "\uff13")


class Words:
    """What pages of one layout are made of."""

    def __init__(self, layout: Layout) -> None:
        grammar = layout.teasers
        self.printed = dict(layout.printed)
        self.forms = {label: _forms(layout, label) for label in layout.printed}
        self.since = grammar.since
        self.alone, self.counted = sorted(grammar.alone), sorted(grammar.counted)
        self.before = sorted(grammar.before_year | grammar.before_weekday | grammar.before_month)
        self.named = [*sorted(grammar.weekdays), *(" ".join(month) for month in sorted(grammar.months))]
        self.odd = (*FILLER, *ODD_WORDS, self.since, *self.alone, *self.before)

    @property
    def dictionary(self) -> Sequence[str]:
        """What the dictionary of the fuzzer should hold."""
        labels = [f"{form}:" for form in (*self.printed.values(), *chain.from_iterable(self.forms.values()))]
        return [*labels, self.since, *self.alone, *self.counted, *self.named, *filter(None, DATES)]


class Grammar:
    """Draws lines and pages; `oddity` (0 to 1) says how often something is not as on an ordinary page."""

    def __init__(self, words: Words, rng: random.Random, oddity: float) -> None:
        self._words = words
        self._rng = rng
        self._oddity = oddity

    def page(self) -> bytes:
        """A page whose blocks stand, as a rule, where they belong."""
        rng = self._rng
        lines = [self.text() for _ in range(rng.choice((0, 1, 2)) if self._odd() else 1)]
        lines.append(self.label("date", rng.choice(DATES) if self._odd() else DATES[0]))
        lines += [self.line() for _ in range(rng.randrange(1, 5))]
        if not (self._odd() and rng.random() < 0.2):
            lines.append(self.label("source", self.text()))
        if rng.random() < 0.7:
            lines.append(self.label("tags", "" if self._odd() else self.text()))
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            lines += [self.label("related", ""), self.text()]
            lines += [self.line() if self._odd() else self.text() for _ in range(rng.randrange(3))]
        page = "\n".join(lines)
        return (roughen(page, rng) if self._odd() else page).encode()

    def line(self) -> str:
        """A line for any place of a page."""
        draw = self._rng.random()
        if draw < 0.7:
            return self.text()
        if draw < 0.82:
            return " ".join(f"{self.text()} {self.age()}" for _ in range(self._rng.choice((1, 1, 2, 3))))
        if draw < 0.86:
            return self.label("related", self.text())
        return self._odd_line() if self._odd() else self.text()

    def _odd_line(self) -> str:
        rng, draw = self._rng, self._rng.random()
        if draw < 0.3:
            return " ".join([self.text(), self.moment(), self.age()])
        if draw < 0.5:
            return "كلمة " * rng.choice((1, 3, 4, 39, 40, 41)) + self.age()
        return self.label(rng.choice(tuple(self._words.printed)), self.text() if rng.random() < 0.7 else "")

    def text(self) -> str:
        """One to four words."""
        count = self._rng.choice((1, 1, 2, 3, 4))
        words = [self._rng.choice(self._words.odd if self._odd() else FILLER) for _ in range(count)]
        return " ".join(words) + (self._rng.choice(SIGNS) if self._odd() else "")

    def age(self) -> str:
        """An age, or what is nearly one."""
        rng, words, draw = self._rng, self._words, self._rng.random()
        if draw < 0.6:
            age = [words.since, rng.choice(words.alone)]
        elif draw < 0.95 or not self._odd():
            age = [words.since, rng.choice(_NUMBERS if self._odd() else _NUMBERS[:3]), rng.choice(words.counted)]
        else:
            return self.moment()
        return " ".join(spell(word, rng) if self._odd() and rng.random() < 0.5 else word for word in age)

    def moment(self) -> str:
        """A point in time that begins as an age does."""
        rng, words = self._rng, self._words
        named = rng.choice((*words.named, "2011", "٢٠١١", "1299", "20111", "0001"))
        return f"{words.since} {rng.choice(words.before)} {rng.choice(SIGNS)}{named}{rng.choice(SIGNS)}"

    def label(self, label: Label, rest: str) -> str:
        """A label line; now and then in another of its spellings."""
        if not self._odd():
            return f"{self._words.printed[label]}: {rest}" if rest else f"{self._words.printed[label]}:"
        form = self._rng.choice((self._words.printed[label], *self._words.forms[label]))
        if self._odd():
            form = spell(form, self._rng)
        colon = self._rng.choice((":", ":", ":", "\uff1a", " :", "", "::"))
        return f"{form}{colon}{self._rng.choice((' ', ''))}{rest}" if rest else form + colon

    def _odd(self) -> bool:
        return self._rng.random() < self._oddity


def _forms(layout: Layout, label: str) -> list[str]:
    return sorted(form for form, meant in layout.forms.items() if meant == label)


def spell(word: str, rng: random.Random) -> str:
    """`word` in another spelling: a mark or hidden character in it, another alef or case, its compatibility forms."""
    at, draw = rng.randint(0, len(word)), rng.random()
    if draw < 0.6:
        return word[:at] + rng.choice(MARKS) + word[at:]
    if draw < 0.8:
        return word.replace("ا", rng.choice("أإآٱ"), 1)
    return rng.choice((word.upper(), unicodedata.normalize("NFD", word), word[:at] + " " + word[at:]))


def roughen(text: str, rng: random.Random) -> str:
    """`text` as the web has it: other spaces and line ends, hidden characters, decomposed."""
    for _ in range(rng.choice((1, 1, 2))):
        at, draw = rng.randint(0, len(text)), rng.random()
        if draw < 0.25:
            text = text.replace("\n", rng.choice(LINE_ENDS), rng.choice((-1, 1)))
        elif draw < 0.5:
            text = text.replace(" ", rng.choice(SPACES), rng.choice((-1, 1)))
        elif draw < 0.6:
            text = unicodedata.normalize("NFD", text)
        else:
            text = text[:at] + rng.choice((*HIDDEN, *HIDDEN, *MARKS, *LINE_ENDS, "\0")) + text[at:]
    return text
