"""The scratch file: a disk that is full is told as such, wherever the system notices it."""

from __future__ import annotations

import resource
import tempfile
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from toolkit.errors import OutputError
from toolkit.storage.scratch import open_scratch, refuse_no_room, scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def append_all(parts: tuple[bytes, ...]) -> None:
    with open_scratch() as scratch:
        for part in parts:
            scratch.append(part)


@pytest.mark.parametrize("parts", [(b"x" * 200, b"y"), (b"x" * 200_000,)], ids=["noticed-late", "noticed-at-once"])
def test_bytes_without_room_are_an_output_error(parts: tuple[bytes, ...]) -> None:
    with room_for(100), pytest.raises(OutputError, match="File too large") as told:
        append_all(parts)
    assert told.value.mend == "Make room there, or name another folder in the variable TMPDIR."


def test_bytes_are_read_back_at_their_place() -> None:
    with open_scratch() as scratch:
        places = [scratch.append(part) for part in (b"one", b"twenty")]
        assert [scratch.read(place, 3) for place in places] == [b"one", b"twe"]


def open_and_close(opened: Callable[[], AbstractContextManager[object]]) -> None:
    with opened():
        pass


@pytest.mark.parametrize(
    "need",
    [
        partial(open_and_close, open_scratch),
        partial(open_and_close, scratch_folder),
        partial(refuse_no_room, 1, what="a"),
    ],
    ids=["a file", "a folder", "room"],
)
def test_a_system_without_a_folder_for_temporary_files_is_an_output_error(
    need: Callable[[], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    with pytest.raises(OutputError, match="temporary files: No usable temporary directory found") as told:
        need()
    assert told.value.mend == "Make room there, or name another folder in the variable TMPDIR."
