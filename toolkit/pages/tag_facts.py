"""What a page's own text says of its tags line: which words it has, and which of them in a row."""

from __future__ import annotations

MAX_FACT_WORDS = 32
"""Facts are about the first words of a line only: two bits a word fill 64 bits."""

MAX_SEARCHES = 16
"""Occurrences of a phrase that are looked at before it counts as absent: a bound for hostile pages."""

PREFIXES = frozenset(
    "و ف ب ل ك ال وال فال بال كال لل وب ول وك فب فل ولل فلل وبال فبال وكال".split()  # noqa: SIM905  a list of Arabic words is unreadable in an editor
)
"""Particles written onto the first word of a name: a name still stands in a text behind one of them."""

_BREAKS = frozenset(byte for byte in range(128) if not chr(byte).isalnum())
"""Bytes that end a word for sure."""


def find_facts(line: bytes | None, headline: bytes | None, body: bytes | None) -> int:
    """Two bits for each of the line's first words: 0 the page lacks it, 1 it has it, 2 the next word follows it there.

    64 bits, unsigned, the first word in the lowest bits; 0 where the line has nothing to split. All is UTF-8 (null:
    there is none). Words must end where they end in headline or body; `PREFIXES` may stand before them.
    """
    words = line.split(b" ", MAX_FACT_WORDS)[:MAX_FACT_WORDS] if line else []
    if len(words) < 2 or words.count(words[0]) == len(words):
        return 0
    text = b"\n".join((b"", headline or b"", body or b"", b""))
    places: dict[bytes, int] = {}
    facts, before, place = 0, b"", 0
    for number, word in enumerate(words):
        joined = False
        if place:
            pair = before + b" " + word
            joined = text.startswith(pair, place) and text[place + len(pair)] in _BREAKS
        known = places.get(word)
        if known is None:
            known = places[word] = place + len(before) + 1 if joined else _find(word, text)
        if known:
            facts |= 1 << 2 * number
            if joined or (place and _find(pair, text)):
                facts += 1 << 2 * number - 2
        before, place = word, known
    return facts


def _find(phrase: bytes, text: bytes) -> int:
    """Where the phrase stands in a text that begins and ends with a line break; 0 where it does not."""
    start = text.find(phrase)
    for _ in range(MAX_SEARCHES):
        if start < 0:
            return 0
        end = start + len(phrase)
        if text[end] in _BREAKS and text[start - 1] in _BREAKS:
            return start
        after = text[end : end + 4].decode("utf-8", "ignore")
        # five characters have at most twenty bytes; a cut one at the start is ignored
        if not after[:1].isalnum() and _opens(text[max(0, start - 20) : start].decode("utf-8", "ignore")[-5:]):
            return start
        start = text.find(phrase, start + 1)
    return 0


def _opens(before: str) -> bool:
    """Whether a word can begin after these characters (the last five before it)."""
    if not before[-1:].isalnum():
        return True
    letters = len(before)
    while letters and before[letters - 1].isalnum():
        letters -= 1
    return before[letters:] in PREFIXES
