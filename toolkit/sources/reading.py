"""A shard task to its documents."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.sources.files import open_ahead, open_container, read_file
from toolkit.sources.findings import SourceError, finding, told
from toolkit.sources.kinds import PAGE, kind_of
from toolkit.sources.names import bare_path, bare_url, file_name, is_url, join
from toolkit.sources.records import read_lines
from toolkit.sources.remote import fetch_together, open_remote
from toolkit.sources.streams import Stream, collect
from toolkit.sources.tables import read_table
from toolkit.sources.tars import read_tar
from toolkit.sources.wet import read_wet
from toolkit.sources.zips import read_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.kinds import Kind
    from toolkit.sources.tasks import Run, SourceOptions, SourceTask


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
    if is_url(run.root):
        for path, raw in zip(paths, fetch_together(run.root, paths), strict=True):
            kind, file = _kind_and_file(bare_path(path), run)
            if raw is not None:
                yield Document.of(raw, file=file)
            else:
                yield from _read_container(open_remote(join(run.root, path.decode())), kind, file, run, options)
        return
    above = os.fsencode(join(run.root, ""))
    for path, opened in zip(paths, open_ahead((above + path for path in paths), follow=run.follow), strict=True):
        kind, file = _kind_and_file(path, run)
        if isinstance(opened, SourceError):
            yield told(opened, file)
        elif kind is PAGE:
            yield read_file(opened, file)
        else:
            yield from _read_container(open_container(opened), kind, file, run, options)


def _kind_and_file(path: bytes, run: Run) -> tuple[Kind, str]:
    return kind_of(path) or PAGE, run.prefix + file_name(path)


def _read_container(
    opening: AbstractContextManager[BinaryIO], kind: Kind, file: str, run: Run, options: SourceOptions
) -> Iterator[Document | Diagnostic]:
    last = None
    try:
        with opening as raw:
            for found in _open_kind(raw, kind, file, run, options):
                last = found.file
                yield found
    except SourceError as fault:
        place = "" if last is None else f", after {last}"
        yield finding(fault.code, fault.message + place, file)


def _open_kind(
    raw: BinaryIO, kind: Kind, file: str, run: Run, options: SourceOptions
) -> Iterator[Document | Diagnostic]:
    if kind.form == "zip":
        return read_zip(raw, file, run.part)
    if kind.form == "table":
        return read_table(raw, file, options, run.part)
    if run.part and not kind.codec:
        raw.seek(run.part.start)
    stream = Stream(raw, kind.codec)
    if kind.form == "tar":
        return read_tar(stream, file, run.part)
    if kind.form == "lines":
        return read_lines(stream, file, options, run.part)
    if kind.form == "wet":
        return read_wet(stream, file)
    return iter((collect(stream.blocks(), file),))
