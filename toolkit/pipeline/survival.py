"""Finding the page that kills the process which reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from toolkit.engines import Died, run_local
from toolkit.errors import WorkerError
from toolkit.pipeline.collecting import Collected, CollectTask, collect, read_documents
from toolkit.pipeline.outcomes import read_batches

MAX_DEADLY_PAGES = 16
"""More deadly pages in one task are no accident of a page: then the build ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rehearsal:
    """The first `stop` documents of a task, read only to see whether that kills the process."""

    task: CollectTask
    stop: int


def collect_survivors(task: CollectTask) -> Collected:
    """Collect a task that has killed its worker: the pages that do it become rejects (D106).

    Everything runs in processes of its own. WorkerError where no page can be blamed.
    """
    for _ in range(MAX_DEADLY_PAGES):
        (result,) = run_local(collect, [task], workers=1, isolated=True)
        if not isinstance(result, Died):
            return result
        task = replace(task, deadly=task.deadly | {_first_deadly(task, result)})
    raise WorkerError(f"more than {MAX_DEADLY_PAGES} pages of one part of the input kill the process that reads them")


def _first_deadly(task: CollectTask, died: Died) -> int:
    """The number of the first document that kills: reading all before it does not, reading it too does."""
    low, high = 0, _count(task)
    if _survives(task, high):
        raise WorkerError(
            f"a worker process died ({died.reason}), though no page is to blame",
            mend="Use fewer --workers or a smaller --shard-size.",
        )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _survives(task, middle) else (low, middle)
    return high - 1


def _count(task: CollectTask) -> int:
    (result,) = run_local(_count_documents, [task], workers=1, isolated=True)
    if isinstance(result, Died):
        raise WorkerError(f"a worker process died ({result.reason}) while it only read the input")
    return result


def _survives(task: CollectTask, stop: int) -> bool:
    (result,) = run_local(_rehearse, [_Rehearsal(task=task, stop=stop)], workers=1, isolated=True)
    return not isinstance(result, Died)


def _count_documents(task: CollectTask) -> int:
    return sum(1 for _ in read_documents(task, []))


def _rehearse(rehearsal: _Rehearsal) -> int:
    documents = islice(read_documents(rehearsal.task, []), rehearsal.stop)
    return sum(len(batch.documents) for batch in read_batches(documents, rehearsal.task.rules))
