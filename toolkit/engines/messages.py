"""What goes between a run and its worker processes: a task as bytes, and as bytes what became of it."""

from __future__ import annotations

import pickle
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, TypeVar

from toolkit.engines.cycles import rare_collections
from toolkit.engines.outcomes import Raised, Returned, raised

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
R = TypeVar("R")


def pack(fn: Callable[[T], R], task: T) -> bytes:
    """The message that asks for `fn(task)`: `fn` by its name, `task` by value. What cannot be pickled raises."""
    return bytes(ForkingPickler.dumps((fn, task)))


def answer(message: bytes) -> bytes:
    """The message that tells what became of the task of `message`, which is run here. Never raises."""
    try:
        fn, task = pickle.loads(message)  # noqa: S301 - from the process that started this one
        with rare_collections():
            result = fn(task)
        return bytes(ForkingPickler.dumps(Returned(result=result)))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the run raises it again
        return _pack_raised(raised(error))


def unpack(message: bytes) -> Returned[R] | Raised:
    """What became of a task, from the message of `answer`."""
    outcome: Returned[R] | Raised = pickle.loads(message)  # noqa: S301 - from a process of our own
    return outcome


def _pack_raised(outcome: Raised) -> bytes:
    try:
        message = bytes(ForkingPickler.dumps(outcome))
        pickle.loads(message)  # noqa: S301 - many exceptions can be pickled, but not restored
    except BaseException:  # noqa: BLE001 - an exception's own code may fail in any way
        return bytes(ForkingPickler.dumps(Raised(error=RuntimeError(str(outcome.error)), trace=outcome.trace)))
    return message
