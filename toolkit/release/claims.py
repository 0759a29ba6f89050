"""`Claim`: the file that keeps two publications to a store apart, where the system has no lock."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from toolkit.errors import DestinationError
from toolkit.release.contents import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from toolkit.storage.folders import Folder

CLAIM: Final = "publishing.lock"


class Claim:
    """In its `with` no other publication changes the folder; one that took this one for interrupted is noticed.

    The file says on its first line what is going on, and has a mark of this very run on its second. It stays behind
    where writing was interrupted; who does the same takes it up, by setting a mark of its own. Nobody holds an empty
    one.
    """

    def __init__(self, folder: Folder, text: str) -> None:
        """`text` is one line."""
        self._folder = folder
        self._first = f"{text}\n".encode()
        self._mine = self._first + f"{secrets.token_hex(8)}\n".encode()
        self.is_writing = False
        """Whether an end now would be an interruption."""

    def __enter__(self) -> Self:
        """DestinationError if another publication holds the folder."""
        if not self._folder.claim(CLAIM, self._mine):
            found = self._folder.read(CLAIM, max_bytes=CHUNK_BYTES)
            if found and not found.startswith(self._first):
                raise DestinationError(
                    f"{self._folder.name}: another publication holds it",
                    mend=f"Run again after it. If none runs, it was interrupted: remove or empty {CLAIM} there.",
                )
            self._folder.write(CLAIM, self._mine, check=partial(self._refuse_unless, found))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        is_done = kind is None or not self.is_writing
        if is_done and self._folder.holds(CLAIM, self._mine):
            withdraw(self._folder, CLAIM, self.check)

    def check(self) -> None:
        """DestinationError if the folder is not held any more; to be called before each change."""
        self._refuse_unless(self._mine)

    def _refuse_unless(self, content: bytes) -> None:
        if not self._folder.holds(CLAIM, content):
            raise DestinationError(
                f"{self._folder.name}: another publication has taken over from this one",
                mend="Run again after it.",
            )


def withdraw(folder: Folder, path: str, check: Callable[[], None]) -> None:
    """Remove a file, or empty it, as `Folder.write` does, where the store does not let it go."""
    try:
        folder.remove(path)
    except DestinationError:
        folder.write(path, b"", check=check)
