"""`Manifest`: what a dataset consists of, as manifest.json says it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from toolkit.dataset.untrusted import HEX, Value, read_json
from toolkit.dataset.versions import VERSION
from toolkit.errors import IntegrityError, UsageError
from toolkit.storage.dataset_files import MANIFEST_NAME, SUMS_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = "article-dataset/1"
MAX_FILES: Final = 100_000
PLACES: Final = ("rows", "rejected", "duplicates", "foreign", "excluded")
"""Where pages end: the numbers of `Counts` that add up to `pages`."""

_TOOL_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+!_-]{0,63}")
_CODE: Final = re.compile(r"[A-Z]\d{3}", re.ASCII)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_PATH: Final = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_FORMAT: Final = re.compile(r"article-dataset/([1-9]\d{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A contract by its own version and the SHA-256 (hex) of its file."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What was read: number of documents, their bytes, and `inputs_sha256` of them."""

    count: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Where every page went, and how many rows have each warning (codes sorted)."""

    pages: int
    rows: int
    rejected: int
    duplicates: int
    foreign: int
    excluded: int
    warnings: tuple[tuple[str, int], ...] = ()

    @property
    def add_up(self) -> bool:
        """Whether every page ended in exactly one place."""
        return self.pages == self.rows + self.rejected + self.duplicates + self.foreign + self.excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """A file of the dataset: path relative to it with `/`, rows (null where it is no table), bytes, SHA-256 in hex.

    `published` is false for rejects and duplicates, which a release lacks as a whole.
    """

    path: str
    rows: int | None
    bytes: int
    sha256: str
    published: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Inputs, counts, versions and digest of a dataset, and every file but manifest.json and SHA256SUMS, by path."""

    version: str
    toolkit: str
    pyarrow: str
    contract: Source
    inputs: Inputs
    counts: Counts
    digest: str
    files: tuple[ListedFile, ...]


def manifest_to_json(manifest: Manifest) -> str:
    """The text of manifest.json: keys in the order of architecture.md, files by path, one space of indent, LF."""
    document = {"format": FORMAT, **asdict(manifest)}
    document["counts"]["warnings"] = dict(sorted(manifest.counts.warnings))
    document["files"] = sorted(document["files"], key=lambda file: file["path"])
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def manifest_from_json(text: str, *, file: str = MANIFEST_NAME) -> Manifest:
    """The manifest in `text`, which anybody may have written; `file` is what messages call it.

    IntegrityError that names the place (`files[3].sha256`) for everything that `manifest_to_json` would not have
    written but white space and the order of keys; UsageError where a newer toolkit wrote it. Whether counts add up and
    files are what they are said to be is checked elsewhere.
    """
    root = read_json(text, file=file)
    _refuse_other_format(root)
    fields = root.object("format", "version", "toolkit", "pyarrow", "contract", "inputs", "counts", "digest", "files")
    contract = fields["contract"].object("version", "sha256")
    inputs = fields["inputs"].object("count", "bytes", "sha256")
    return Manifest(
        version=fields["version"].match(VERSION, "a version X.Y.Z"),
        toolkit=fields["toolkit"].match(_TOOL_VERSION, "a version"),
        pyarrow=fields["pyarrow"].match(_TOOL_VERSION, "a version"),
        contract=Source(version=contract["version"].text(), sha256=contract["sha256"].match(HEX, "64 hex digits")),
        inputs=Inputs(
            count=inputs["count"].count(),
            bytes=inputs["bytes"].count(),
            sha256=inputs["sha256"].match(HEX, "64 hex digits"),
        ),
        counts=_counts(fields["counts"]),
        digest=fields["digest"].match(_DIGEST, "sha256: and 64 hex digits"),
        files=_files(fields["files"]),
    )


def _refuse_other_format(root: Value) -> None:
    members = root.mapping()
    if "format" not in members:
        raise IntegrityError(f"{root.file}: the document has no key 'format'")
    found = members["format"].match(_FORMAT, repr(FORMAT))
    if found != FORMAT:
        raise UsageError(
            f"{root.file}: format is {found!r}, newer than {FORMAT!r}, the newest that this toolkit reads",
            mend="Upgrade article-toolkit.",
        )


def _counts(value: Value) -> Counts:
    names = ("pages", *PLACES)
    fields = value.object(*names, "warnings")
    warnings = fields["warnings"].mapping()
    for code, number in warnings.items():
        if not _CODE.fullmatch(code):
            number.refuse("a code such as P222 as its key")
    counted = tuple(sorted((code, number.count()) for code, number in warnings.items()))
    return Counts(**{name: fields[name].count() for name in names}, warnings=counted)


def _files(value: Value) -> tuple[ListedFile, ...]:
    items = value.list()
    if len(items) > MAX_FILES:
        value.refuse(f"at most {MAX_FILES} files")
    members = [item.object("path", "rows", "bytes", "sha256", "published") for item in items]
    files = [_file(fields) for fields in members]
    _refuse_clashes([fields["path"] for fields in members])
    return tuple(sorted(files, key=lambda file: file.path))


def _file(fields: Mapping[str, Value]) -> ListedFile:
    return ListedFile(
        path=fields["path"].match(_PATH, "a relative path of letters, digits and _ . - /, no part of it with . first"),
        rows=None if fields["rows"].value is None else fields["rows"].count(),
        bytes=fields["bytes"].count(),
        sha256=fields["sha256"].match(HEX, "64 hex digits"),
        published=fields["published"].flag(),
    )


def _refuse_clashes(paths: list[Value]) -> None:
    """Refuse paths that some file system cannot hold side by side, or that stand for what no manifest lists."""
    taken = {MANIFEST_NAME.lower(), SUMS_NAME.lower()}
    folders = {"/".join(parts[:depth]) for parts in _folded_parts(paths) for depth in range(1, len(parts))}
    for path, parts in zip(paths, _folded_parts(paths), strict=True):
        folded = "/".join(parts)
        if folded in taken or folded in folders:
            path.refuse("a path of its own, in upper or lower case, that is no folder and not of the manifest itself")
        taken.add(folded)


def _folded_parts(paths: list[Value]) -> list[list[str]]:
    return [path.value.lower().split("/") for path in paths]
