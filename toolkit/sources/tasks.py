"""What the wing hands out: options, shard tasks and the plan that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections import Counter

    from toolkit.diagnostics import Diagnostic

State: TypeAlias = tuple[int | str | None, ...]
"""What changes where a file is replaced or written to, the same on every machine that reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """How inputs are read: names of the columns of records, and whether what cannot be read is only listed."""

    text_field: str = "text"
    url_field: str = "url"
    skip_unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a container: what begins in it at byte `start` or later, and before byte `stop` (null: the end).

    Bytes are those of the file as it is stored. `number` is that of the first record, from 1, of a JSON Lines file.
    `state` is what `state_of` said of the file while it was planned, null where it could not be opened: all parts are
    of that one file. It is no part of what an interrupted build is known by, whose pages are compared by their hashes.
    """

    start: int
    stop: int | None
    number: int = 1
    state: State | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Files below one root, one after another: `paths` are the bytes of their relative paths, joined by NUL.

    `root` is a folder or a URL, empty for the current folder; `prefix` stands before each `page.file`. Only where the
    user named the file itself (`follow`), links are followed and its path may end with a query. Only a run of one file
    has a `part`.
    """

    root: str
    prefix: str
    paths: bytes
    follow: bool = False
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTask:
    """What one shard reads, in order. `weight` is the bytes of page text to expect: exact for plain files."""

    runs: tuple[Run, ...]
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The shard tasks in the order of the input, and what was found to be unreadable while they were planned.

    `others` counts, by their endings, the files of folders that end neither as pages nor as containers do.
    """

    tasks: tuple[SourceTask, ...]
    unreadable: tuple[Diagnostic, ...]
    others: Counter[str]
