"""Tag lines as arrays: the words of all lines in a row, the gaps between them, and the names that a cut gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import Hashes, Ints, Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

Numbers = TypeVar("Numbers", Ints, Hashes)

MAX_NAME_WORDS = 6

NEITHER, LEFT, RIGHT, SCATTERED, ADJACENT = range(5)
"""What the page's text says of two neighbours in the line: which one it has, that it has both, or both in a row."""

LINE_END = ADJACENT + 1
"""The gap after the last word of a line."""

MAX_SPAN_WORDS = 256
"""No longer run of words is looked at as a whole."""

_BASE = 0x9E3779B97F4A7C15  # odd, so that its powers never vanish in 64 bits
_POWERS = np.array([pow(_BASE, power, 1 << 64) for power in range(MAX_SPAN_WORDS + 1)], np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All words of the lines in a row: `word` indexes `words`, `gap` says what texts say of the gap after a word.

    `hashes` are those of the words, `line` numbers the lines, `pages` is how many pages have that line and those facts,
    `layer` that of the lexicon that decides over the line.
    """

    words: pa.StringArray
    word: Ints
    hashes: Hashes
    gap: Ints
    line: Ints
    pages: Ints
    layer: Ints


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


def read_lines(lines: pa.StringArray, facts: Hashes, pages: Ints, layers: Ints) -> Corpus:
    """The corpus of lines (null or "": no words) with their facts, pages and layers; words are numbered in order."""
    split = pc.split_pattern(pc.if_else(pc.equal(lines, ""), None, lines), " ")
    size = np.diff(split.offsets.to_numpy()).astype(np.int64)
    encoded = split.flatten().dictionary_encode()
    word = encoded.indices.to_numpy().astype(np.int64)
    return Corpus(
        words=encoded.dictionary,
        word=word,
        hashes=hash_numbers(np.arange(len(encoded.dictionary)))[word],
        gap=_gaps(size, facts),
        line=np.repeat(np.arange(len(size)), size),
        pages=np.repeat(pages, size),
        layer=np.repeat(layers, size),
    )


def _gaps(sizes: Ints, facts: Hashes) -> Ints:
    """What texts say of the gap after each word; the lines have `sizes` words."""
    place = count_up(sizes)
    shift = (2 * np.minimum(place, 31)).astype(np.uint64)
    state = np.where(place < 32, (np.repeat(facts, sizes) >> shift & np.uint64(3)).astype(np.int64), 0)
    following = np.append(state[1:], 0)
    gap = np.where(state == 2, ADJACENT, LEFT * (state > 0) + RIGHT * (following > 0))
    gap[np.cumsum(sizes)[sizes > 0] - 1] = LINE_END
    return gap


def count_up(sizes: Ints) -> Ints:
    """The numbers from 0 below each size, one size after the other."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def choose_words(corpus: Corpus, chosen: Mask) -> Corpus:
    """The corpus of the chosen words only, which are those of whole lines."""
    return replace(
        corpus,
        word=corpus.word[chosen],
        hashes=corpus.hashes[chosen],
        gap=corpus.gap[chosen],
        line=corpus.line[chosen],
        pages=corpus.pages[chosen],
        layer=corpus.layer[chosen],
    )


def cut_corpus(corpus: Corpus, joined: Mask) -> Cut:
    """The names of the corpus where the gaps in `joined` are inside names."""
    start, length = find_names(joined)
    hashes, first, kind = rank_values(hash_spans(corpus.hashes, start, length))
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


def find_names(joined: Mask) -> tuple[Ints, Ints]:
    """Where the names of a corpus start, and how many words they have, if the gaps in `joined` are inside names."""
    start = np.flatnonzero(np.append(True, ~joined[:-1])[: len(joined)])
    return start, np.diff(np.append(start, len(joined)))


def spell_names(corpus: Corpus, start: Ints, length: Ints) -> pa.StringArray:
    """The names that start at these places and have `length` words, as texts."""
    words = corpus.words.take(pa.array(corpus.word[np.repeat(start, length) + count_up(length)]))
    borders = np.append(0, np.cumsum(length)).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(borders), words), " ")


def hash_spans(hashes: Hashes, start: Ints, length: Ints) -> Hashes:
    """A 64-bit hash of each span of a corpus' words (or gaps); `hash_join` makes that of two neighbours from theirs."""
    total = np.zeros(len(start), np.uint64)
    for offset in range(int(np.max(length, initial=0))):
        inside = np.flatnonzero(offset < length)
        total[inside] += hashes[start[inside] + offset] * _POWERS[offset]
    return total


def hash_numbers(numbers: Ints) -> Hashes:
    """Numbers spread over 64 bits (the finaliser of splitmix64)."""
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(_BASE)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return mixed ^ mixed >> np.uint64(31)


def hash_with(hashes: Hashes, numbers: Ints) -> Hashes:
    """Hashes that are the same where both the given ones and these numbers are."""
    return hashes + hash_numbers(numbers) * np.uint64(3)


def hash_join(left: Hashes, left_length: Ints, right: Hashes) -> Hashes:
    """The hashes of the names that the words of `left` (`left_length` of them) and then those of `right` make."""
    return left + _POWERS[np.minimum(left_length, MAX_NAME_WORDS)] * right


def hash_name(words: Sequence[int]) -> int:
    """The hash of a name given as indices of the corpus' words."""
    mixed = hash_numbers(np.array(words, np.int64))
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
        pages=np.bincount(pair, weight, len(key)).astype(np.int64),
        gaps=gaps,
        mention=mention,
        pair=pair,
    )


def number_values(values: Numbers) -> tuple[Ints, Numbers]:
    """The number of each value among all that differ, in the order in which they come first, and those values."""
    encoded = pa.array(values).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_numpy()


def first_places(numbers: Ints) -> Ints:
    """Where each number of `number_values` comes first."""
    return np.flatnonzero(np.diff(np.maximum.accumulate(numbers), prepend=-1))


def rank_values(values: Numbers) -> tuple[Numbers, Ints, Ints]:
    """The values that differ, sorted; where each comes first; and the rank of every value among them."""
    number, different = number_values(values)
    order = np.argsort(different)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return different[order], first_places(number)[order], rank[number]


def look_up(values: Ints, keys: Ints | Hashes, wanted: Ints | Hashes) -> Ints:
    """The value of each wanted key, 0 where it is not among the sorted keys."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
