"""Files on other machines (`s3://`, `hf://`, `https://`), through fsspec: listed and opened as local ones are."""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from toolkit.errors import UsageError
from toolkit.sources.findings import CHANGED, CUT_SHORT, UNREADABLE, SourceError, told
from toolkit.sources.kinds import PAGE, ending_of, expansion, kind_of
from toolkit.sources.listing import Listing, no_pages_but_dataset
from toolkit.sources.names import bare_url, input_name, is_url, join
from toolkit.storage.dataset_files import MANIFEST_NAME
from toolkit.storage.enclosure import HEAD_BYTES, is_manifest
from toolkit.storage.folders import is_web, locate, url_failures
from toolkit.storage.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from toolkit.sources.tasks import State

TOGETHER = 64
"""Pages that are fetched at once."""
_PIECE_BYTES = 512 * 1024
"""Of each of these, which bounds them all; a longer one is opened and read as a stream."""

_MANIFEST = MANIFEST_NAME.encode()
_TAGS = ("ETag", "etag", "blob_id", "Last-Modified", "last_modified", "mtime", "modify")
"""What file systems call that which changes with a file: S3 and web servers, Google, the Hub, Azure, SFTP, FTP."""


def list_remote(given: str, *, prefixed: bool) -> Listing:
    """What a URL holds, as `list_local` says; `UsageError` if there is nothing, or its protocol is not known."""
    name = input_name(given)
    try:
        with _translated():
            system, path = _locate(given)
            system.invalidate_cache()  # of listings: an earlier build of this process may have left some
            found = system.info(path)
            if found["type"] == "directory":
                return _of_folder(given, system, path, prefix=f"{name}/" if prefixed else "")
    except FileNotFoundError as failure:
        raise UsageError(f"{bare_url(given)}: no such file or folder") from failure
    except SourceError as failure:
        return Listing(given=given, root="", prefix="", unreadable=[told(failure, name)])
    url, *query = given.split("?", 1) if is_web(given) else [given.rstrip("/")]
    root, _, last = url.rpartition("/")
    if not is_url(root):  # a host without a path
        root, last = url, ""
    listing = Listing(given=given, root=root, prefix="", follow=True)
    listing.paths.append("?".join([last, *query]).encode())
    listing.weights.append(max(found.get("size") or 0, 0) * expansion(name.encode()))
    return listing


def _of_folder(given: str, system: Any, above: str, *, prefix: str) -> Listing:  # Any: fsspec has no types
    listing = Listing(given=given, root=given.rstrip("/"), prefix=prefix)
    found = system.find(above, detail=True)
    sizes = {name.removeprefix(above.rstrip("/") + "/").encode(): info.get("size") or 0 for name, info in found.items()}
    datasets = tuple(_datasets(system, above, sizes))
    if b"" in datasets:
        raise no_pages_but_dataset(bare_url(given))
    listing.datasets.extend(join(bare_url(listing.root), folder.decode().rstrip("/")) for folder in datasets)
    left_out = (b".", *datasets)
    for path in sorted(sizes):
        if path.startswith(left_out) or b"/." in path or path.endswith(b"/"):  # a store may list folders
            continue
        kind = kind_of(path)
        if kind is None:
            listing.others[ending_of(path)] += 1
        else:
            listing.paths.append(path)
            listing.weights.append(sizes[path] * kind.expansion)
    return listing


def _datasets(system: Any, above: str, sizes: dict[bytes, int]) -> Iterator[bytes]:  # Any: fsspec has no types
    """The folders, with `/` at their end, that hold a manifest.json of ours; the name of the input itself is empty."""
    for path, size in sizes.items():
        folder, _, name = path.rpartition(b"/")
        if name == _MANIFEST and size:
            head = system.cat_file(join(above, path.decode()), start=0, end=min(size, HEAD_BYTES))
            if is_manifest(head):
                yield folder + b"/" if folder else b""


def fetch_together(root: str, paths: Sequence[bytes]) -> Iterator[bytes | None]:
    """The pages at `paths` below a URL, in their order, asked for `TOGETHER` at a time: one alone takes as long as all.

    Null for what has to be opened by itself: containers, empty and long pages, whatever failed, and everything where
    the file system asks for one thing after the other.
    """
    for first in range(0, len(paths), TOGETHER):
        yield from _fetch(root, paths[first : first + TOGETHER])


def _fetch(root: str, paths: Sequence[bytes]) -> list[bytes | None]:
    found: dict[bytes, object] = {}
    pages = [path for path in paths if kind_of(path) is PAGE]
    with suppress(SourceError, FileNotFoundError), _translated():
        system, above = _locate(root)
        if len(pages) > 1 and system.async_impl and not is_web(root):  # a server of those may send all of a file
            places = [join(above, path.decode()) for path in pages]
            found = dict(zip(pages, system.cat_ranges(places, 0, _PIECE_BYTES, on_error="return"), strict=True))
    pieces = (found.get(path) for path in paths)
    return [piece if isinstance(piece, bytes) and len(piece) < _PIECE_BYTES else None for piece in pieces]


@contextmanager
def open_remote(url: str) -> Iterator[BinaryIO]:
    """The file at `url`, open for reading; `SourceError` if it cannot be opened (S402) or changed meanwhile (S401)."""
    try:
        with _translated():
            system, path = _locate(url)
            opened = system.open(path, "rb")
    except FileNotFoundError as failure:
        raise SourceError("cannot be read: no such file", code=UNREADABLE) from failure
    with opened:
        file = RemoteFile(opened, system, path)
        in_pieces = (getattr(opened, "size", None) or 0) > getattr(opened, "blocksize", sys.maxsize)
        before = file.state() if in_pieces else None
        yield cast("BinaryIO", file)
        if before is not None and file.state() != before:
            raise SourceError("changed while it was read", code=CHANGED)


def _locate(url: str) -> tuple[Any, str]:  # Any: fsspec has no types
    """The file system of `url` and the path in it."""
    if "::" in url or url.startswith("file:"):
        raise UsageError(f"{bare_url(url)}: neither a path nor a URL of one file or folder")
    return locate(url)


@contextmanager
def _translated() -> Iterator[None]:
    """Inside the block what a file system raises becomes a `SourceError` (S402), but for `FileNotFoundError`."""
    try:
        yield
    except FileNotFoundError as failure:
        cause, web = failure.__cause__, sys.modules.get("aiohttp")
        if web is None or not isinstance(cause, web.ClientError) or getattr(cause, "status", None) == 404:
            raise
        raise _unreadable(cause) from failure  # HTTP: fsspec says so whatever happened
    except url_failures() as failure:
        raise _unreadable(failure) from failure


def _unreadable(failure: BaseException) -> SourceError:
    if isinstance(failure, OSError) and failure.errno == errno.EBUSY:  # s3fs: what it opened is there no more
        return SourceError("changed while it was read", code=CHANGED)
    words = redacted(str(failure)) or type(failure).__name__
    return SourceError(f"cannot be read: {words}", code=UNREADABLE)


class RemoteFile:
    """A file of fsspec in the shape of a `BinaryIO`; what it raises becomes a `SourceError` (S402)."""

    def __init__(self, opened: BinaryIO, system: Any, path: str) -> None:  # Any: fsspec has no types
        self._opened = opened
        self._system, self._path = system, path
        self._at = 0
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`; none at the end, which is where the server said it would be."""
        with _translated():
            found: bytes = self._opened.read(size)
        self._at += len(found)
        stated = getattr(self._opened, "size", None)  # null of a stream
        if not found and size and stated is not None and self._at < stated:
            raise SourceError(f"cut short: the server gives {self._at} of {stated} bytes", code=CUT_SHORT)
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; a server that sends files in one piece only refuses."""
        with _translated():
            self._at = self._opened.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        """The place of the next byte."""
        return self._at

    def state(self) -> State:
        """What the server says now of its size, and by which it tells it from others of its name; empty if it is gone.

        The tag of the entity, where there is one: the time of the last change has not always the same form.
        """
        try:
            with _translated():
                self._system.invalidate_cache(self._path)
                found = self._system.info(self._path)
        except FileNotFoundError:
            return ()
        return found.get("size"), next((str(found[name]) for name in _TAGS if found.get(name)), None)

    def close(self) -> None:
        """Leave the file to who opened it: pyarrow closes what it reads."""
        self.closed = True
