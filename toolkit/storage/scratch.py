"""What is gone at the end, in the system's folder for temporary files: a `Scratch` file without a name, or a folder."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.errors import OutputError
from toolkit.storage.failures import map_os_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_MEND: Final = "Make room there, or name another folder in the variable TMPDIR."


class Scratch:
    """Bytes that are appended and read back at their place; they are gone with the `with` of `open_scratch`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = 0

    def append(self, data: bytes) -> int:
        """The place at which `data` was put. OutputError if the disk is full."""
        with _map_errors():
            self._file.seek(self._end)
            self._file.write(data)
        start, self._end = self._end, self._end + len(data)
        return start

    def read(self, start: int, size: int) -> bytes:
        """The bytes at a place. OutputError if the disk fails."""
        with _map_errors():
            self._file.seek(start)
            return self._file.read(size)


@contextmanager
def open_scratch() -> Iterator[Scratch]:
    """An empty scratch file in the system's folder for such."""
    with _map_errors():
        file = tempfile.TemporaryFile(prefix="toolkit-")  # noqa: SIM115 - closed below, outside of `_map_errors`
    try:
        yield Scratch(file)
    finally:
        with suppress(OSError):  # what could not be written fails once more here, and hides the error that told it
            file.close()


@contextmanager
def _map_errors() -> Iterator[None]:
    with map_os_errors(_system_folder(), mend=_MEND):
        yield


def _system_folder() -> Path:
    """The system's folder for temporary files; OutputError where it has none."""
    with map_os_errors(Path("temporary files"), mend=_MEND):
        return Path(tempfile.gettempdir())


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder that is removed, with what was put into it, at the end."""
    with _map_errors():
        folder = tempfile.TemporaryDirectory(prefix="toolkit-", ignore_cleanup_errors=True)
    with folder as name:
        yield Path(name)


def refuse_no_room(size: int, *, what: str) -> None:
    """OutputError unless the system's folder for temporary files has room for the `size` bytes of `what`."""
    folder = _system_folder()
    with map_os_errors(folder):
        room = shutil.disk_usage(folder).free
    if size > room:
        raise OutputError(
            f"{what}: has {size:,} bytes, more than the {room:,} that {folder} has room for",
            mend="Name a folder with more room in the variable TMPDIR.",
        )
