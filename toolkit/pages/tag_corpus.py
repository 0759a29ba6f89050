"""Tag lines as arrays: the words of all lines in a row, the gaps between them, and the names that a cut gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from toolkit.pages.tag_model import ADJACENT, LEFT, MAX_NAME_WORDS, RIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

LINE_END = ADJACENT + 1
"""The gap after the last word of a line."""

_BASE = 0x9E3779B97F4A7C15  # odd, so that its powers never vanish in 64 bits
_POWERS = np.array([pow(_BASE, power, 1 << 64) for power in range(MAX_NAME_WORDS + 1)], np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All words of the lines in a row: `word` indexes `words`, `gap` says what texts say of the gap after a word.

    `line` numbers the lines, `pages` how many pages have that line and those facts.
    """

    words: tuple[str, ...]
    word: Ints
    gap: Ints
    line: Ints
    pages: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Names that a cut gives: one entry for each mention (`start`, `length`, `kind`), and one for each kind of name.

    Kinds are sorted by `hashes`; `lengths` is their number of words, `pages` how many pages have them, `first` the
    place of a mention's first word in the corpus.
    """

    start: Ints
    length: Ints
    kind: Ints
    hashes: Hashes
    lengths: Ints
    pages: Ints
    first: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """Kinds of names side by side: `left` before `right` on `pages` pages, by what texts say (`gaps`, n x 5).

    `key` is left * number of kinds + right, sorted; `mention` and `pair` give each single meeting's left mention and
    its entry here.
    """

    key: Ints
    left: Ints
    right: Ints
    pages: Ints
    gaps: Ints
    mention: Ints
    pair: Ints


def read_lines(lines: Iterable[tuple[str, int, int]]) -> Corpus:
    """The corpus of `(line, facts, pages)`; the numbering of words follows the order of the lines."""
    index: dict[str, int] = {}
    word: list[int] = []
    sizes: list[int] = []
    facts: list[int] = []
    pages: list[int] = []
    for line, fact, count in lines:
        before = len(word)
        word.extend([index.setdefault(each, len(index)) for each in line.split(" ")])
        sizes.append(len(word) - before)
        facts.append(fact)
        pages.append(count)
    size = np.array(sizes, np.int64)
    return Corpus(
        words=tuple(index),
        word=np.array(word, np.int64),
        gap=_gaps(size, np.array(facts, np.uint64)),
        line=np.repeat(np.arange(len(size)), size),
        pages=np.repeat(np.array(pages, np.int64), size),
    )


def _gaps(sizes: Ints, facts: Hashes) -> Ints:
    """What texts say of the gap after each word, as `find_gaps` of one line."""
    place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shift = (2 * np.minimum(place, 31)).astype(np.uint64)
    state = np.where(place < 32, (np.repeat(facts, sizes) >> shift & np.uint64(3)).astype(np.int64), 0)
    following = np.append(state[1:], 0)
    gap = np.where(state == 2, ADJACENT, LEFT * (state > 0) + RIGHT * (following > 0))
    gap[np.cumsum(sizes) - 1] = LINE_END
    return gap


def cut_corpus(corpus: Corpus, joined: Mask) -> Cut:
    """The names of the corpus where the gaps in `joined` are inside names."""
    start = np.flatnonzero(np.append(True, ~joined[:-1]))
    length = np.diff(np.append(start, len(joined)))
    hashes, first, kind = np.unique(hash_spans(corpus, start, length), return_index=True, return_inverse=True)
    mentions = np.sort(corpus.line[start] * len(hashes) + kind)
    repeats = mentions[1:][mentions[1:] == mentions[:-1]]  # a name twice on a page counts once
    of_line = corpus.pages[corpus.gap == LINE_END]
    pages = np.bincount(kind, corpus.pages[start], len(hashes))
    pages -= np.bincount(repeats % len(hashes), of_line[repeats // len(hashes)], len(hashes))
    return Cut(
        start=start,
        length=length,
        kind=kind,
        hashes=hashes,
        lengths=length[first],
        pages=pages.astype(np.int64),
        first=start[first],
    )


def hash_spans(corpus: Corpus, start: Ints, length: Ints | int) -> Hashes:
    """A 64-bit hash of the words of each span; `hash_join` makes that of two neighbours from theirs."""
    mixed = _mix(corpus.word)
    total = np.zeros(len(start), np.uint64)
    for offset in range(int(np.max(length, initial=0))):
        inside = offset < length
        place = np.where(inside, start + offset, 0)
        total += np.where(inside, mixed[place] * _POWERS[offset], np.uint64(0))
    return total


def _mix(numbers: Ints) -> Hashes:
    """Numbers spread over 64 bits (the finaliser of splitmix64)."""
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(_BASE)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return mixed ^ mixed >> np.uint64(31)


def hash_join(left: Hashes, left_length: Ints, right: Hashes) -> Hashes:
    """The hashes of names made of the words of `left` (`left_length` of them) and then those of `right`."""
    return left + _POWERS[np.minimum(left_length, MAX_NAME_WORDS)] * right


def hash_name(words: Sequence[int]) -> int:
    """The hash of a name given as indices of the corpus' words."""
    mixed = _mix(np.array(words, np.int64))
    return int((mixed * _POWERS[: len(words)]).sum(dtype=np.uint64))


def meet(corpus: Corpus, cut: Cut) -> Meetings:
    """Which names stand side by side, a name and its own repeat left out."""
    kinds = len(cut.hashes)
    end = cut.start + cut.length - 1
    mention = np.flatnonzero((corpus.gap[end] != LINE_END) & (cut.kind != np.append(cut.kind[1:], -1)))
    keys = cut.kind[mention] * kinds + cut.kind[mention + 1]
    key, pair = np.unique(keys, return_inverse=True)
    weight = corpus.pages[cut.start[mention]]
    gaps = np.bincount(pair * LINE_END + corpus.gap[end[mention]], weight, LINE_END * len(key))
    gaps = gaps.astype(np.int64).reshape(-1, LINE_END)
    return Meetings(
        key=key,
        left=key // max(1, kinds),
        right=key % max(1, kinds),
        pages=gaps.sum(axis=1),
        gaps=gaps,
        mention=mention,
        pair=pair,
    )


def look_up(values: Ints, keys: Ints | Hashes, wanted: Ints | Hashes) -> Ints:
    """The value of each wanted key, 0 where it is not among the sorted keys."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
