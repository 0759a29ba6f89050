"""`Destination`: a place that releases are published to, and what stands there before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from toolkit.release.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from toolkit.dataset import Manifest
    from toolkit.dataset.versions import Version
    from toolkit.release.contents import Release
    from toolkit.storage import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The release that readers get when they name no version: its manifest, and where its files are read."""

    manifest: Manifest
    folder: Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands at a destination.

    - `head` names its present state, null where there is none; `versions` are those that are out.
    - `present` has the SHA-256 (hex), by path, of the files among which the release will be put; for a file that is
      surely not the release's, any other text. The last release owns `owned` of them.
    - `published` is the same for a release of this version that is out, null for none; `owed` are files that such a
      release may lack and be given.
    - `edited` are paths, the card aside, of files that are not what the manifest there says. `card` is the text of the
      card where that is so, `card_as_published` its text before, null where it is not known.
    - `foreign` are files that no manifest lists, where they would be taken for the release's.
    - `is_latest` is whether readers who name no version get the release once it is out, `beside` what has to be done
      with the files that tell them so.
    """

    head: str | None = None
    versions: tuple[Version, ...] = ()
    current: Current | None = None
    present: Mapping[str, str] = field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    published: Mapping[str, str] | None = None
    owed: frozenset[str] = frozenset()
    edited: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    card: str | None = None
    card_as_published: str | None = None
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
