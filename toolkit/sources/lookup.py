"""One page by the name that a build prints: `a.txt`, `a.txt.gz`, `pages.tar!x.txt`, `a.jsonl!17`."""

from __future__ import annotations

import os
import re
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.sources.names import bare_url, is_url, path_of, user_path
from toolkit.sources.planning import plan
from toolkit.sources.reading import read, refusal
from toolkit.storage.filesystem import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.tasks import SourceOptions


def find_page(name: str, options: SourceOptions) -> Document:
    """The page that a build of its file calls `name`, under that name; a container is read up to it.

    `UsageError` where the file holds several pages, or none of that name; `InputError` where it cannot be read.
    What else in it is unreadable is passed over, if `options` say so.
    """
    file, member = _split(name)
    shown = bare_url(file)
    wanted = shown + member
    fault: Diagnostic | None = None
    for found in _read_all(file, options):
        path = user_path([file], found.file)
        if isinstance(found, Document):
            if path == wanted:
                return found._replace(file=name)
            if wanted == shown:
                raise UsageError(f"{shown}: a container of pages", mend=f"Name one of them, as in '{path}'.")
        elif wanted in (path, f"{path}!{found.line}") or (path == shown and found.line is None):
            fault = found
    if fault is not None:
        raise refusal(fault, user_path([file], fault.file))
    if wanted == shown:
        raise UsageError(f"{shown}: no page in it")
    raise UsageError(
        f"{wanted}: no such page in {shown}",
        mend="A member has the name that it has in the archive, a record its number from 1, as a build prints them.",
    )


def _split(name: str) -> tuple[str, str]:
    """The path of the file that the page is in, and what follows: nothing, or `!` and more.

    The file is all of the name, or what stands before a `!`, as it is or with its escapes undone. `InputError` if there
    is none.
    """
    if is_url(name):
        file, mark, member = name.partition("!")
        return file, mark + member
    for end in (len(name), *(mark.start() for mark in re.finditer("!", name))):
        for path in (name[:end], path_of(name[:end])):
            if os.path.isfile(path):  # noqa: PTH113 - pathlib's raises
                open_regular(Path(path), error=InputError).close()
                return path, name[end:]
    if os.path.isdir(name):  # noqa: PTH112 - as above
        raise InputError(f"{name}: a folder, not a regular file", mend="Name a page in it.")
    if name:
        open_regular(Path(name), error=InputError).close()
    return name, ""


def _read_all(file: str, options: SourceOptions) -> Iterator[Document | Diagnostic]:
    planned = plan([file], options, shard_bytes=sys.maxsize)
    return chain(planned.unreadable, chain.from_iterable(read(task, options) for task in planned.tasks))
