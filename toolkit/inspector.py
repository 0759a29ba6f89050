"""`validate`: a dataset, raw pages or a table -> what is wrong with it. Writes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.arguments import StrPath, as_paths, as_texts, file_of, refuse_below
from toolkit.codes import CODES
from toolkit.dataset.tables import refuse_unfillable
from toolkit.errors import InputError, UsageError
from toolkit.formats import counted
from toolkit.inspection import (
    Aims,
    Check,
    PublicKey,
    dataset_at,
    found_at,
    inspect_dataset,
    inspect_foreign,
    inspect_pages,
    is_remote_dataset,
    tables_at,
)
from toolkit.settings import load_contract, load_rules, load_tags
from toolkit.sources import SourceOptions, bare_url
from toolkit.sources.names import is_url
from toolkit.storage.dataset_files import ANCHORS
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import read_bytes
from toolkit.storage.presence import is_folder, is_there
from toolkit.validation import MAX_DIAGNOSTICS, Collector, Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.engines import Progress
    from toolkit.pages import Lexicon
    from toolkit.pipeline import ReadingRules
    from toolkit.validation import ValidationResult

__all__ = ["Check", "checks", "validate"]

CHECK_DIAGNOSTICS = 10_000
MAX_KEY_BYTES = 64 * 1024
MAX_NAMED = 5
"""Inputs that the subject names: a hook or a job gives hundreds."""


def validate(
    paths: Sequence[StrPath] | StrPath,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    max_diagnostics: int = MAX_DIAGNOSTICS,
    expect_digest: str | None = None,
    key: StrPath | None = None,
    schema: StrPath | None = None,
    workers: int | None = None,
    encoding: str | None = None,
    layout: StrPath | None = None,
    tags: StrPath | None = None,
    exclude: StrPath | None = None,
    skip_foreign: bool = False,
    skip_unreadable: bool = False,
    text_field: str | None = None,
    url_field: str = "url",
    progress: Progress | None = None,
) -> ValidationResult:
    """What is wrong with datasets, tables or raw pages.

    A folder with manifest.json, SHA256SUMS or article.odcs.yaml is a dataset of ours, and so is a URL with a
    manifest.json of ours below it, of which a copy is checked; a Parquet file, or a folder that holds some and not more
    pages, is a table of another tool, of which columns and rules are checked, unless `text_field` is given; all else
    are raw pages, read together as a build reads its inputs. `select` and `ignore` take codes or their beginnings;
    `schema` is a contract that judges rows in place of the dataset's own; `key` is the file of a public key that must
    have signed the datasets. The options from `encoding` on are those of `build`, and matter to raw pages only. Errors
    are of the family ToolkitError: UsageError and ContractError for what cannot be checked at all; data are never an
    error.
    """
    refuse_below(1, workers=workers)
    refuse_below(0, max_diagnostics=max_diagnostics)
    selection = Selection(select=_codes(select), ignore=_codes(ignore), limit=max_diagnostics)
    kinds = _kinds_of(as_paths(paths), with_tables=text_field is None)
    aims = Aims(
        rules=None if schema is None else load_contract(schema),
        expect_digest=_checked_digest(expect_digest, kinds),
        key=_read_key(key, kinds),
        selection=selection,
        workers=workers,
        progress=progress,
    )
    results = [_of_dataset(place, aims) for place in kinds.datasets]
    results += [_of_table(path, aims) for path in kinds.tables]
    if kinds.pages:
        rules = load_rules(schema=schema, layout=layout, encoding=encoding, skip_foreign=skip_foreign, exclude=exclude)
        text = "text" if text_field is None else text_field
        options = SourceOptions(text_field=text, url_field=url_field, skip_unreadable=skip_unreadable)
        results.append(_of_pages(kinds.pages, rules, options, load_tags(tags), aims))
    collector = Collector(selection)
    for result in results:
        collector.take(result)
    return collector.found("; ".join(result.subject for result in results))


def checks(path: StrPath) -> tuple[Check, ...]:
    """The checks of the dataset in the folder `path`, one by one, ready to run.

    Each reads what it needs, and no table is read twice. UsageError where the folder is no dataset of ours, or a newer
    toolkit wrote it.
    """
    folder = Path(path)
    if not _is_ours(folder):
        raise UsageError(f"{folder}: no dataset: it has none of {', '.join(ANCHORS)}")
    return inspect_dataset(folder, Aims(selection=Selection(limit=CHECK_DIAGNOSTICS), workers=None)).checks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kinds:
    """What is to be validated, by what it is."""

    datasets: tuple[Path | str, ...]  # a text is a URL
    tables: tuple[Path, ...]
    pages: tuple[str, ...]


def _kinds_of(paths: Sequence[StrPath], *, with_tables: bool) -> _Kinds:
    """What each path stands for; without tables a Parquet file holds pages."""
    given = [(str(path), Path(path)) for path in paths]
    local = [path for text, path in given if text and not is_url(text)]
    ours = [path for path in local if _is_ours(path)]
    foreign = [path for path in local if with_tables and path not in ours and tables_at(path)]
    remote = [text for text, _ in given if is_url(text) and is_remote_dataset(text)]
    return _Kinds(
        datasets=(*ours, *remote),
        tables=tuple(foreign),
        pages=tuple(text for text, path in given if path not in ours and path not in foreign and text not in remote),
    )


def _is_ours(path: Path) -> bool:
    with map_os_errors(path, error=InputError):
        return is_folder(path) and any(is_there(path / name, follow_links=False) for name in ANCHORS)


def _codes(prefixes: Sequence[str]) -> tuple[str, ...]:
    prefixes = tuple(prefix.upper() for prefix in as_texts(prefixes))
    for prefix in prefixes:
        if not prefix or not any(code.startswith(prefix) for code in CODES):
            raise UsageError(f"no code begins with {prefix!r}", mend="Name codes such as P203, or their beginnings: P.")
    return prefixes


def _checked_digest(digest: str | None, kinds: _Kinds) -> str | None:
    if digest is None:
        return None
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise UsageError(f"--expect-digest {digest}: not a digest", mend="It is sha256: and 64 hex digits.")
    if len(kinds.datasets) != 1 or kinds.tables or kinds.pages:
        raise UsageError("--expect-digest is of one dataset", mend="Name that dataset, and nothing else.")
    return digest


def _read_key(key: StrPath | None, kinds: _Kinds) -> PublicKey | None:
    if key is None:
        return None
    if not kinds.datasets:
        raise UsageError("--key is of datasets", mend="Name a release that was signed.")
    with file_of("--key"):
        return PublicKey(file=str(key), raw=read_bytes(Path(key), max_bytes=MAX_KEY_BYTES, error=UsageError))


def _of_dataset(place: Path | str, aims: Aims) -> ValidationResult:
    collector = Collector(aims.selection)
    with dataset_at(place, aims.progress) as folder:
        inspection = inspect_dataset(folder, aims)
        inspection.load()
        for check in inspection.checks:
            collector.take(found_at(place, folder, check.find()))
    if inspection.rows is None:
        return collector.found(str(place))
    shards = counted(inspection.shards or 0, "shard")
    return collector.found(f"{place}, {counted(inspection.rows, 'row')} in {shards}")


def _of_table(path: Path, aims: Aims) -> ValidationResult:
    files = tables_at(path)
    found, rows = inspect_foreign(files, aims.rules or load_contract(), aims)
    held = f"{counted(rows, 'row')} in {counted(len(files), 'file')}"
    return replace(found, subject=f"{path}, {held} of another tool, columns and rules only")


def _of_pages(
    inputs: Sequence[str], rules: ReadingRules, options: SourceOptions, tags: Lexicon | None, aims: Aims
) -> ValidationResult:
    refuse_unfillable(rules.contract)
    found, extent = inspect_pages(inputs, rules, options, tags, aims)
    more = f" and {len(inputs) - MAX_NAMED:,} more" if len(inputs) > MAX_NAMED else ""
    named = ", ".join(map(bare_url, inputs[:MAX_NAMED]))
    return replace(found, subject=f"{named}{more}, {extent}")
