"""What stands in a repository of the Hub: whose files they are, and which of them people changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.dataset.manifest import Manifest, manifest_from_json
from toolkit.dataset.versions import parse_tag, parse_version
from toolkit.errors import DestinationError, IntegrityError
from toolkit.release.contents import MAX_TEXT_BYTES, git_oid
from toolkit.release.destinations import Current, EditedCard, Standing
from toolkit.release.hub_client import AGAIN, sha256_by_path
from toolkit.storage.dataset_files import CARD_NAME, MANIFEST_NAME, STATEMENT_NAME, SUMS_NAME, is_shard
from toolkit.storage.folders import open_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.dataset.versions import Version
    from toolkit.release.contents import Release
    from toolkit.release.hub_client import Blob, Refs
    from toolkit.storage.folders import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class HubState:
    """One commit of a repository, whose address is `name`, and its files; `manifest` is null where it has none."""

    name: str
    endpoint: str | None
    refs: Refs
    commit: str
    folder: Folder
    tree: Mapping[str, Blob]
    manifest: Manifest | None

    @property
    def owned(self) -> frozenset[str]:
        """The files that the manifest stands for; none without one."""
        if self.manifest is None:
            return frozenset()
        listed = (file.path for file in self.manifest.files)
        return frozenset({*listed, MANIFEST_NAME, SUMS_NAME, STATEMENT_NAME})

    def read_card(self) -> str:
        """The card of the commit."""
        return self.read(CARD_NAME).decode("utf-8", "replace")

    def read(self, path: str) -> bytes:
        """The content of a file; DestinationError if it is not what the commit has."""
        return _read_checked(self.folder, path, self.tree[path])

    def edited(self, known: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Paths of listed files that are not what the manifest says; without a manifest, of all files.

        `known` are hashes that need not be found out once more.
        """
        if self.manifest is None:
            return tuple(self.tree)
        listed = {file.path: file for file in self.manifest.files if file.path in self.tree}
        unknown = {path: file for path, file in listed.items() if (known or {}).get(path) != file.sha256}
        return tuple(path for path, file in unknown.items() if self._sha256(path, file.bytes) != file.sha256)

    def _sha256(self, path: str, size: int) -> str:
        """The file's hash; that of nothing where its size tells already that it is another file."""
        blob = self.tree[path]
        if blob.sha256 is not None or blob.size != size:
            return blob.sha256 or ""
        return hashlib.sha256(self.read(path)).hexdigest()

    def edited_card(self) -> EditedCard:
        """The card of the commit, which people changed since it was published."""
        return EditedCard(text=self.read_card(), as_published=self._card_as_published())

    def _card_as_published(self) -> str | None:
        """The card that the manifest names, from the tag of its version; null where it is not there."""
        if self.manifest is None or (commit := self.refs.tags.get(f"v{self.manifest.version}")) is None:
            return None
        raw = _commit_folder(self.name, self.endpoint, commit).read(CARD_NAME, max_bytes=MAX_TEXT_BYTES)
        listed = {file.path: file.sha256 for file in self.manifest.files}
        return raw.decode("utf-8", "replace") if hashlib.sha256(raw).hexdigest() == listed.get(CARD_NAME) else None


def _commit_folder(name: str, endpoint: str | None, commit: str) -> Folder:
    """The files of a commit, for reading."""
    return open_folder(f"{name}@{commit}", endpoint=endpoint, error=DestinationError)


def _read_checked(folder: Folder, path: str, blob: Blob) -> bytes:
    raw = folder.read(path, max_bytes=MAX_TEXT_BYTES)
    found = git_oid(len(raw), [raw]) if blob.sha256 is None else hashlib.sha256(raw).hexdigest()
    if found != blob.identity:
        raise DestinationError(f"{folder.name}/{path}: other bytes than the commit has", mend=AGAIN)
    return raw


def read_state(name: str, endpoint: str | None, refs: Refs, commit: str, tree: Mapping[str, Blob]) -> HubState:
    """What a commit with the files `tree` is. DestinationError if its manifest cannot be understood."""
    manifest, folder = None, _commit_folder(name, endpoint, commit)
    if MANIFEST_NAME in tree:
        try:
            raw = _read_checked(folder, MANIFEST_NAME, tree[MANIFEST_NAME])
            manifest = manifest_from_json(raw.decode("utf-8", "replace"))
        except IntegrityError as fault:
            raise DestinationError(f"{name}: {fault.message}", mend="Put it back as it was published.") from fault
    return HubState(name=name, endpoint=endpoint, refs=refs, commit=commit, folder=folder, tree=tree, manifest=manifest)


def standing_of(state: HubState, release: Release, published: Mapping[str, str] | None) -> Standing:
    """The `Standing` of the commit that a release would follow."""
    present, owned = sha256_by_path(state.tree, release), state.owned
    edited = state.edited(present)
    return Standing(
        head=state.commit,
        versions=_versions(state),
        current=None if state.manifest is None else Current(manifest=state.manifest, folder=state.folder),
        present=present,
        owned=owned,
        published=published,
        edited=tuple(path for path in edited if path != CARD_NAME),
        foreign=tuple(path for path in present if is_shard(path) and path not in owned),
        card=state.edited_card() if CARD_NAME in edited else None,
        is_latest=published is None,
    )


def _versions(state: HubState) -> tuple[Version, ...]:
    """Those of the tags, and that of the head, whose tag an interrupted publication may owe."""
    found = {version for tag in state.refs.tags if (version := parse_tag(tag)) is not None}
    if state.manifest is not None:
        found.add(parse_version(state.manifest.version))
    return tuple(sorted(found))
