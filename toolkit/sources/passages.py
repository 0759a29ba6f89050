"""Parts of a compressed container: who has read one goes on from there to the next, and decodes nothing twice.

Such a container can only be decoded from its beginning. One worker decodes it once, several once each, whatever the
number of parts.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from toolkit.sources.findings import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from toolkit.diagnostics import Diagnostic
    from toolkit.documents import Document
    from toolkit.sources.tasks import Part

Found: TypeAlias = "Document | Diagnostic | None"
"""What a reader of parts gives: null where the part that is wanted ends, and it may be asked again for a later one."""


@dataclass(slots=True)
class Wanted:
    """The part of a container that its reader is asked for: what begins at `start` or later, and before `stop`.

    Places are those of `Stream.place`; without a `stop` it ends with the container.
    """

    start: int = 0
    stop: int | None = None

    @classmethod
    def of(cls, part: Part | None) -> Wanted:
        """The places of a part; null is the whole container."""
        return cls(part.start, part.stop) if part else cls()

    def is_all(self) -> bool:
        """Whether places need not be looked at."""
        return not self.start and self.stop is None

    def ends_before(self, place: int) -> bool:
        """Whether what begins at `place` is of a later part."""
        return self.stop is not None and place >= self.stop


class _Passage(NamedTuple):
    of: Hashable
    files: ExitStack
    wanted: Wanted
    found: Iterator[Found]


_left: list[_Passage] = []
"""What was left last in this process: at most one."""


def read_on(
    of: Hashable, part: Part, begin: Callable[[ExitStack, Wanted], Iterator[Found]]
) -> Iterator[Document | Diagnostic]:
    """What a part of the container `of` holds, from where this process left it, or from its beginning.

    `begin` opens it and gives its reader; the files it needs are closed with the stack.
    """
    passage = _take(of, part) or _begin(of, begin)
    passage.wanted.start, passage.wanted.stop = part.start, part.stop
    is_left = False
    try:
        for found in passage.found:
            if found is None:
                is_left = True
                return
            yield found
    finally:
        if is_left:
            _left.append(passage)
        else:
            passage.files.close()


def up_to_stop(found: Iterable[Found]) -> Iterator[Document | Diagnostic]:
    """What a reader gives of the part it was made for."""
    for each in found:
        if each is None:
            return
        yield each


def _take(of: Hashable, part: Part) -> _Passage | None:
    """What was left before the part; anything else that was left is closed."""
    taken = None
    while _left:
        passage = _left.pop()
        if taken is None and passage.of == of and passage.wanted.ends_before(part.start):
            taken = passage
        else:
            with suppress(SourceError):  # that it changed meanwhile was for its own parts to tell
                passage.files.close()
    return taken


def _begin(of: Hashable, begin: Callable[[ExitStack, Wanted], Iterator[Found]]) -> _Passage:
    with ExitStack() as files:
        wanted = Wanted()
        found = begin(files, wanted)
        return _Passage(of, files.pop_all(), wanted, found)
