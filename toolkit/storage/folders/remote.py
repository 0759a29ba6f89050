"""`RemoteFolder`: a `Folder` behind a URL that fsspec understands: `hf://…`, `s3://…`, `memory://…`."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from toolkit.errors import UsageError
from toolkit.storage.folders.urls import locate, url_failures
from toolkit.storage.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from toolkit.errors import ToolkitError

_REFUSED: Final = (
    "Check your credentials (HF_TOKEN or AWS_… in the environment, or `hf auth login`): they are missing, expired, "
    "or lack a right there (reading, writing or deleting)."
)


@contextmanager
def map_url_errors(name: str, *, error: type[ToolkitError], mend: str = "") -> Iterator[None]:
    """Inside the block what a client of another machine raises becomes `error`, with its words but without any key."""
    try:
        yield
    except url_failures() as failure:
        raise error(f"{name}: {_words_of(failure)}", mend=_REFUSED if _is_refused(failure) else mend) from None


def _words_of(failure: Exception) -> str:
    """What a client says, and its server, where that says more."""
    said = redacted(str(failure)) or type(failure).__name__
    added = redacted(str(getattr(failure, "server_message", None) or ""))
    return said if added in said else f"{said}: {added}"


def _is_refused(failure: Exception) -> bool:
    """Whether the server lets nobody do that who comes with these credentials, or the client has found none."""
    if isinstance(failure, PermissionError):
        return failure.filename is None  # else the system refuses a file of this machine
    if type(failure).__name__ == "NoCredentialsError":
        return True
    status = getattr(getattr(failure, "response", None), "status_code", None)
    return status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def open_remote(url: str, *, endpoint: str | None, error: type[ToolkitError]) -> RemoteFolder:
    """The folder at `url`: see `open_folder`. UsageError, too, if its protocol is not known or not installed."""
    if "::" in url or "@" in url.partition("://")[2].partition("/")[0] or "?" in url:
        raise UsageError(
            f"{redacted(url)}: neither a path nor a plain URL", mend="Keys come from the environment only."
        )
    options = {"endpoint": endpoint} if endpoint and url.startswith("hf://") else {}
    options |= {"endpoint_url": endpoint} if endpoint and url.startswith("s3://") else {}
    with map_url_errors(redacted(url).rstrip("/"), error=error):
        place = locate(url, use_listings_cache=False, skip_instance_cache=True, **options)
    return RemoteFolder(url, place, endpoint=endpoint, error=error)


class RemoteFolder:
    """A `Folder` of another machine. One object is written in one step where the store does so, as S3 does."""

    def __init__(  # Any: fsspec has no types
        self, url: str, place: tuple[Any, str], *, endpoint: str | None, error: type[ToolkitError]
    ) -> None:
        """`place` is the file system of `url` and the path in it."""
        self.name = redacted(url)
        self._url, self._endpoint = url, endpoint
        self._system, self._root = place
        self._error = error

    def __reduce__(self) -> tuple[Callable[[str], RemoteFolder], tuple[str]]:
        """In another process the place is opened anew, with the keys of its environment: none travels.

        UsageError for `memory://`, which other processes do not see.
        """
        if "memory" in self._protocols():
            raise UsageError(f"{self.name}: only this process sees its memory", mend="Use a folder, or local://.")
        return partial(open_remote, endpoint=self._endpoint, error=self._error), (self._url,)

    def below(self, path: str) -> RemoteFolder:
        """See `Folder`. Both have one client: to make another takes long."""
        url = f"{self._url.removesuffix('/')}/{path}"
        return RemoteFolder(url, (self._system, self._path(path)), endpoint=self._endpoint, error=self._error)

    def files(self) -> Mapping[str, int]:
        """See `Folder`. Keys that end with `/`, by which consoles of S3 make folders, are none."""
        with self._map_errors(""):
            self._system.invalidate_cache()
            try:
                found = self._system.find(self._root, detail=True)
            except FileNotFoundError as failure:
                if _status(failure) is not None:  # there is no such bucket
                    raise
                return {}
        above = self._root.rstrip("/") + "/"
        sizes = {name: int(info.get("size") or 0) for name, info in found.items()}
        names = (name for name in sorted(sizes) if name.startswith(above) and not name.endswith("/"))
        return {name.removeprefix(above): sizes[name] for name in names}

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """What reading raises in the `with` becomes the folder's error."""
        with self._map_errors(path), self._system.open(self._path(path), "rb") as file:
            yield cast("BinaryIO", _RemoteFile(file, partial(self._map_errors, path)))

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """See `Folder`."""
        with self._map_errors(path):
            raw = self._head(path, max_bytes + 1)
        if len(raw) > max_bytes:
            raise self._error(f"{self.name}/{path}: more than the {max_bytes} bytes that such a file may have")
        return raw

    def holds(self, path: str, data: bytes) -> bool:
        """See `Folder`."""
        with self._map_errors(path):
            try:
                return self._head(path, len(data) + 1) == data
            except FileNotFoundError:
                return False

    def write(self, path: str, data: bytes, *, check: Callable[[], None] | None = None) -> None:
        """See `Folder`."""
        with self._map_errors(path):
            self._make_parent(path)
            condition = {} if check is None else self._condition(path)
        if check is not None:
            check()
        with self._map_errors(path):
            is_written = self._pipe(path, data, **condition)
        if not is_written and not self.holds(path, data):  # what was sent again after a lost answer is refused, too
            raise self._error(f"{self.name}/{path}: somebody else changed it meanwhile", mend="Run again.")

    def put(self, path: str, source: Path) -> None:
        """See `Folder`."""
        with self._map_errors(path):
            self._make_parent(path)
            self._system.put_file(str(source), self._path(path))

    def claim(self, path: str, data: bytes) -> bool:
        """See `Folder`. A store that cannot tell is asked before, and once more afterwards: the last writer has it."""
        with self._map_errors(path):
            self._make_parent(path)
            if self._system.exists(self._path(path)):
                return False
            self._pipe(path, data, mode="create")
        return self.holds(path, data)

    def remove(self, path: str) -> None:
        """See `Folder`."""
        with self._map_errors(path):
            try:
                self._system.rm_file(self._path(path))
            except FileNotFoundError:
                return

    def _condition(self, path: str) -> dict[str, str]:
        """What keeps S3 from writing a file that has changed since; nothing elsewhere."""
        if "s3" not in self._protocols():
            return {}
        try:
            etag = self._system.info(self._path(path)).get("ETag")
        except FileNotFoundError:
            etag = None
        return {"IfMatch": etag} if etag else {"mode": "create"}

    def _pipe(self, path: str, data: bytes, **condition: str) -> bool:
        """Write a file; false, and nothing happens, if it is not as `condition` says, which not every store heeds."""
        try:
            self._system.pipe_file(self._path(path), data, **condition)
        except OSError as failure:
            if condition and _status(failure) == HTTPStatus.NOT_IMPLEMENTED:
                return self._pipe(path, data)
            if not isinstance(failure, FileExistsError) and _status(failure) != HTTPStatus.PRECONDITION_FAILED:
                raise
            return False
        return True

    def _head(self, path: str, length: int) -> bytes:
        """The first `length` bytes of a file, or all of a shorter one."""
        place = self._path(path)
        try:
            return bytes(self._system.cat_file(place, start=0, end=length)[:length])  # a web server may send all of it
        except FileNotFoundError:
            raise
        except url_failures():  # S3 and web servers have no range of an empty file
            if self._system.size(place) != 0:
                raise
            return b""

    def _path(self, path: str) -> str:
        return f"{self._root.rstrip('/')}/{path}"

    def _make_parent(self, path: str) -> None:
        """Folders for the stores that have them; to S3 a key is all there is."""
        if "s3" not in self._protocols():
            self._system.makedirs(self._path(path).rpartition("/")[0], exist_ok=True)

    def _protocols(self) -> tuple[str, ...]:
        protocol = self._system.protocol
        return (protocol,) if isinstance(protocol, str) else tuple(protocol)

    def _map_errors(self, path: str) -> AbstractContextManager[None]:
        return map_url_errors(f"{self.name}/{path}".rstrip("/"), error=self._error)


class _RemoteFile:
    """An open file, in the shape of a `BinaryIO`, each of whose calls raises the folder's error.

    Readers of Parquet in between would take a client's ValueError for one of their own, and the file for damaged.
    """

    def __init__(self, opened: BinaryIO, map_errors: Callable[[], AbstractContextManager[None]]) -> None:
        self._opened, self._map_errors = opened, map_errors
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        with self._map_errors():
            return self._opened.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        with self._map_errors():
            return self._opened.seek(offset, whence)

    def tell(self) -> int:
        with self._map_errors():
            return self._opened.tell()

    def close(self) -> None:
        """Leave the file to who opened it: pyarrow closes what it reads."""
        self.closed = True


def _status(failure: OSError) -> int | None:
    """The status of the answer that S3 gave; null for other failures."""
    response = getattr(failure.__cause__, "response", None)
    answer = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    status: int | None = answer.get("HTTPStatusCode")
    return status
