"""Whether the tags of a row are the words of its tags line, in order, and repeats of tags before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask

if TYPE_CHECKING:
    from collections.abc import Sequence


def find_uncovered(lines: pa.StringArray, tags: pa.ListArray) -> list[int]:
    """The rows whose tags do not cover their line (see `covers`)."""
    row = np.repeat(np.arange(len(tags)), np.diff(tags.offsets.to_numpy()))
    named = tags.flatten().dictionary_encode()
    mention = np.sort(row * (len(named.dictionary) + 1) + named.indices.to_numpy())
    repeated = mention[1:][mention[1:] == mention[:-1]] // (len(named.dictionary) + 1)
    empty = row[to_mask(pc.equal(tags.flatten(), ""))]
    other = to_mask(pc.not_equal(pc.binary_join(tags, " "), pc.fill_null(lines, "")))
    doubtful = pa.array(np.unique(np.concatenate([repeated, empty, np.flatnonzero(other)])))
    pairs = zip(lines.take(doubtful).to_pylist(), tags.take(doubtful).to_pylist(), strict=True)
    return [at for at, (line, names) in zip(doubtful.to_pylist(), pairs, strict=True) if not covers(line, names)]


def covers(line: str | None, tags: Sequence[str]) -> bool:
    """Whether `tags`, each once, are all of the words of `line` (null or "": none), in the order they are met in."""
    if len(set(tags)) != len(tags) or "" in tags:
        return False
    return " ".join(tags) == (line or "") or bool(repeated_tags(line or "", tags))


def repeated_tags(line: str, tags: Sequence[str]) -> list[str]:
    """The tags of a line in order with their repeats; empty where they do not cover it.

    The time is in proportion to the words: of all ways to cover the first words, it is enough to keep the one that has
    met most tags, since it can go on in every way that the others can.
    """
    words = line.split(" ") if line else []
    numbers = {tuple(tag.split(" ")): number for number, tag in enumerate(tags)}
    lengths = sorted({len(tag) for tag in numbers})
    most = [-1] * (len(words) + 1)  # tags met when the words before a place are covered; -1: they cannot be
    before = [0] * len(most)  # the place where the last of these tags begins
    most[0] = 0
    for at in (place for place in range(len(words)) if most[place] >= 0):
        for end in (at + length for length in lengths if at + length <= len(words)):
            number = numbers.get(tuple(words[at:end]))
            if number is not None and number <= most[at] and max(most[at], number + 1) > most[end]:
                most[end], before[end] = max(most[at], number + 1), at
    ends = [len(words)] if most[-1] == len(tags) else []
    while ends and ends[-1]:
        ends.append(before[ends[-1]])
    return [" ".join(words[start:end]) for end, start in pairwise(ends)][::-1]
