"""`FolderDestination`: versions side by side in a folder, on S3 or behind another URL of fsspec.

`vX.Y.Z/` holds one release each, whole once its SHA256SUMS is there, but for the statement of a signed one, which comes
last; `latest` is a line of text that names one of them. After a roll-back `rolled-back` names the highest version that
was left, an empty one none: up to it, publishing again what is out does not move `latest`.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.dataset.manifest import release_sums, sums_from_text
from toolkit.dataset.stored import read_manifest
from toolkit.dataset.versions import parse_tag, parse_version, shown
from toolkit.errors import DestinationError, IntegrityError, LockedError, OutputError, UsageError
from toolkit.release.checks import refuse_absent
from toolkit.release.claims import Claim, withdraw
from toolkit.release.contents import CHUNK_BYTES, MAX_TEXT_BYTES, ReleaseFile
from toolkit.release.destinations import Current, EditedCard, Standing
from toolkit.release.plans import Plan, plan_changes
from toolkit.storage.dataset_files import CARD_NAME, LATEST_NAME, MANIFEST_NAME, STATEMENT_NAME, SUMS_NAME
from toolkit.storage.enclosure import holds_manifest, refuse_in_dataset
from toolkit.storage.folders import open_folder
from toolkit.storage.output import lock
from toolkit.storage.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from toolkit.dataset.versions import Version
    from toolkit.release.contents import Release

ROLLED_BACK: Final = "rolled-back"
LOCKED: Final = "publishing"
MEND_DAMAGE: Final = "Put back what was published, or name another version."
OUTSIDE: Final = "Releases stand beside each other in a folder of their own: name another one."

_PARTIAL: Final = re.compile(r"(.*/)?\.[^/]+\.\d+\.partial")
"""What a killed writer of this machine leaves beside the file it was writing."""


class FolderDestination:
    """A `Destination` that is a folder: see the module."""

    def __init__(self, place: str | Path, *, endpoint: str | None = None) -> None:
        """UsageError for a place that is a dataset, or lies in one."""
        scheme, mark, path = str(place).removeprefix("file://").rpartition("://")
        self._place = f"{scheme}{mark}{path.rstrip('/') or path[:1]}"
        self._folder = open_folder(self._place, endpoint=endpoint, error=DestinationError)
        self._claim: Claim | None = None
        self.name = self._folder.name
        self._refuse_dataset()

    def _refuse_dataset(self) -> None:
        if "://" not in self._place:
            refuse_in_dataset(self._place, mend=OUTSIDE)
        elif MANIFEST_NAME in self._folder.files() and holds_manifest(self._folder):
            raise UsageError(f"{self.name}: is a dataset", mend=OUTSIDE)

    @contextmanager
    def held(self, claim: str) -> Iterator[None]:
        """A lock of the system on this machine, in the folder, for nothing beside it is ours; elsewhere a file."""
        if "://" in self._place:
            with Claim(self._folder, claim) as self._claim:
                yield
            return
        try:
            with lock(Path(self._place).absolute() / LOCKED):
                yield
        except LockedError:
            raise DestinationError(f"{self.name}: another publication holds it", mend="Run again after it.") from None
        except OutputError as failure:
            raise DestinationError(failure.message, mend=failure.mend) from failure

    def look(self, release: Release) -> Standing:
        """See `Destination`. Files of the same size as the release's are read and hashed."""
        files = self._folder.files()
        there = _files_of(release.tag, files)
        present = {path: self._hash_like(release, path, size) for path, size in there.items()}
        current, card = self._current(files)
        version = parse_version(release.manifest.version)
        moves = self._moves_latest(version, files)
        return Standing(
            versions=_versions(files),
            current=current,
            present=present,
            published=present if SUMS_NAME in present else None,
            owed=frozenset({STATEMENT_NAME}),
            foreign=() if SUMS_NAME in present else tuple(sorted(present.keys() - release.hashes.keys())),
            card=card,
            is_latest=moves or (current is not None and current.manifest.version == release.manifest.version),
            beside=self._plan_pointing(version, files)
            if moves
            else Plan(unchanged=tuple({LATEST_NAME} & files.keys())),
        )

    def _hash_like(self, release: Release, path: str, size: int) -> str:
        same_size = [file for file in release.files if (file.path, file.size) == (path, size)]
        return self._hash(f"{release.tag}/{path}") if same_size else "another file"

    def _current(self, files: Mapping[str, int]) -> tuple[Current | None, EditedCard | None]:
        """The release that `latest` names, else the highest; and its card, if somebody changed it."""
        version = self._latest(files) or max(_versions(files), default=None)
        if version is None:
            return None, None
        folder = self._folder.below(f"v{shown(version)}")
        with _told_as_theirs():
            manifest = read_manifest(folder)
        listed = {file.path: file.sha256 for file in manifest.files}
        raw = folder.read(CARD_NAME, max_bytes=MAX_TEXT_BYTES)
        is_edited = hashlib.sha256(raw).hexdigest() != listed.get(CARD_NAME)
        card = EditedCard(text=raw.decode("utf-8", "replace"), as_published=None) if is_edited else None
        return Current(manifest=manifest, folder=folder), card

    def _latest(self, files: Mapping[str, int]) -> Version | None:
        if LATEST_NAME not in files:
            return None
        text = self._line(LATEST_NAME)
        version = parse_tag(text)
        if version not in _versions(files):
            raise DestinationError(
                f"{self.name}/{LATEST_NAME}: {redacted(text)!r} is not a version that is out",
                mend="Name one there with `toolkit rollback`.",
            )
        return version

    def _line(self, path: str) -> str:
        return self._folder.read(path, max_bytes=CHUNK_BYTES).decode("utf-8", "replace").strip()

    def _moves_latest(self, version: Version, files: Mapping[str, int]) -> bool:
        """Whether `latest` comes to name a version that is published, perhaps once more after an interruption."""
        latest = self._latest(files)
        if latest == version or version < max(_versions(files), default=version):
            return False
        left = parse_tag(self._line(ROLLED_BACK)) if ROLLED_BACK in files else None
        return latest is None or left is None or version > left

    def _plan_pointing(self, version: Version, files: Mapping[str, int]) -> Plan:
        """How to give readers `version`."""
        present = {path: self._hash(path) for path in (LATEST_NAME, ROLLED_BACK) if files.get(path)}
        wanted = {file.path: file.sha256 for file in _pointers(version, _versions(files))}
        return plan_changes(wanted, present, owned=present)

    def commit(self, release: Release, standing: Standing, plan: Plan, notes: str) -> str:  # noqa: ARG002 - a Hub's
        """Write what is missing, each file read back, `latest` last; the revision is the name of the folder."""
        if self._claim is not None:
            self._claim.is_writing = True
        ours = (f"{release.tag}/", f".{LATEST_NAME}.", f".{ROLLED_BACK}.")
        for left in filter(_PARTIAL.fullmatch, self._folder.files()):
            if left.startswith(ours):
                self._folder.remove(left)
        for file in release.files:
            if file.path in plan.uploads:
                self._send(release.tag, file)
        self._point(parse_version(release.manifest.version), standing.versions, plan)
        return release.tag

    def _check_held(self) -> None:
        if self._claim is not None:
            self._claim.check()

    def _send(self, tag: str, file: ReleaseFile) -> None:
        self._check_held()
        path = f"{tag}/{file.path}"
        if file.source is None:
            self._folder.write(path, file.data)
        else:
            self._folder.put(path, file.source)
        if self._hash(path) != file.sha256:
            raise DestinationError(f"{self.name}/{path}: gives back other bytes than were sent", mend="Run again.")

    def _point(self, version: Version, versions: Collection[Version], plan: Plan) -> None:
        """Carry out what `plan` says of `latest`, and before it of `rolled-back`."""
        if ROLLED_BACK in plan.delete:
            self._check_held()
            withdraw(self._folder, ROLLED_BACK, self._check_held)
        for file in _pointers(version, versions):
            if file.path in plan.uploads:
                self._folder.write(file.path, file.data, check=self._check_held)

    def _hash(self, path: str) -> str:
        digest = hashlib.sha256()
        with self._folder.open(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()

    def read_back(self, release: Release, revision: str) -> None:
        """See `Destination`: each file was read back when it was sent, so only their presence is looked at."""
        there = _files_of(revision, self._folder.files())
        missing = [file.path for file in release.files if there.get(file.path) != file.size]
        if missing:
            raise DestinationError(f"{self.name}/{revision}: {missing[0]} is not what was sent", mend="Run again.")

    def roll_back(self, version: str, *, dry_run: bool) -> tuple[str | None, str, Plan]:
        """Point `latest` at a version that is out and whole; no version changes."""
        tag, number = f"v{version}", parse_version(version)
        refuse_absent(number, _versions(self._folder.files()), self.name)
        with nullcontext() if dry_run else self.held(f"rollback {tag}"):
            files = self._folder.files()
            self._refuse_damaged(tag, _files_of(tag, files))
            plan = self._plan_pointing(number, files)
            if not dry_run:
                self._point(number, _versions(files), plan)
            return tag if plan.is_done or not dry_run else None, tag, plan

    def _refuse_damaged(self, tag: str, there: Mapping[str, int]) -> None:
        """DestinationError unless every file of the release is there, byte by byte: all of it is read."""
        folder = self._folder.below(tag)
        with _told_as_theirs():
            manifest = read_manifest(folder)
            sums = sums_from_text(folder.read(SUMS_NAME, max_bytes=MAX_TEXT_BYTES).decode("utf-8", "replace"))
        wanted = release_sums(manifest, self._hash(f"{tag}/{MANIFEST_NAME}"))
        wrong = [] if sums == wanted else [SUMS_NAME]
        wanted |= {file.path: file.sha256 for file in manifest.files if file.path in there}
        wrong += [path for path in wanted if path not in there or self._hash(f"{tag}/{path}") != wanted[path]]
        if wrong:
            raise DestinationError(f"{self.name}/{tag}: {wrong[0]} is not what was published", mend=MEND_DAMAGE)


@contextmanager
def _told_as_theirs() -> Iterator[None]:
    """Inside the block a release of the destination is read: what is damaged is not the dataset that is published."""
    try:
        yield
    except IntegrityError as fault:
        raise DestinationError(f"a release that is out is damaged: {fault.message}", mend=MEND_DAMAGE) from fault


def _pointers(version: Version, versions: Collection[Version]) -> list[ReleaseFile]:
    """The files that stand beside the releases while readers are given `version`, in the order of writing."""
    highest = max((version, *versions))
    lines = [(ROLLED_BACK, highest)] if version < highest else []
    texts = [(path, f"v{shown(named)}\n".encode()) for path, named in (*lines, (LATEST_NAME, version))]
    return [
        ReleaseFile(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), data=data)
        for path, data in texts
    ]


def _versions(files: Mapping[str, int]) -> tuple[Version, ...]:
    """Versions of which SHA256SUMS, the last file of a release, is there."""
    tags = {path.partition("/")[0] for path in files if path.partition("/")[2] == SUMS_NAME}
    return tuple(sorted(version for tag in tags if (version := parse_tag(tag)) is not None))


def _files_of(tag: str, files: Mapping[str, int]) -> dict[str, int]:
    """Those of `files` that stand in the folder of a release, by their path in it."""
    prefix = f"{tag}/"
    return {
        path.removeprefix(prefix): size
        for path, size in files.items()
        if path.startswith(prefix) and not _PARTIAL.fullmatch(path)
    }
