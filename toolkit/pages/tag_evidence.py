"""What pages say about their tag lines: facts of one page, and evidence of many pages that merges in any order."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING
from zlib import compress, decompress

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

Hashes = npt.NDArray[np.uint64]

MAX_FACT_WORDS = 32
"""Facts are about the first words of a line only: two bits a word fill 64 bits."""

MAX_LEARNT_CHARACTERS = 1_000
"""A longer line is split like any other, but nothing is learnt from it."""

MAX_EVIDENCE_CHARACTERS = 5_000_000
"""Characters of distinct lines that evidence keeps; beyond it those lines with the lowest hashes stand for all."""

MAX_SEARCHES = 16
"""Occurrences of a phrase that are looked at before it counts as absent: a bound for hostile pages."""

UNHASHED = 1 << 48
"""Greater than every `hash_line`: the ceiling of evidence that has dropped nothing."""

_MAX_LOOSE_HASHES = 100_000

PREFIXES = frozenset(
    "و ف ب ل ك ال وال فال بال كال لل وب ول وك فب فل ولل فلل وبال فبال وكال".split()  # noqa: SIM905  a list of Arabic words is unreadable in an editor
)
"""Particles written onto the first word of a name: a name still stands in a text behind one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What tag lines of some pages say together; small, picklable, the same for every order and grouping of pages.

    `packed` holds what `unpack` gives. `seen` holds the hashes of all lines, kept ones or not, as sorted little-endian
    uint64. Lines whose hash is `ceiling` or more were dropped. `pages` counts the pages that have tags.
    """

    packed: bytes = b""
    seen: bytes = b""
    ceiling: int = UNHASHED
    pages: int = 0


class Observer:
    """Gathers the evidence of the pages of one task."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], int] = {}
        self._size = 0
        self._ceiling = UNHASHED
        self._dropped: set[int] = set()
        self._seen: list[Hashes] = []
        self._pages = 0

    def observe(self, line: str | None, text: str | bytes) -> int:
        """The facts of one page (64 bits, unsigned; see `find_facts`), which are noted as evidence, too.

        `line` is the canonical text of the tags line (null or "" where there is none), `text` the page's own text.
        """
        facts = find_facts(line, text)
        self.note(line, facts)
        return facts

    def note(self, line: str | None, facts: int) -> None:
        """Note one more page whose `facts` are known already."""
        if not line:
            return
        self._pages += 1
        count = self._lines.get((line, facts), 0)
        if not count and not self._is_kept(line):
            return
        self._lines[line, facts] = count + 1
        if not count:
            self._size += len(line)
            if self._size > 2 * MAX_EVIDENCE_CHARACTERS:
                self._make_room()

    def evidence(self) -> Evidence:
        """The evidence of all pages observed so far."""
        seen = [*self._seen, _sort(self._dropped), _sort(hash_line(line) for line, _ in self._lines)]
        return _pack(self._lines, np.unique(np.concatenate(seen)), self._ceiling, self._pages)

    def _is_kept(self, line: str) -> bool:
        if len(line) <= MAX_LEARNT_CHARACTERS and self._ceiling == UNHASHED:
            return True
        at = hash_line(line)
        if len(line) <= MAX_LEARNT_CHARACTERS and at < self._ceiling:
            return True
        self._dropped.add(at)
        if len(self._dropped) >= _MAX_LOOSE_HASHES:
            self._seen = [np.unique(np.concatenate([*self._seen, _sort(self._dropped)]))]
            self._dropped.clear()
        return False

    def _make_room(self) -> None:
        hashes = _sort(hash_line(line) for line, _ in self._lines)
        self._seen = [np.unique(np.concatenate([*self._seen, hashes]))]
        self._lines, self._ceiling = _drop(self._lines, self._ceiling)
        self._size = sum(len(line) for line, _ in self._lines)


def _sort(hashes: Iterable[int]) -> Hashes:
    return np.unique(np.fromiter(hashes, "<u8"))


def merge(evidences: Iterable[Evidence]) -> Evidence:
    """The evidence of all the pages together: commutative and associative."""
    lines: dict[tuple[str, int], int] = {}
    seen: list[Hashes] = [np.empty(0, "<u8")]
    ceiling, pages, size = UNHASHED, 0, 0
    for evidence in evidences:
        for line, facts, count in unpack(evidence):
            lines[line, facts] = lines.get((line, facts), 0) + count
            size += len(line)
        seen.append(np.frombuffer(evidence.seen, "<u8"))
        ceiling = min(ceiling, evidence.ceiling)
        pages += evidence.pages
        if size > 2 * MAX_EVIDENCE_CHARACTERS:
            lines, ceiling = _drop(lines, ceiling)
            size = sum(len(line) for line, _ in lines)
    return _pack(lines, np.unique(np.concatenate(seen)), ceiling, pages)


def _pack(lines: dict[tuple[str, int], int], seen: Hashes, ceiling: int, pages: int) -> Evidence:
    if ceiling < UNHASHED or sum(len(line) for line, _ in lines) > MAX_EVIDENCE_CHARACTERS:
        lines, ceiling = _drop(lines, ceiling)
    text = "\n".join(f"{line}\n{facts:x} {count:x}" for (line, facts), count in sorted(lines.items()))
    packed = compress(text.encode("utf-8", "surrogatepass"), 1)
    return Evidence(packed=packed, seen=seen.tobytes(), ceiling=ceiling, pages=pages)


def unpack(evidence: Evidence) -> list[tuple[str, int, int]]:
    """`(line, facts, pages)`, sorted: how many pages have this line and these facts."""
    rows = decompress(evidence.packed).decode("utf-8", "surrogatepass").split("\n") if evidence.packed else []
    counts = (row.split(" ") for row in rows[1::2])
    return [(line, int(facts, 16), int(count, 16)) for line, (facts, count) in zip(rows[::2], counts, strict=False)]


def _drop(lines: dict[tuple[str, int], int], ceiling: int) -> tuple[dict[tuple[str, int], int], int]:
    """The lines that fit, and their ceiling: those dropped earlier could not have stayed, so the order is moot."""
    hashes = {line: hash_line(line) for line, _ in lines}
    room = MAX_EVIDENCE_CHARACTERS
    for at, size in sorted((hashes[line], len(line)) for line, _ in lines):
        room -= size
        if room < 0:
            ceiling = min(at, ceiling)
            break
    return {key: count for key, count in lines.items() if hashes[key[0]] < ceiling}, ceiling


def hash_line(line: str) -> int:
    """48 bits of the BLAKE2b of a tags line in UTF-8."""
    return int.from_bytes(blake2b(line.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big")


def find_facts(line: str | None, text: str | bytes) -> int:
    """Two bits for each of the line's first words: 0 the text lacks it, 1 it has it, 2 the next word follows it there.

    64 bits, unsigned, the first word in the lowest bits; 0 where the line has nothing to split. The text may be
    given in UTF-8. Words must end where they end in the text; `PREFIXES` may stand before them.
    """
    words = line.split(" ", MAX_FACT_WORDS)[:MAX_FACT_WORDS] if line else []
    if len(set(words)) < 2:
        return 0
    there = {word: _stands(word, text) for word in dict.fromkeys(words)}
    facts = 0
    for place, (word, following) in enumerate(zip(words, [*words[1:], ""], strict=True)):
        if there[word]:
            joined = bool(following) and there[following] and _stands(f"{word} {following}", text)
            facts |= (2 if joined else 1) << 2 * place
    return facts


def _stands(phrase: str, text: str | bytes) -> bool:
    if isinstance(text, bytes):
        return _stands_in_bytes(phrase.encode("utf-8", "surrogatepass"), text)
    start = text.find(phrase)
    for _ in range(MAX_SEARCHES):
        if start < 0:
            return False
        end = start + len(phrase)
        if not text[end : end + 1].isalnum() and _opens(text[max(0, start - 5) : start]):
            return True
        start = text.find(phrase, start + 1)
    return False


def _stands_in_bytes(phrase: bytes, text: bytes) -> bool:
    start = text.find(phrase)
    for _ in range(MAX_SEARCHES):
        if start < 0:
            return False
        end = start + len(phrase)
        if text[end : end + 1] in _BREAKS and (not start or text[start - 1 : start] in _BREAKS):
            return True
        after = text[end : end + 4].decode("utf-8", "ignore")
        # five characters have at most twenty bytes; a cut one at the start is ignored
        if not after[:1].isalnum() and _opens(text[max(0, start - 20) : start].decode("utf-8", "ignore")[-5:]):
            return True
        start = text.find(phrase, start + 1)
    return False


_BREAKS = frozenset(bytes([byte]) for byte in range(128) if not chr(byte).isalnum()) | {b""}
"""What ends a word for sure: the end of the text, or a character of one byte."""


def _opens(before: str) -> bool:
    """Whether a word can begin after these characters (the last five before it)."""
    if not before[-1:].isalnum():
        return True
    letters = len(before)
    while letters and before[letters - 1].isalnum():
        letters -= 1
    return before[letters:] in PREFIXES
