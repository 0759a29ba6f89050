"""`Sink`: a new file that is hashed while it is written, and read back before anybody trusts it."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from toolkit.errors import OutputError
from toolkit.storage.exchange import sync_file
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import digest_file
from toolkit.storage.hashes import HASHES, HashName

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

BUFFER_BYTES = 1024 * 1024
READ_BACK: HashName = "xxh3"
"""By which a file that was read back is compared with what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A finished file: `path` relative to its area of the staging folder, with `/`; size in bytes; its hash in hex.

    The hash of a durable file, which may become part of a dataset, is of the `kind` sha256.
    """

    path: str
    bytes: int
    kind: HashName
    digest: str

    @classmethod
    def durable(cls, *, path: str, bytes: int, sha256: str) -> Self:  # noqa: A002 - the names of the fields
        """A durable file whose SHA-256 (hex) is known."""
        return cls(path=path, bytes=bytes, kind="sha256", digest=sha256)

    @property
    def sha256(self) -> str:
        """The SHA-256 of a durable file, in hex; ValueError for another."""
        if self.kind != "sha256":
            raise ValueError(f"{self.path} is not durable")
        return self.digest


class Sink:
    """A binary file to write to, once, from its start to its end; pyarrow takes it as an output file.

    Use it in a `with`: at its end the file is flushed to the medium and read back (`durable`), and `written` tells
    what it became. If the block raises, or anything fails, the file is removed. OutputError names file and reason.
    `close()`, which writers call, only ends the writing.
    """

    def __init__(self, path: Path, name: str, *, durable: bool) -> None:
        """Make the file `path`, which must not exist; `written` will call it `name`."""
        self.closed = False
        self._path, self._name, self._durable = path, name, durable
        self._buffer = bytearray()
        self._kind: HashName = "sha256" if durable else READ_BACK
        self._hashes = {kind: HASHES[kind]() for kind in dict.fromkeys((self._kind, READ_BACK))}
        self._size = 0
        self._written: WrittenFile | None = None
        with map_os_errors(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(path, flags, 0o666)

    @property
    def written(self) -> WrittenFile:
        """What the file became; only after the `with`."""
        if self._written is None:
            raise RuntimeError(f"{self._path} is not finished")
        return self._written

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, traceback: TracebackType | None
    ) -> None:
        finished = False
        try:
            if kind is None:
                self._finish()
                finished = True
        finally:
            self._release(keep=finished)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take all of `data`; the number of its bytes. OutputError if the file cannot be written."""
        if self.closed:
            raise ValueError("write to a closed file")
        with memoryview(data).cast("B") as view:
            taken = view.nbytes
            self._size += taken
            if len(self._buffer) + taken < BUFFER_BYTES:
                self._buffer += view
            else:
                self._drain()
                self._put(view)
        return taken

    def close(self) -> None:
        """End the writing."""
        self.closed = True

    def _drain(self) -> None:
        buffer, self._buffer = self._buffer, bytearray()
        self._put(memoryview(buffer))

    def _put(self, rest: memoryview) -> None:
        for each in self._hashes.values():
            each.update(rest)
        with map_os_errors(self._path):
            while rest:
                count = os.write(self._descriptor, rest)
                if count == 0:
                    raise OSError(errno.EIO, "the system took no byte", os.fspath(self._path))
                rest = rest[count:]

    def _finish(self) -> None:
        self.closed = True
        self._drain()
        if self._durable:
            with map_os_errors(self._path):
                sync_file(self._descriptor)
            self._forget_pages()
            self._read_back()
        digest = self._hashes[self._kind].hexdigest()
        self._written = WrittenFile(path=self._name, bytes=self._size, kind=self._kind, digest=digest)

    def _read_back(self) -> None:
        found = digest_file(self._path, follow_links=False, error=OutputError, kind=READ_BACK)
        if found != (self._size, self._hashes[READ_BACK].hexdigest()):
            raise OutputError(f"{self._path}: the disk gives back other bytes than were written")

    def _forget_pages(self) -> None:
        """Drop the file from the system's cache, so that reading it back asks the medium."""
        if sys.platform == "linux":
            with suppress(OSError):
                os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def _release(self, *, keep: bool) -> None:
        self.closed = True
        try:
            with map_os_errors(self._path):
                os.close(self._descriptor)
        except OutputError:
            keep = False
            raise
        finally:
            if not keep:
                with suppress(OSError):
                    self._path.unlink()
