"""`scan_release`: personal data, tokens and paths of machines in the rows and texts of a release, before it is out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.codes import CODES
from toolkit.diagnostics import Diagnostic, Location, diagnose
from toolkit.release.contents import MAX_TEXT_BYTES
from toolkit.release.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.release.contents import Release

MAX_TOLD: Final = 20
"""How many findings of each code are told with their place; all are counted."""

SHOWN: Final = 3
"""Characters of what was found that are shown: enough to find it, too few to use it."""

PATTERNS: Final = {
    "R611": r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}",
    "R612": r"(?:\+|\b00)[1-9][0-9]{0,2}[ .()-]{0,2}(?:[0-9][ .()-]{0,2}){7,12}[0-9]",
    "R613": r"\b(?:hf_|gh[pousr]_|github_pat_|glpat-|sk-|xox[abprs]-)[A-Za-z0-9_-]{20,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "R614": r"(?:/home|/Users)/[A-Za-z0-9._-]+/|/root/[A-Za-z0-9._-]+|\b[A-Za-z]:\\(?:Users|Documents)\\|\bfile:///",
}
"""What is looked for, by code; the syntax is what both RE2 and Python read alike."""

_ANY: Final = "|".join(f"(?:{pattern})" for pattern in PATTERNS.values())
_EACH: Final = {code: re.compile(pattern) for code, pattern in PATTERNS.items()}
_TEXT_FILES: Final = (".md", ".json", ".yaml", ".html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What was found: `counts` are (code, texts with such), by code; `diagnostics` the first of each code.

    The `file` of a finding in a row is its `page.file`, `row` and `path` tell the cell; else it is a file of the
    release, with the line.
    """

    counts: tuple[tuple[str, int], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class _Found:
    """Findings while they are gathered."""

    counts: Counter[str] = field(default_factory=Counter)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, text: str, location: Location, *, row: int | None = None, path: str | None = None) -> None:
        for code, pattern in _EACH.items():
            match = pattern.search(text)
            if match is None:
                continue
            self.counts[code] += 1
            if self.counts[code] <= MAX_TOLD:
                shown = f"{match[0][:SHOWN]}… ({len(match[0])} characters)"
                message = f"{CODES[code].title} {shown}"
                self.diagnostics.append(diagnose(code, message, location, row=row, path=path, found=shown))


def scan_release(release: Release) -> Scan:
    """Look through every row and every text file of a release."""
    found = _Found()
    start = 0
    for batch in release.side.batches():
        _scan_rows(batch, start, found)
        start += len(batch)
    for file in release.files:
        if file.path.endswith(_TEXT_FILES) and file.size <= MAX_TEXT_BYTES:
            for number, line in enumerate(file.text().split("\n"), start=1):
                found.add(line, Location(file=file.path, line=number))
    return Scan(counts=tuple(sorted(found.counts.items())), diagnostics=tuple(found.diagnostics))


def refuse_findings(scan: Scan) -> None:
    """RefusalError if anything was found; its code is that of the first finding."""
    if scan.counts:
        told = ", ".join(f"{code} {CODES[code].title}: {count}" for code, count in scan.counts)
        raise RefusalError(f"found in the texts: {told}", mend=CODES[scan.counts[0][0]].mend)


def _scan_rows(batch: pa.RecordBatch, start: int, found: _Found) -> None:
    files = pc.struct_field(batch.column("page"), "file")
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        for path, texts, parents in _texts(name, column, pa.array(range(len(batch)), pa.int64())):
            hits = pc.indices_nonzero(pc.match_substring_regex(texts, _ANY))
            for hit in hits.to_pylist():
                row = parents[hit].as_py()
                found.add(texts[hit].as_py(), Location(file=files[row].as_py()), row=start + row, path=path)


def _texts(path: str, values: pa.Array, parents: pa.Array) -> Iterator[tuple[str, pa.Array, pa.Array]]:
    """The texts anywhere in `values`: path, texts, and the row (from 0 in the batch) of each."""
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield path, values, parents
    elif pa.types.is_list(kind):
        owners = parents.take(pc.list_parent_indices(values))
        yield from _texts(f"{path}[]", pc.list_flatten(values), owners)
    elif pa.types.is_struct(kind):
        for member, inner in zip(kind, values.flatten(), strict=True):
            yield from _texts(f"{path}.{member.name}", inner, parents)
