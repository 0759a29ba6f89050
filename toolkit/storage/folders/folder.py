"""`Folder`: files below one place, on this machine or on another, read and written by relative path."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from toolkit.errors import DurabilityError, InputError, OutputError, UsageError
from toolkit.storage.delivery import write_chunks
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import list_tree, open_regular, read_bytes, read_chunks
from toolkit.storage.presence import is_file, is_there

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from toolkit.errors import ToolkitError


class Folder(Protocol):
    """A place that holds files; paths are relative to it, with `/`.

    Every failure is the folder's own kind of error, and names the file. No content is cached, and each list is new.
    """

    name: str
    """The place as it may be shown: without user, password and query."""

    def below(self, path: str) -> Folder:
        """A folder in this one."""

    def files(self) -> Mapping[str, int]:
        """Bytes of every file below the folder, by path, in order; none if there is no such folder."""

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A file, open for reading, that can seek."""

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """All bytes of a file; the error if there are more than `max_bytes`."""

    def holds(self, path: str, data: bytes) -> bool:
        """Whether the content of a file is `data`; false if there is none."""

    def write(self, path: str, data: bytes, *, check: Callable[[], None] | None = None) -> None:
        """Make `data` the content of a file in one step; folders above it are made.

        `check` may raise what forbids it. On S3 nothing is written, and the error raised, if the file changes after it.
        """

    def put(self, path: str, source: Path) -> None:
        """Make the content of the local file `source` that of a file in one step; folders above it are made.

        InputError if it is `source` that cannot be read.
        """

    def claim(self, path: str, data: bytes) -> bool:
        """Make a file that does not exist; false, and nothing happens, if it does."""

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens if there is none."""


class LocalFolder:
    """A `Folder` of this machine."""

    def __init__(self, root: Path, *, error: type[ToolkitError] = InputError) -> None:
        self.name = str(root)
        self._root = root
        self._error = error

    def below(self, path: str) -> LocalFolder:
        """See `Folder`."""
        return LocalFolder(self._root / path, error=self._error)

    def files(self) -> Mapping[str, int]:
        """Links are followed to files, never to folders, as in snapshots of the Hub."""
        with self._map_errors(""):
            if not is_there(self._root):
                return {}
            entries = [entry.path for entry in list_tree(self._root) if not entry.is_folder]
            return {path: (self._root / path).stat().st_size for path in entries}

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """What reading raises in the `with` becomes the folder's error."""
        with open_regular(self._root / path, error=self._error) as file, self._map_errors(path):
            yield file

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """See `Folder`."""
        return read_bytes(self._root / path, max_bytes=max_bytes, error=self._error)

    def holds(self, path: str, data: bytes) -> bool:
        """See `Folder`."""
        with self._map_errors(path):
            if not is_file(self._root / path):
                return False
        with self.open(path) as file:
            return file.read(len(data) + 1) == data

    def write(self, path: str, data: bytes, *, check: Callable[[], None] | None = None) -> None:
        """It is on the disk when this returns."""
        if check is not None:
            check()
        self._deliver(path, iter([data]))

    def put(self, path: str, source: Path) -> None:
        """It is on the disk, and was read back, when this returns."""
        self._deliver(path, read_chunks(source))

    def _deliver(self, path: str, chunks: Iterator[bytes]) -> None:
        try:
            write_chunks(self._root / path, chunks)
        except (OutputError, DurabilityError) as failure:
            raise self._error(failure.message, mend=failure.mend) from failure

    def claim(self, path: str, data: bytes) -> bool:
        """See `Folder`."""
        with self._map_errors(path):
            (self._root / path).parent.mkdir(parents=True, exist_ok=True)
            try:
                with (self._root / path).open("xb") as file:
                    file.write(data)
            except FileExistsError:
                return False
        return True

    def remove(self, path: str) -> None:
        """See `Folder`."""
        with self._map_errors(path):
            (self._root / path).unlink(missing_ok=True)

    def _map_errors(self, path: str) -> AbstractContextManager[None]:
        return map_os_errors(self._root / path, error=self._error)


def open_folder(place: str | Path, *, endpoint: str | None = None, error: type[ToolkitError] = InputError) -> Folder:
    """The folder at a path or URL; `error` is what its failures become.

    `endpoint` is another address of the Hub or of S3. UsageError for nothing, and for a URL that cannot be understood.
    """
    text = str(place)
    if not text.removeprefix("file://"):
        raise UsageError("no folder is named", mend="Name one; `.` is the current folder.")
    if "://" in text and not text.startswith("file://"):
        from toolkit.storage.folders.remote import open_remote  # noqa: PLC0415 - fsspec is only for URLs

        return open_remote(text, endpoint=endpoint, error=error)
    return LocalFolder(Path(text.removeprefix("file://")), error=error)
