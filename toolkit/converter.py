"""`build`: raw pages -> a dataset, in two passes and one commit."""

from __future__ import annotations

import hashlib
import time
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from toolkit import preloads
from toolkit.arguments import StrPath, as_paths, refuse_below
from toolkit.assembly import Assembled, Passed, Recipe, assemble
from toolkit.dataset.manifest import PLACES
from toolkit.dataset.stored import open_dataset
from toolkit.dataset.tables import refuse_unfillable
from toolkit.dataset.versions import check_version
from toolkit.engines import Died, Engine, EngineName
from toolkit.errors import WorkerError
from toolkit.pages import Lexicon, lexicon_to_json
from toolkit.pipeline import (
    CollectTask,
    FinishTask,
    ReadingRules,
    collect,
    collect_survivors,
    finish,
    learnt_tags,
    reduce,
)
from toolkit.settings import load_card, load_manifest, load_rules, load_tags
from toolkit.sources import Plan, SourceOptions, no_page_found, plan, user_path
from toolkit.storage.failures import map_os_errors
from toolkit.storage.folders import open_folder
from toolkit.storage.output import (
    Staging,
    commit_staging,
    discard,
    lock,
    lock_path,
    open_staging,
    refuse_foreign,
    resolve_target,
)
from toolkit.storage.presence import is_there
from toolkit.storage.sink import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from toolkit.diagnostics import Diagnostic
    from toolkit.engines import Progress

DEFAULT_SHARD_BYTES = 256 * 1024 * 1024
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFile:
    """One file of a dataset: `path` relative with `/`; `rows` null where it has none; `sha256` in hex."""

    path: str
    rows: int | None
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """What a build made. `pages == rows + rejected + duplicates + foreign + excluded`.

    - `warnings` counts rows and `codes` counts rejected pages, both by code.
    - `diagnostics` are those of skipped inputs (`unreadable` of them), then those of rejected pages: at most 10,000;
      the dataset holds all. Their `file` is a path that the caller can open.
    - `out` and `digest` are null where no row was left: then nothing was written.
    - `kept` is the folder with files that others put into the replaced dataset during the build, else null.
    - `unmatched` are the lines of `exclude` that name no page, sorted; `urls` of all pages have a URL.
    - `others` counts, by ending, the files of folders that were left out: they end as neither pages nor containers do.
    """

    pages: int
    rows: int
    rejected: int
    duplicates: int
    foreign: int
    excluded: int
    warnings: Mapping[str, int]
    codes: Mapping[str, int]
    seconds: float
    out: str | None
    digest: str | None
    files: tuple[BuiltFile, ...] = field(repr=False)
    diagnostics: tuple[Diagnostic, ...] = field(repr=False)
    kept: str | None
    unreadable: int
    unmatched: tuple[str, ...]
    urls: int
    others: Mapping[str, int]


def build(
    inputs: Sequence[StrPath] | StrPath,
    out: StrPath,
    *,
    version: str = "0.0.0",
    workers: int | None = None,
    engine: EngineName = "local",
    encoding: str | None = None,
    layout: StrPath | None = None,
    schema: StrPath | None = None,
    tags: StrPath | None = None,
    card: StrPath | None = None,
    exclude: StrPath | None = None,
    previous: StrPath | None = None,
    skip_foreign: bool = False,
    skip_unreadable: bool = False,
    text_field: str = "text",
    url_field: str = "url",
    shard_size: int = DEFAULT_SHARD_BYTES,
    fresh: bool = False,
    progress: Progress | None = None,
) -> BuildResult:
    """Build the dataset of all pages in `inputs` (files and folders) and make it `out`, in one step.

    `schema`, `layout`, `tags`, `card` and `exclude` are paths of files; `previous` is the folder or URL of a dataset,
    with which the changelog compares; `shard_size` is in bytes of page text. Errors are of the family ToolkitError:
    nothing of `out` changes, but for DurabilityError. Bad pages are no error: they are in the result and among the
    dataset's rejects.
    """
    started = time.monotonic()
    refuse_below(1, workers=workers, shard_size=shard_size)
    given = [str(path) for path in as_paths(inputs)]
    rules = load_rules(schema=schema, layout=layout, encoding=encoding, skip_foreign=skip_foreign, exclude=exclude)
    refuse_unfillable(rules.contract)
    options = SourceOptions(text_field=text_field, url_field=url_field, skip_unreadable=skip_unreadable)
    target = resolve_target(out)
    _refuse_foreign_early(target)
    job = _Job(
        inputs=given,
        target=target,
        planned=plan(given, options, shard_bytes=shard_size),
        rules=rules,
        options=options,
        tags=load_tags(tags),
        recipe=Recipe(
            contract=rules.contract,
            layout=rules.layout,
            version=check_version(version),
            card=load_card(card, target),
            previous=None if previous is None else open_dataset(open_folder(previous)),
        ),
        engine=Engine(name=engine, workers=workers, progress=progress, preload=preloads.BUILD),
    )
    with lock(target):
        made, kept = _make(job, fresh=fresh)
    return _result(made, job, kept, seconds=time.monotonic() - started)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A build that is ready to start; `inputs` are named as the caller named them."""

    inputs: Sequence[str]
    target: Path
    planned: Plan
    rules: ReadingRules
    options: SourceOptions
    tags: Lexicon | None
    recipe: Recipe
    engine: Engine

    def key(self) -> str:
        """What shapes the staged columns: a build of another key reuses nothing of an interrupted one."""
        parts = (
            self.rules.contract.sha256,
            self.rules.layout.sha256,
            repr((self.rules.encoding, self.rules.skip_foreign, sorted(self.rules.excluded))),
            repr((self.options, self.planned.tasks)),
            "" if self.tags is None else lexicon_to_json(self.tags),
            installed_version("article-toolkit"),
            pa.__version__,
        )
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _refuse_foreign_early(target: Path) -> None:
    """`refuse_foreign` before inputs are listed; LockedError if another build, which may replace the output, runs."""
    with map_os_errors(target):
        is_known = is_there(lock_path(target))
    with lock(target) if is_known else nullcontext():
        refuse_foreign(target, _known(target))


def _known(target: Path) -> Collection[str] | None:
    """The files that the manifest at an output names, null where there is no manifest."""
    manifest = load_manifest(target)
    return None if manifest is None else [file.path for file in manifest.files]


def _make(job: _Job, *, fresh: bool) -> tuple[Assembled, Path | None]:
    """The dataset, committed if it has a row; and where files are kept that stood in the way."""
    known = _known(job.target)
    refuse_foreign(job.target, known)
    staging = open_staging(job.target, key=job.key(), fresh=fresh)
    with job.engine.held():
        passed = _pass_twice(staging, job)
    made = assemble(staging, passed, job.recipe)
    if not made.manifest.counts.rows:
        discard(staging)
        return made, staging.kept
    files = [WrittenFile.durable(path=file.path, bytes=file.bytes, sha256=file.sha256) for file in made.files]
    return made, commit_staging(staging, files, replaced=known) or staging.kept


def _pass_twice(staging: Staging, job: _Job) -> Passed:
    """Both passes over all shard tasks."""
    tasks = [
        CollectTask(number=number, source=source, options=job.options, rules=job.rules, staging=staging)
        for number, source in enumerate(job.planned.tasks)
    ]
    collected = [
        collect_survivors(task) if isinstance(part, Died) else part
        for task, part in zip(tasks, job.engine.run("reading pages", collect, tasks), strict=True)
    ]
    if not sum(part.pages for part in collected):
        skipped = (found for part in collected for found in part.unreadable)
        raise no_page_found(job.inputs, skipped=[*job.planned.unreadable, *skipped])
    reduced = reduce(staging, collected, job.tags)
    tags = learnt_tags(reduced.lexicon)
    finishing = [
        FinishTask(collected=part, origin=task, keep=keep, tags=tags)
        for part, task, keep in zip(collected, tasks, reduced.keep, strict=True)
    ]
    finished = [_alive(part) for part in job.engine.run("writing shards", finish, finishing)]
    return Passed(collected=collected, reduced=reduced, finished=finished)


def _alive(result: R | Died) -> R:
    if isinstance(result, Died):
        raise WorkerError(
            f"a worker process died twice while it wrote a shard ({result.reason})",
            mend="Use fewer --workers or a smaller --shard-size; the finished parts are kept.",
        )
    return result


def _result(made: Assembled, job: _Job, kept: Path | None, *, seconds: float) -> BuildResult:
    counts = made.manifest.counts
    files = [BuiltFile(path=file.path, rows=file.rows, bytes=file.bytes, sha256=file.sha256) for file in made.files]
    skipped = [*job.planned.unreadable, *made.unreadable]
    return BuildResult(
        **{name: getattr(counts, name) for name in ("pages", *PLACES)},
        warnings=dict(counts.warnings),
        codes=made.codes,
        seconds=round(seconds, 3),
        out=str(job.target) if counts.rows else None,
        digest=made.manifest.digest if counts.rows else None,
        files=tuple(files) if counts.rows else (),
        diagnostics=tuple(
            replace(each, file=user_path(job.inputs, each.file)) for each in (*skipped, *made.diagnostics)
        ),
        kept=None if kept is None else str(kept),
        unreadable=len(skipped),
        unmatched=tuple(sorted(job.rules.excluded - made.matched)),
        urls=made.urls,
        others=dict(sorted(job.planned.others.items())),
    )
