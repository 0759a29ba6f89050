"""Whether the tags of a row are the words of its tags line, in order, and repeats of tags before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


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
