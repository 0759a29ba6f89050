"""What pages' own texts say of their tags lines: which words they have, and which of them in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from toolkit.pages.columns import views

if TYPE_CHECKING:
    from toolkit.arrays import Hashes

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

_SPACE: Final = ord(" ")


def find_facts(lines: pa.StringArray, headlines: pa.StringArray, bodies: pa.StringArray) -> Hashes:
    """Two bits for each of a line's first words: 0 its page lacks it, 1 it has it, 2 the next word follows it there.

    64 bits for each page, the first word in the lowest bits; 0 where its line has nothing to split. Null: the page has
    none. Words must end where they end in headline or body; `PREFIXES` may stand before them.
    """
    pages = zip(lines.cast(pa.binary()).to_pylist(), views(headlines), views(bodies), strict=True)
    facts = [
        _look_up(line, b"\n".join((b"", headline, body, b""))) if line and b" " in line else 0
        for line, headline, body in pages
    ]
    return np.array(facts, np.uint64)


def _look_up(line: bytes, text: bytes) -> int:
    """The facts of a line of several words in a text that begins and ends with a line break."""
    words = line.split(b" ", MAX_FACT_WORDS)[:MAX_FACT_WORDS]
    if words.count(words[0]) == len(words):
        return 0
    places: dict[bytes, int] = {}
    facts, bit, before, place, least = 0, 1, b"", 0, 0
    for word in words:
        then = place + len(before) + 1
        if place and text[then - 1] == _SPACE and text.startswith(word, then) and text[then + len(word)] in _BREAKS:
            known, first, joined = places.setdefault(word, then), 0, True
        else:
            known, first, joined = places.get(word, -1), 0, False
            if known < 0:
                first = text.find(word)
                known = places[word] = _settle(word, text, first) if first > 0 else 0
            if known and place:
                pair = before + b" " + word
                # it stands neither before its first word does nor before its second does
                start = text.find(pair, max(least, first - len(before) - 1))
                joined = start > 0 and _settle(pair, text, start) > 0
        if known:
            facts += bit + (bit >> 2) if joined else bit
        before, place, least = word, known, first
        bit <<= 2
    return facts


def _settle(phrase: bytes, text: bytes, start: int) -> int:
    """Where the phrase stands as words, of its occurrences from `start` on; 0 where it does not."""
    for _ in range(MAX_SEARCHES):
        end = start + len(phrase)
        if text[end] in _BREAKS and text[start - 1] in _BREAKS:
            return start
        after = text[end : end + 4].decode("utf-8", "ignore")
        # five characters have at most twenty bytes; a cut one at the start is ignored
        if not after[:1].isalnum() and _opens(text[max(0, start - 20) : start].decode("utf-8", "ignore")[-5:]):
            return start
        start = text.find(phrase, start + 1)
        if start < 0:
            break
    return 0


def _opens(before: str) -> bool:
    """Whether a word can begin after these characters (the last five before it)."""
    if not before[-1:].isalnum():
        return True
    letters = len(before)
    while letters and before[letters - 1].isalnum():
        letters -= 1
    return before[letters:] in PREFIXES
