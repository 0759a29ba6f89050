"""`publish` and `rollback`: plan, commit, tag, read back."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.arguments import check_endpoint
from toolkit.dataset.comparison import diff_to_markdown, entry_of
from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.versions import parse_version
from toolkit.errors import UsageError
from toolkit.formats import counted
from toolkit.release.checks import (
    compare_with_current,
    is_out,
    refuse_old_version,
    refuse_overwriting,
    refuse_small_version,
)
from toolkit.release.contents import Release, read_release
from toolkit.release.folder import FolderDestination
from toolkit.release.hub import HubDestination
from toolkit.release.plans import Plan, plan_changes
from toolkit.release.scanner import Scan, refuse_findings, scan_release
from toolkit.release.statement import with_statement
from toolkit.storage.dataset_files import CARD_NAME
from toolkit.storage.enclosure import refuse_url
from toolkit.storage.redaction import redacted

if TYPE_CHECKING:
    from toolkit.dataset.comparison import Diff
    from toolkit.release.destinations import Current, Destination, Standing

LIMITED_OPTIONS: Final = {"create_pr": ("hf://",), "private": ("hf://",), "endpoint": ("hf://", "s3://")}
"""Options that some destinations only can have, and how the URLs of those begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a publication did, or (`dry_run`) would do. Lists are of paths, sorted.

    - `revision` has the release: a commit of the Hub, or its folder elsewhere; null where nothing was committed.
    - `tag` is null for a pull request; `latest` is the tag that readers get who name no version, null if not known.
    - `uploaded` are `plan.add` and `plan.replace`.
    - `notes` are the release notes in Markdown; `scan` is what was found in the texts, null for a roll-back.
    """

    destination: str
    revision: str | None
    tag: str | None
    uploaded: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]
    dry_run: bool
    plan: Plan = field(repr=False)
    notes: str = ""
    scan: Scan | None = None
    latest: str | None = None


def publish(
    dataset: str | Path,
    destination: str | Path,
    *,
    dry_run: bool = False,
    endpoint: str | None = None,
    private: bool = False,
    create_pr: bool = False,
    sign: str | Path | None = None,
    allow_bump: bool = False,
    with_rejects: bool = False,
    stop_on_findings: bool = False,
) -> Publication:
    """Publish the dataset in a folder: to `hf://datasets/ORG/NAME`, `s3://…`, another URL of fsspec, or a folder.

    Run again after any failure: what is there already is not sent twice, and a release that is out stays as it is, also
    where readers were given an earlier one since. Tokens come from the environment and from huggingface_hub's own
    store. RefusalError (R6xx) or IntegrityError: nothing was changed. DestinationError: the destination holds the old
    release or the new one.
    """
    refuse_url(dataset, mend="Copy it into a folder first.")
    place = _open_destination(destination, endpoint=endpoint, private=private, create_pr=create_pr)
    release = with_statement(read_release(Path(dataset), with_rejects=with_rejects), sign)
    scan = run_isolated(scan_release, release)
    if stop_on_findings:
        refuse_findings(scan)
    with nullcontext() if dry_run else place.held(f"{release.tag} {release.sha256}"):
        standing = place.look(release)
        made = _planned(release, place, standing, allow_bump=allow_bump, scan=scan)
        if dry_run:
            return made
        revision = place.commit(release, standing, made.plan, made.notes)
        place.read_back(release, revision)
    return replace(made, revision=revision, dry_run=False, tag=None if create_pr else made.tag)


def _planned(release: Release, place: Destination, standing: Standing, *, allow_bump: bool, scan: Scan) -> Publication:
    """What publishing would do; RefusalError if it must not."""
    settled = is_out(release, standing)
    there = standing.present if standing.published is None else standing.published
    files = plan_changes(release.hashes, there, () if settled else standing.owned)
    plan = files.joined(standing.beside)
    diff = None if settled or files.is_done else _checked(release, standing, allow_bump=allow_bump)
    return Publication(
        destination=place.name,
        revision=None,
        tag=release.tag,
        uploaded=plan.uploads,
        unchanged=plan.unchanged,
        deleted=plan.delete,
        dry_run=True,
        plan=plan,
        notes=_notes(release, diff),
        scan=scan,
        latest=release.tag if standing.is_latest else _tag_of(standing.current),
    )


def _tag_of(current: Current | None) -> str | None:
    return None if current is None else f"v{current.manifest.version}"


def _checked(release: Release, standing: Standing, *, allow_bump: bool) -> Diff | None:
    """What changed since the last release, after everything that is a reason to refuse."""
    refuse_overwriting(release, standing)
    if not allow_bump:
        refuse_old_version(release, standing)
    diff = compare_with_current(release, standing.current)
    if diff is not None and not allow_bump:
        refuse_small_version(diff)
    return diff


def _notes(release: Release, diff: Diff | None) -> str:
    """What the card's changelog says of the version, and what the comparison tells."""
    version = release.manifest.version
    entry = entry_of(release.file(CARD_NAME).text(), version)
    if diff is not None:
        return diff_to_markdown(diff, entry)
    rows = f"{counted(release.manifest.counts.rows, 'row')}."
    return f"## {version}\n\n{entry or rows}\n"


def rollback(
    destination: str | Path, version: str, *, dry_run: bool = False, endpoint: str | None = None
) -> Publication:
    """Make a version that is out (`vX.Y.Z`) the one that readers get when they name none; no tag moves.

    UsageError if it is not out; RefusalError (R604) if people changed the card since; else as `publish`.
    """
    number = version.removeprefix("v")
    parse_version(number)
    place = _open_destination(destination, endpoint=endpoint)
    revision, tag, plan = place.roll_back(number, dry_run=dry_run)
    return Publication(
        destination=place.name,
        revision=revision,
        tag=tag,
        uploaded=plan.uploads,
        unchanged=plan.unchanged,
        deleted=plan.delete,
        dry_run=dry_run,
        plan=plan,
        latest=f"v{number}",
    )


def _open_destination(
    destination: str | Path, *, endpoint: str | None = None, private: bool = False, create_pr: bool = False
) -> Destination:
    """The destination at a path or URL; UsageError for one that cannot be understood, or cannot have what is asked."""
    check_endpoint(endpoint)
    place = str(destination)
    if place.startswith("hf://"):
        return HubDestination(place, endpoint=endpoint, private=private, create_pr=create_pr)
    given = {"create_pr": create_pr, "private": private, "endpoint": endpoint is not None}
    for option in sorted(LIMITED_OPTIONS.keys() - options_at(destination)):
        if given[option]:
            mend = f"It is for {' and '.join(LIMITED_OPTIONS[option])} only."
            raise UsageError(f"--{option.replace('_', '-')}: {redacted(place)} cannot have it", mend=mend)
    return FolderDestination(destination, endpoint=endpoint)


def options_at(destination: str | Path) -> frozenset[str]:
    """The names among `LIMITED_OPTIONS` that a destination can have."""
    return frozenset(option for option, schemes in LIMITED_OPTIONS.items() if str(destination).startswith(schemes))
