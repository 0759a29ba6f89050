"""`mutate_pages`: a batch of pages, changed line by line as their layout is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bench.fuzz.page_grammar import Grammar, Words, roughen, spell
from bench.fuzz.sites import AGGREGATOR, OTHER

if TYPE_CHECKING:
    import random

    from bench.fuzz.target import MutateBytes

SEPARATOR: Final = b"\0\xff\0\xff"
"""Between the pages of a batch; no page in UTF-8 holds it."""
MAX_PAGES: Final = 16
MAX_PAGE_BYTES: Final = 700
WORDS: Final = (Words(AGGREGATOR), Words(AGGREGATOR), Words(AGGREGATOR), Words(OTHER))
_ODDITIES: Final = (0.0, 0.0, 0.02, 0.1, 0.4)


def split_batch(data: bytes) -> tuple[int, list[bytes]]:
    """The number of the rules, and the pages, at most `MAX_PAGES`."""
    return (data[0] if data else 0), data[1:].split(SEPARATOR)[:MAX_PAGES]


def join_batch(rules: int, pages: list[bytes]) -> bytes:
    """The batch that `split_batch` takes apart."""
    return bytes([rules]) + SEPARATOR.join(pages)


def draw_grammar(rules: int, rng: random.Random) -> Grammar:
    """The grammar of the layout that these rules read by, more or less odd."""
    return Grammar(WORDS[rules % len(WORDS)], rng, rng.choice(_ODDITIES))


def mutate_pages(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    """`data` with one of its pages changed, and now and then with another page or other rules."""
    rules, pages = split_batch(data)
    grammar = draw_grammar(rules, rng)
    for _ in range(rng.choice((1, 2, 4, 8))):
        at, draw = rng.randrange(len(pages)), rng.random()
        if draw < 0.3:
            pages[at] = grammar.page()
        elif draw < 0.8:
            pages[at] = _change_lines(pages[at], grammar, rng)
        elif draw < 0.9:
            pages[at] = mutate_bytes(pages[at])
        elif len(pages) < MAX_PAGES:
            pages.append(grammar.page())
        else:
            rules = rng.randrange(256)
    return join_batch(rules, [page[:MAX_PAGE_BYTES] for page in pages])


def _change_lines(page: bytes, grammar: Grammar, rng: random.Random) -> bytes:
    lines = page.decode("utf-8", "surrogateescape").split("\n")
    for _ in range(rng.choice((1, 1, 2, 3))):
        at, draw = rng.randrange(len(lines)), rng.random()
        if draw < 0.3:
            lines.insert(at, grammar.line())
        elif draw < 0.45 and len(lines) > 1:
            del lines[at]
        elif draw < 0.6:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif draw < 0.7:
            lines[at] = f"{lines[at]} {grammar.age()}"
        else:
            lines[at] = _change_words(lines[at], grammar, rng)
    text = "\n".join(lines)
    return (roughen(text, rng) if rng.random() < 0.15 else text).encode("utf-8", "surrogateescape")


def _change_words(line: str, grammar: Grammar, rng: random.Random) -> str:
    words = line.split(" ")
    at, draw = rng.randrange(len(words)), rng.random()
    if draw < 0.4:
        words[at] = spell(words[at], rng)
    elif draw < 0.7:
        words.insert(at, grammar.text())
    elif draw < 0.85:
        del words[at]
    else:
        words[at:at] = [grammar.age()]
    return " ".join(words)
