"""Single files outside a dataset: what `--output` names."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import DurabilityError
from toolkit.storage.exchange import make_folders, sync_folder
from toolkit.storage.failures import map_os_errors
from toolkit.storage.presence import is_file, is_link, is_there
from toolkit.storage.sink import Sink

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_file(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Make `data` the content of `path` in one step; the folders above it are made, a link is followed.

    What is no regular file (`/dev/stdout`, a pipe) is written to as it is. OutputError if it cannot be written: a
    file that was there is unchanged; DurabilityError as `write_chunks`.
    """
    with map_os_errors(path):
        if is_there(path) and not is_file(path):
            path.write_bytes(data)
            return
    write_chunks(path, [data], durable=durable)


def write_chunks(path: Path, chunks: Iterable[bytes], *, durable: bool = True) -> None:
    """Make `chunks`, joined, the content of a regular file in one step, as `write_file` does.

    DurabilityError: they are, but the disk did not confirm that.
    """
    with map_os_errors(path):
        final = Path(os.path.realpath(path))  # pathlib's raises what is no OSError
        if is_link(final):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        make_folders(final.parent)
        partial = final.with_name(f".{final.name}.{os.getpid()}.partial")
        partial.unlink(missing_ok=True)
    with Sink(partial, path.name, durable=durable) as sink:
        for chunk in chunks:
            sink.write(chunk)
    with map_os_errors(path):
        try:
            partial.rename(final)
        except OSError:
            with suppress(OSError):  # the first failure is the one to tell
                partial.unlink()
            raise
    if durable:
        with map_os_errors(path, error=DurabilityError, mend="The new file is in place. Run again to be sure."):
            sync_folder(final.parent)
