"""A shard task to its documents."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.sources.containers import read_lines, read_tar, read_wet, read_zip
from toolkit.sources.files import open_ahead, open_container, read_file
from toolkit.sources.findings import BEYOND_BOUND, CHANGED, SourceError, finding, told
from toolkit.sources.kinds import PAGE, kind_of_input
from toolkit.sources.names import bare_url, file_name, is_url, join, shown_path
from toolkit.sources.opening import open_source, state_of
from toolkit.sources.parquet import read_table
from toolkit.sources.passages import Wanted, read_on, up_to_stop
from toolkit.sources.remote import fetch_together, open_remote
from toolkit.sources.streams import Stream, collect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager, ExitStack
    from typing import BinaryIO

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.kinds import Kind
    from toolkit.sources.passages import Found
    from toolkit.sources.tasks import Run, SourceOptions, SourceTask, State


def read(task: SourceTask, options: SourceOptions) -> Iterator[Document | Diagnostic]:
    """The documents of `task`, in the order of the input.

    With `skip_unreadable` a diagnostic stands in the place of what could not be read; without, the first is raised
    as `InputError`.
    """
    for run in task.runs:
        for found in _read_run(run, options):
            if not isinstance(found, Document) and not options.skip_unreadable:
                raise refusal(found, join(bare_url(run.root), found.file.removeprefix(run.prefix)))
            yield found


def refusal(found: Diagnostic, path: str) -> InputError:
    """The error that `found` is where nothing unreadable is skipped; `path` is its file, as the user can open it."""
    line = "" if found.line is None else f":{found.line}"
    return InputError(f"{path}{line}: {found.code} {found.message}", mend=found.mend)


def _read_run(run: Run, options: SourceOptions) -> Iterator[Document | Diagnostic]:
    paths = run.paths.split(b"\0")
    return _read_remote(paths, run, options) if is_url(run.root) else _read_local(paths, run, options)


def _read_local(paths: list[bytes], run: Run, options: SourceOptions) -> Iterator[Document | Diagnostic]:
    above = os.fsencode(join(run.root, ""))
    for path, opened in zip(paths, open_ahead((above + path for path in paths), follow=run.follow), strict=True):
        if isinstance(opened, SourceError):
            yield told(opened, _file(path, run))
        elif kind_of_input(path) is PAGE:
            yield read_file(opened, _file(path, run))
        else:
            yield from _read_container(open_container(opened), path, run, options)


def _read_remote(paths: list[bytes], run: Run, options: SourceOptions) -> Iterator[Document | Diagnostic]:
    for path, raw in zip(paths, fetch_together(run.root, paths), strict=True):
        if raw is not None:
            yield Document.of(raw, file=_file(shown_path(path, run), run))
        else:
            yield from _read_container(open_remote(join(run.root, path.decode())), path, run, options)


def _file(name: bytes, run: Run) -> str:
    return run.prefix + file_name(name)


class _Container(NamedTuple):
    """A file of a run that is read as a stream or a table, and what it is called."""

    path: bytes
    kind: Kind
    file: str
    run: Run
    options: SourceOptions


def _read_container(
    opening: AbstractContextManager[BinaryIO], path: bytes, run: Run, options: SourceOptions
) -> Iterator[Document | Diagnostic]:
    name = shown_path(path, run)
    container = _Container(path, kind_of_input(name), _file(name, run), run, options)
    last = None
    try:
        with opening as raw:
            for found in _read_open(raw, container):
                last = found.file
                yield found
    except SourceError as fault:
        place = "" if last is None else f", after {last}"
        yield finding(fault.code, fault.message + place, container.file)


def _read_open(raw: BinaryIO, container: _Container) -> Iterator[Document | Diagnostic]:
    path, kind, file, run, options = container
    if kind.form == "unread":
        raise SourceError("is packed in a way that is not read: gzip, bzip2, xz, zstd and zip are", code=BEYOND_BOUND)
    state = state_of(raw) if run.part else ()
    if run.part and run.part.state not in {None, state}:
        raise SourceError("changed since it was cut into parts", code=CHANGED)
    if kind.form == "zip":
        return read_zip(raw, file, run.part)
    if kind.form == "table":
        return read_table(raw, file, options, run.part)
    if run.part and kind.codec:
        return read_on((run.root, path, file, options, state), run.part, partial(_begin, container, state))
    if run.part:
        raw.seek(run.part.start)
    return up_to_stop(_read_stream(Stream(raw, kind.codec), container, Wanted.of(run.part)))


def _begin(container: _Container, state: State, files: ExitStack, wanted: Wanted) -> Iterator[Found]:
    """The reader of a compressed container, which outlives the task that opened it."""
    run = container.run
    raw = files.enter_context(open_source(run.root, container.path, follow=run.follow))
    if state_of(raw) != state:
        raise SourceError("changed while it was read", code=CHANGED)
    return _read_stream(Stream(raw, container.kind.codec), container, wanted)


def _read_stream(stream: Stream, container: _Container, wanted: Wanted) -> Iterator[Found]:
    _, kind, file, run, options = container
    if kind.form == "tar":
        return read_tar(stream, file, wanted)
    if kind.form == "lines":
        return read_lines(stream, file, options, wanted, first=run.part.number if run.part else 1)
    if kind.form == "wet":
        return read_wet(stream, file)
    return iter((collect(stream.blocks(), file),))
