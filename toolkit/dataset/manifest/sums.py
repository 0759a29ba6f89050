"""SHA256SUMS: the hashes of a release as `sha256sum -c` reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from toolkit.diagnostics import cut
from toolkit.errors import IntegrityError
from toolkit.storage.dataset_files import MANIFEST_NAME, SUMS_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.dataset.manifest.model import Manifest

_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_LINE: Final = re.compile(r"(\\?)([0-9a-f]{64}) [ *]([^\r]+)")


def release_sums(manifest: Manifest, manifest_sha256: str) -> dict[str, str]:
    """SHA-256 (hex) by path of every file that a release carries, but SHA256SUMS itself."""
    published = {file.path: file.sha256 for file in manifest.files if file.published}
    return {**published, MANIFEST_NAME: manifest_sha256}


def sums_to_text(sums: Mapping[str, str]) -> str:
    """The text of SHA256SUMS for hashes (hex) by path, in the order of the paths.

    As coreutils does it, a path with a backslash or line end in it has these escaped and a backslash before its line.
    """
    return "".join(_line(path, sums[path]) for path in sorted(sums))


def _line(path: str, sha256: str) -> str:
    escaped = "".join(_ESCAPES.get(character, character) for character in path)
    return f"{'' if escaped == path else chr(92)}{sha256}  {escaped}\n"


def sums_from_text(text: str) -> dict[str, str]:
    """Hashes (hex) by path; IntegrityError with the line for what is no line of sha256sum, or names a path again."""
    sums: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop():
        raise IntegrityError(f"{SUMS_NAME}:{len(lines) + 1}: the last line is cut short")
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if not match:
            raise IntegrityError(f"{SUMS_NAME}:{number}: {cut(repr(line), 80)}; expected a SHA-256 and a path")
        path = _unescaped(match[3], number) if match[1] else match[3]
        if path in sums:
            raise IntegrityError(f"{SUMS_NAME}:{number}: {cut(repr(path), 80)} stands here a second time")
        sums[path] = match[2]
    return sums


def _unescaped(path: str, number: int) -> str:
    if re.search(r"\\(?![\\nr])", path.replace("\\\\", "")):
        raise IntegrityError(f"{SUMS_NAME}:{number}: {cut(repr(path), 80)} has an escape that sha256sum does not know")
    return re.sub(r"\\([\\nr])", lambda match: {"\\": "\\", "n": "\n", "r": "\r"}[match[1]], path)
