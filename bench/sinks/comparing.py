"""Whether a payload is in what was shown, whole or cut as documented, and nothing of it is obeyed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from bench.sinks.payloads import LINE_ENDS
from bench.sinks.readers import DIRECTING, INVISIBLE, decoded, runner_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sinks.calls import Said

_SPLIT = re.compile("|".join(sorted(map(re.escape, LINE_ENDS), key=len, reverse=True)))


def squeezed(text: str) -> str:
    """`text` without white space and without what cannot be seen, composed: what is left is there or is not."""
    visible = unicodedata.normalize("NFC", "".join(INVISIBLE.sub("", text).split()))
    return visible.replace("\ufffd", "").replace("\ufffe", "").replace("\uffff", "")


def pieces_of(text: str, limit: int | None = None) -> list[str]:
    """The lines of a payload, squeezed, each as far as `limit` characters of it are shown."""
    lines = (line[:limit] for line in _SPLIT.split(_composed(text)))
    return [piece for piece in map(squeezed, lines) if piece]


@cache
def _composed(text: str) -> str:
    """`text` in NFC, which takes a second for a run of 100,000 marks."""
    return unicodedata.normalize("NFC", text)


def missing(shown: str, text: str, *, limit: int | None = None, escapes: bool = True) -> list[str]:
    """Lines of `text` that are not in what was `shown`, where what cannot be seen may stand `escaped`."""
    seen = squeezed(decoded(shown) if escapes else shown)
    pieces = pieces_of(decoded(text) if escapes else text, limit)
    return [piece[:60] for piece in pieces if piece not in seen]


def obeyed(said: Said, *, commands: bool = False) -> Iterator[str]:
    """What of a program's output a terminal or GitHub's runner would obey; `commands` where they are asked for."""
    for stream in (said.stdout, said.stderr):
        yield from obeyed_text(stream, commands=commands)
    if said.code not in {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}:
        yield f"exit code {said.code}: {said.stderr[-300:]!a}"


def obeyed_text(text: str, *, commands: bool = False) -> Iterator[str]:
    """The same of one text."""
    yield from _as_it_is(INVISIBLE, text)
    if not commands:
        yield from (f"a command of the runner: {found.name!a} {found.data[:80]!a}" for found in runner_commands(text))
    if "Traceback (most recent call last)" in text:
        yield f"a traceback: {text[-300:]!a}"


def obeyed_file(text: str) -> Iterator[str]:
    """What of a file's text a terminal or an editor would obey."""
    yield from _as_it_is(DIRECTING, text)


def _as_it_is(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    if match := pattern.search(text):
        yield f"{match[0]!a} is written as it is: {text[max(match.start() - 40, 0) : match.end() + 20]!a}"
