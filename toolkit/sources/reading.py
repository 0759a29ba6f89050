"""A shard task to its documents."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.sources.files import read_file
from toolkit.sources.names import file_name, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.diagnostics import Diagnostic
    from toolkit.sources.tasks import Run, SourceOptions, SourceTask


def read(task: SourceTask, options: SourceOptions) -> Iterator[Document | Diagnostic]:
    """The documents of `task`, in the order of the input.

    With `skip_unreadable` a diagnostic stands in the place of what could not be read; without, the first is raised
    as `InputError`.
    """
    for run in task.runs:
        for found in _read_run(run):
            if not isinstance(found, Document) and not options.skip_unreadable:
                raise InputError(
                    f"{join(run.root, found.file.removeprefix(run.prefix))}: {found.code} {found.message}",
                    mend=found.mend,
                )
            yield found


def _read_run(run: Run) -> Iterator[Document | Diagnostic]:
    above = os.fsencode(join(run.root, ""))
    for path in run.paths.split(b"\0"):
        yield read_file(above + path, run.prefix + file_name(path), follow=run.follow)
