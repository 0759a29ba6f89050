"""Whether the tags of a row are the words of its tags line, in order, and repeats of tags before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence


def find_uncovered(lines: pa.StringArray, tags: pa.ListArray) -> list[int]:
    """The rows whose tags, as `covers` has it, are not the words of their line."""
    row = np.repeat(np.arange(len(tags)), np.diff(tags.offsets.to_numpy()))
    named = tags.flatten().dictionary_encode()
    mention = np.sort(row * (len(named.dictionary) + 1) + named.indices.to_numpy())
    repeated = mention[1:][mention[1:] == mention[:-1]] // (len(named.dictionary) + 1)
    empty = row[pc.equal(tags.flatten(), "").to_numpy(zero_copy_only=False)]
    other = pc.not_equal(pc.binary_join(tags, " "), pc.fill_null(lines, "")).to_numpy(zero_copy_only=False)
    doubtful = pa.array(np.unique(np.concatenate([repeated, empty, np.flatnonzero(other)])))
    pairs = zip(lines.take(doubtful).to_pylist(), tags.take(doubtful).to_pylist(), strict=True)
    return [at for at, (line, names) in zip(doubtful.to_pylist(), pairs, strict=True) if not covers(line, names)]


def covers(line: str | None, tags: Sequence[str]) -> bool:
    """Whether `tags`, each once, are all of the words of `line` (null or "": none), in the order they are met in.

    Takes time in proportion to the words: of all ways to reach a word, the one that has met most tags can do whatever
    the others can.
    """
    if len(set(tags)) != len(tags) or "" in tags:
        return False
    if " ".join(tags) == (line or ""):
        return True
    words = line.split(" ") if line else []
    numbers = {tuple(tag.split(" ")): number for number, tag in enumerate(tags)}
    lengths = sorted({len(tag) for tag in numbers})
    most = [-1] * (len(words) + 1)  # tags met where so many words are covered; -1: no way leads there
    most[0] = 0
    for at in range(len(words)):
        met = most[at]
        if met < 0:
            continue
        for length in lengths:
            number = numbers.get(tuple(words[at : at + length]))
            if number is not None and number <= met and at + length <= len(words):
                most[at + length] = max(most[at + length], met, number + 1)
    return most[-1] == len(tags)
