"""What pages' own texts say of their tags lines: which words they have, and which of them in a row.

This is all that is kept of the texts: two bits a word, so that tags are learnt from numbers, with no page at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from toolkit.pages.columns import views

if TYPE_CHECKING:
    from toolkit.arrays import Hashes

LACKING, PRESENT, FOLLOWED = range(3)
"""What a page's text says of a word of its tags line: it lacks it, has it, has it before the line's next word."""

MAX_FACT_WORDS = 32
"""Facts are about the first words of a line only: two bits a word fill 64 bits."""

MAX_SEARCHES = 16
"""Occurrences of a phrase that are looked at before it counts as absent: a bound for hostile pages."""

PREFIXES = frozenset(
    "و ف ب ل ك ال وال فال بال كال لل وب ول وك فب فل ولل فلل وبال فبال وكال".split()  # noqa: SIM905  a list of Arabic words is unreadable in an editor
)
"""Particles written onto the first word of a name: a name still stands in a text behind one of them."""

_BREAKS: Final = frozenset(byte for byte in range(128) if not chr(byte).isalnum())
"""Bytes that end a word for sure."""


def find_facts(lines: pa.StringArray, headlines: pa.StringArray, bodies: pa.StringArray) -> Hashes:
    """Two bits for each of a line's first words: whether its page's text is `LACKING` it, has it, or has it `FOLLOWED`.

    64 bits for each page, the first word in the lowest bits; 0 where its line has nothing to split. Null: the page has
    none. Words must end where they end in headline or body; `PREFIXES` may stand before them.

    The line `oil ivory coast` on a page that says `along the ivory coast` has the facts 0b01_10_00.
    """
    pages = zip(lines.cast(pa.binary()).to_pylist(), views(headlines), views(bodies), strict=True)
    facts = [
        _read_facts(line, b"\n".join((b"", headline, body, b""))) if line and b" " in line else 0
        for line, headline, body in pages
    ]
    return np.array(facts, np.uint64)


def _read_facts(line: bytes, text: bytes) -> int:
    """The facts of a line of several words, in a text that begins and ends with a line break.

    A place in the text is that of a word's first byte, 0 where the text lacks the word. Most words need no search:
    they stand right behind the word before them.
    """
    words = line.split(b" ", MAX_FACT_WORDS)[:MAX_FACT_WORDS]
    if words.count(words[0]) == len(words):
        return 0
    places: dict[bytes, int] = {}
    facts, lowest_bit = 0, 1  # of the word's two bits
    before, place_before = b"", 0
    for word in words:
        pair = before + b" " + word
        is_next = place_before > 0 and text.startswith(pair, place_before)
        if is_next and text[place_before + len(pair)] in _BREAKS:
            place, follows = places.setdefault(word, place_before + len(before) + 1), True
        else:
            if word not in places:
                places[word] = _find_phrase(word, text)
            place = places[word]
            follows = place > 0 and place_before > 0 and _find_phrase(pair, text) > 0
        if place:
            facts |= PRESENT * lowest_bit
            if follows:
                facts += (FOLLOWED - PRESENT) * (lowest_bit >> 2)
        before, place_before = word, place
        lowest_bit <<= 2
    return facts


def _find_phrase(phrase: bytes, text: bytes) -> int:
    """The first place where the phrase stands as whole words; 0 where there is none among its first occurrences."""
    start = 0
    for _ in range(MAX_SEARCHES):
        start = text.find(phrase, start + 1)
        if start < 0:
            break
        end = start + len(phrase)
        if text[end] in _BREAKS and text[start - 1] in _BREAKS:
            return start
        after = text[end : end + 4].decode("utf-8", "ignore")
        # five characters have at most twenty bytes; a cut one at the start is ignored
        if not after[:1].isalnum() and _opens(text[max(0, start - 20) : start].decode("utf-8", "ignore")[-5:]):
            return start
    return 0


def _opens(before: str) -> bool:
    """Whether a word can begin after these characters (the last five before it)."""
    if not before[-1:].isalnum():
        return True
    letters = len(before)
    while letters and before[letters - 1].isalnum():
        letters -= 1
    return before[letters:] in PREFIXES
