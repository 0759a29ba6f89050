"""Raw pages: everything that a build would find in them, in two passes over the input and without a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa

from toolkit import preloads
from toolkit.engines import Died, Engine
from toolkit.errors import WorkerError
from toolkit.formats import counted
from toolkit.inspection.page_passes import JudgeTask, LookTask, judge_pages, look, unreadable
from toolkit.pages import learn_tags
from toolkit.pipeline import Outcome, find_repeats, rows_to_keep
from toolkit.sources import no_page_found, others_text, plan, user_path
from toolkit.storage.presence import is_seen_file
from toolkit.validation import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from toolkit.arrays import Mask
    from toolkit.diagnostics import Diagnostic
    from toolkit.inspection.aims import Aims
    from toolkit.inspection.page_passes import Looked
    from toolkit.pages import Lexicon
    from toolkit.pipeline import ReadingRules
    from toolkit.sources import SourceOptions
    from toolkit.validation import Selection, ValidationResult

T = TypeVar("T")
R = TypeVar("R")

TASK_BYTES = 32 * 1024 * 1024


def inspect_pages(
    inputs: Sequence[str], rules: ReadingRules, options: SourceOptions, tags: Lexicon | None, aims: Aims
) -> tuple[ValidationResult, str]:
    """What a build of the pages of `inputs` would find, and how much it would read, in words; they are read twice.

    `tags` are those of an earlier build, null for none. UsageError if there are no pages, WorkerError if a worker dies.
    """
    tolerant, options = options.skip_unreadable, replace(options, skip_unreadable=True)
    groups = _apart(inputs)
    plans = [plan(group, options, shard_bytes=TASK_BYTES) for group in groups]
    origins = [group for group, planned in zip(groups, plans, strict=True) for _ in planned.tasks]
    looks = [LookTask(source=task, options=options, rules=rules) for planned in plans for task in planned.tasks]
    looked = _run(aims, "reading pages", look, looks)
    found_any = any(len(part.ledger) or part.unreadable for part in looked)
    if not found_any and not any(planned.unreadable for planned in plans):
        raise no_page_found(inputs)
    tasks = list(_judge_tasks(looks, looked, tags, aims.selection, tolerant=tolerant))
    collector = Collector(aims.selection)
    for group, planned in zip(groups, plans, strict=True):
        collector.add(_opened(unreadable(planned.unreadable, tolerant=tolerant), group))
    for group, found in zip(origins, _run(aims, "checking pages", judge_pages, tasks), strict=True):
        collector.take(replace(found, diagnostics=_opened(found.diagnostics, group)))
    pages = counted(sum(task.pages for task in tasks), "page")
    others = sum((planned.others for planned in plans), Counter[str]())
    left_out = f", files left out by their endings: {others_text(others)}" if others else ""
    return collector.found(), pages + left_out


def _apart(inputs: Sequence[str]) -> list[list[str]]:
    """The inputs in groups without two files of one name: a build refuses those, but a commit hook names them."""
    groups: list[dict[str, str]] = [{}]
    for given in inputs:
        name = Path(given).name if is_seen_file(Path(given)) else given
        group = next((group for group in groups if name not in group), None)
        if group is None:
            group = {}
            groups.append(group)
        group[name] = given
    return [list(group.values()) for group in groups]


def _opened(diagnostics: Sequence[Diagnostic], inputs: Sequence[str]) -> tuple[Diagnostic, ...]:
    """The diagnostics with paths that the caller can open."""
    return tuple(replace(each, file=user_path(inputs, each.file)) for each in diagnostics)


def _judge_tasks(
    looks: Sequence[LookTask],
    looked: Sequence[Looked],
    given: Lexicon | None,
    selection: Selection,
    *,
    tolerant: bool,
) -> Iterator[JudgeTask]:
    """What the second pass has to do."""
    repeats = find_repeats([part.ledger for part in looked]).masks
    lexicon = _learn(looked, repeats, given)
    for task, mask in zip(looks, repeats, strict=True):
        yield JudgeTask(
            look=task,
            pages=len(mask),
            repeats=np.packbits(mask).tobytes(),
            lexicon=lexicon,
            selection=selection,
            tolerant=tolerant,
        )


def _run(aims: Aims, step: str, work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
    engine = Engine(workers=aims.workers, progress=aims.progress, preload=preloads.PAGES)
    return [_alive(result) for result in engine.run(step, work, tasks)]


def _alive(result: R | Died) -> R:
    if isinstance(result, Died):
        raise WorkerError(f"a worker process died twice on the same part of the input: {result.reason}")
    return result


def _learn(looked: Sequence[Looked], repeats: Sequence[Mask], given: Lexicon | None) -> Lexicon:
    """The tags that a build would learn."""
    kept = [pa.array(rows_to_keep(part.ledger, mask, Outcome.ROW)) for part, mask in zip(looked, repeats, strict=True)]
    pages = [(part.lines.filter(keep), part.facts.filter(keep)) for part, keep in zip(looked, kept, strict=True)]
    return learn_tags(pages, given)
