"""`Destination`: a place that releases are published to, and what stands there before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from toolkit.release.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from toolkit.dataset.manifest import Manifest
    from toolkit.dataset.versions import Version
    from toolkit.release.contents import Release
    from toolkit.storage.folders import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The release that readers get when they name no version: its manifest, and where its files are read."""

    manifest: Manifest
    folder: Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedCard:
    """The text of a card that people changed, and its text before; null where that is not known."""

    text: str
    as_published: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands at a destination before a release comes to it; where nothing does, all members are as by default.

    What is out:

    - `head` names the present state of a repository; `versions` are those that are out.
    - `current` is what readers get who name no version.

    The files where those of the release will be put, by path, with their SHA-256 (hex; of a file that is surely not the
    release's, any other text):

    - `present` are those that stand there now. The last release owns `owned` of them: of these go what is not wanted.
    - `published` are those of a release of this very version that is out, null for none; `owed` are files that such a
      release may lack and be given.

    What other people did:

    - `edited` are paths, the card aside, of files that are not what the manifest there says; `card` is it, if edited.
    - `foreign` are files that no manifest lists, where they would be taken for the release's.

    Which version readers get who name none, once the release is out:

    - `is_latest` is whether it is this one; `beside` what has to be done with the files that tell them so.
    """

    head: str | None = None
    versions: tuple[Version, ...] = ()
    current: Current | None = None
    present: Mapping[str, str] = field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    published: Mapping[str, str] | None = None
    owed: frozenset[str] = frozenset()
    edited: tuple[str, ...] = ()
    card: EditedCard | None = None
    foreign: tuple[str, ...] = ()
    is_latest: bool = True
    beside: Plan = field(default_factory=Plan)


class Destination(Protocol):
    """A place that releases are published to. Everything that fails there is a DestinationError."""

    name: str

    def held(self, claim: str) -> AbstractContextManager[None]:
        """Inside the block no other publication changes the destination, or this one notices before it does harm.

        `claim` says on one line what is going on; an interrupted publication with the same claim is gone on with.
        """

    def look(self, release: Release) -> Standing:
        """What stands there; nothing is changed."""

    def commit(self, release: Release, standing: Standing, plan: Plan, notes: str) -> str:
        """Carry out the plan, by which the release may become the one that readers get; gives its revision."""

    def read_back(self, release: Release, revision: str) -> None:
        """DestinationError unless readers get the release, byte by byte."""

    def roll_back(self, version: str, *, dry_run: bool) -> tuple[str | None, str, Plan]:
        """Make a version that is out the one that readers get: revision, tag, and what that changes."""
