"""Names: the path of a file to `page.file`, and back to the path that a user can open."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from toolkit.sources.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.sources.listing import Listing
    from toolkit.sources.tasks import Run

_PLAIN = re.compile(rb"[A-Za-z0-9_./-]*")
_CONTROL = re.compile("[\u0000-\u001f\u007f-\u009f]")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
_ARCHIVES = "|".join(re.escape(ending.decode()) for ending, kind in KINDS.items() if kind.form != "page")
_LIKE_MEMBER = re.compile(f"({_ARCHIVES})!", re.IGNORECASE)


def file_name(path: bytes) -> str:
    """`page.file` of a file at the relative `path`: as it is, but for what is escaped.

    Bytes that are no UTF-8, control characters, the backslash, and a `!` that would make the name that of an archive's
    member become `\\xNN`, a byte each: every name has one form, which reads back to its bytes.
    """
    if _PLAIN.fullmatch(path):
        return path.decode("ascii")
    return _LIKE_MEMBER.sub(r"\1\\x21", _escape(path))


def member_name(archive: str, name: bytes) -> str:
    """`page.file` of the member `name` of `archive`: empty and `.` parts are left out, as a file system would.

    A leading `/` and a part `..` are escaped too: no name leads out of the folder it is written to.
    """
    parts = ["\\x2e\\x2e" if part == b".." else _escape(part) for part in name.split(b"/")]
    kept = "/".join(part for part in parts if part not in {"", "."})
    return f"{archive}!\\x2f{kept}" if name.startswith(b"/") else f"{archive}!{kept}"


def _escape(path: bytes) -> str:
    text = path.replace(b"\\", b"\\x5c").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: "".join(f"\\x{byte:02x}" for byte in found[0].encode()), text)


def path_of(name: str) -> str:
    """The path whose `page.file`, or a part of it, is `name`: every `\\xNN` is the byte that it stands for."""
    return os.fsdecode(_ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), os.fsencode(name)))


def is_url(text: str) -> bool:
    """Whether an input is on another machine: `s3://…`, `hf://…`, `https://…`."""
    return "://" in text


def bare_url(given: str) -> str:
    """An input as it may be shown: of a URL neither user, password nor query, which may hold keys."""
    if not is_url(given):
        return given
    parts = urlsplit(given)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def shown_path(path: bytes, given: Listing | Run) -> bytes:
    """`path` as it may be shown: without the query, where the user named the URL; in a listing `?` is of the name."""
    if not (given.follow and is_url(given.root)):
        return path
    return path.partition(b"?")[0] or input_name(given.root).encode()


def input_name(given: str) -> str:
    """The last part of an input's own path, as it begins `page.file` when there are several inputs."""
    if is_url(given):
        host, _, path = bare_url(given).partition("://")[2].rstrip("/").partition("/")
        return file_name(path.rpartition("/")[2].encode()) or host
    return file_name(os.fsencode(Path(os.path.normpath(Path(given).absolute())).name))


def join(root: str, path: str) -> str:
    """`path` below `root`; an empty root is the current folder."""
    return f"{root.rstrip('/')}/{path}" if root else path


def user_path(inputs: Sequence[str], file: str) -> str:
    """The path that a user can open for a `page.file`: the input it came from, joined with it.

    Where several inputs bear one name, the first of them that holds the file.
    """
    first = file.partition("/")[0]
    heads = [first, *(first[: mark.start()] for mark in re.finditer("!", first))]
    owners = [(given, head) for head in heads for given in _by_name(tuple(inputs)).get(head, ())]
    if len(inputs) == 1 and (not owners or os.path.isdir(inputs[0])):  # noqa: PTH112 - pathlib's raises for some names
        return join(bare_url(inputs[0]), file)
    paths = [(bare_url(given).rstrip("/") or given) + file[len(head) :] for given, head in owners]
    if len(paths) > 1:
        paths = [path for path in paths if os.path.lexists(path)] or paths
    return paths[0] if paths else file


@lru_cache(maxsize=4)
def _by_name(inputs: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for given in inputs:
        found.setdefault(input_name(given), []).append(given)
    return found
