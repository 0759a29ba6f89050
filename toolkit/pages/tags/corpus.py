"""Tag lines as arrays: the words of all lines in a row, the gaps between them, and the names that a cut gives.

The lines `oil ivory coast` and `ivory coast wheat` of two pages whose texts have `ivory coast` and neither of the other
words, and the cut by which `ivory coast` is one name:

    word of the corpus    oil       ivory     coast     ivory     coast     wheat
    its line              0         0         0         1         1         1
    the gap after it      RIGHT     ADJACENT  LINE_END  ADJACENT  LEFT      LINE_END
    is the gap joined?    no        yes       no        yes       no        no

    mention (of a name)   oil       ivory coast         ivory coast         wheat
    its start             0         1                   3                   5
    its length            1         2                   2                   1
    its kind              0         1                   1                   2       (in order of their hashes)

A *mention* is a name at its place, its *kind* that name wherever it stands. Two names side by side in a line *meet*:
here `oil` meets `ivory coast`, and `ivory coast` meets `wheat`. A *cut* is a mask over gaps: those inside names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import count_up
from toolkit.pages.tags.facts import FOLLOWED, LACKING, MAX_FACT_WORDS
from toolkit.pages.tags.hashes import hash_numbers, hash_spans
from toolkit.pages.tags.numbering import rank_values

if TYPE_CHECKING:
    from toolkit.arrays import Hashes, Ints, Mask

MAX_NAME_WORDS = 6

NEITHER, LEFT, RIGHT, SCATTERED, ADJACENT = range(5)
"""What the page's text says of two neighbours in the line: which one it has, that it has both, or both in a row."""

LINE_END = ADJACENT + 1
"""The gap after the last word of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All words of the lines in a row; but for `words`, one entry a word of the lines.

    - `words` are those that differ, `word` is the index of each among them, `hashes` has its hash.
    - `gap` is what texts say of the gap after it (`NEITHER` to `LINE_END`).
    - `line` numbers the lines; `pages` is how many pages have that line and those facts, `layer` the layer of the
      lexicon by which the line is split.
    """

    words: pa.StringArray
    word: Ints
    hashes: Hashes
    gap: Ints
    line: Ints
    pages: Ints
    layer: Ints

    def choose(self, chosen: Mask) -> Corpus:
        """The corpus of the chosen words only, which are those of whole lines."""
        return replace(
            self,
            word=self.word[chosen],
            hashes=self.hashes[chosen],
            gap=self.gap[chosen],
            line=self.line[chosen],
            pages=self.pages[chosen],
            layer=self.layer[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The names that a cut gives.

    - Of each mention: its `start` in the corpus, its `length` in words, its `kind`.
    - Of each kind, sorted by `hashes`: `lengths`, its number of words; `pages`, how many pages have it; `first`, the
      start of a mention of it.
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
    """Kinds of names side by side: `left` before `right` on `pages` pages.

    - Of each pair of kinds that meet: `key` (left * number of kinds + right, sorted), `left`, `right`, `pages`, and
      those `by_gap` (pairs x 5: by what texts say of the gap between them, `NEITHER` to `ADJACENT`).
    - Of each single meeting: its left `mention`, and its `pair`.
    """

    key: Ints
    left: Ints
    right: Ints
    pages: Ints
    by_gap: Ints
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
        gap=_read_gaps(facts, size),
        line=np.repeat(np.arange(len(size)), size),
        pages=np.repeat(pages, size),
        layer=np.repeat(layers, size),
    )


def _read_gaps(facts: Hashes, sizes: Ints) -> Ints:
    """What texts say of the gap after each word; the lines have these `facts` (see `find_facts`) and `sizes` words."""
    place = count_up(sizes)
    shift = 2 * np.minimum(place, MAX_FACT_WORDS - 1).astype(np.uint64)
    fact = (np.repeat(facts, sizes) >> shift & np.uint64(3)).astype(np.int64)
    fact[place >= MAX_FACT_WORDS] = LACKING
    has_left = fact != LACKING
    has_right = np.append(has_left[1:], False)
    gap = np.where(fact == FOLLOWED, ADJACENT, LEFT * has_left + RIGHT * has_right)  # both of them are SCATTERED
    gap[np.cumsum(sizes)[sizes > 0] - 1] = LINE_END
    return gap


def cut_corpus(corpus: Corpus, joined: Mask) -> Cut:
    """The names of the corpus where the gaps in `joined` are inside names."""
    start, length = find_names(joined)
    hashes, first, kind = rank_values(hash_spans(corpus.hashes, start, length))
    pages = np.bincount(kind, corpus.pages[start], len(hashes))
    mentions = np.sort(corpus.line[start] * len(hashes) + kind)
    line, repeated = np.divmod(mentions[1:][mentions[1:] == mentions[:-1]], max(1, len(hashes)))
    of_line = corpus.pages[corpus.gap == LINE_END]
    pages -= np.bincount(repeated, of_line[line], len(hashes))  # a name twice on a page counts once
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


def meet(corpus: Corpus, cut: Cut) -> Meetings:
    """Which names stand side by side, a name and its own repeat left out."""
    kinds = len(cut.hashes)
    end = cut.start + cut.length - 1
    mention = np.flatnonzero((corpus.gap[end] != LINE_END) & (cut.kind != np.append(cut.kind[1:], -1)))
    key, pair = np.unique(cut.kind[mention] * kinds + cut.kind[mention + 1], return_inverse=True)
    pages = corpus.pages[cut.start[mention]]
    by_gap = np.bincount(pair * LINE_END + corpus.gap[end[mention]], pages, LINE_END * len(key))
    return Meetings(
        key=key,
        left=key // max(1, kinds),
        right=key % max(1, kinds),
        pages=np.bincount(pair, pages, len(key)).astype(np.int64),
        by_gap=by_gap.astype(np.int64).reshape(-1, LINE_END),
        mention=mention,
        pair=pair,
    )


def spell_names(corpus: Corpus, start: Ints, length: Ints) -> pa.StringArray:
    """The names that start at these places and have `length` words, as texts."""
    words = corpus.words.take(pa.array(corpus.word[np.repeat(start, length) + count_up(length)]))
    borders = np.append(0, np.cumsum(length)).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(borders), words), " ")
