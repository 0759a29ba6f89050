"""Versions X.Y.Z, and the one that follows from changes."""

from __future__ import annotations

import re
from typing import Final, Literal

from toolkit.errors import UsageError

Bump = Literal["major", "minor", "patch", "none"]
Version = tuple[int, int, int]

UNRELEASED: Final = "0.0.0"
"""The version of a build that was given none."""

VERSION: Final = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)
"""A version: three numbers without leading zeros (semver.org, section 2)."""


def check_version(version: str) -> str:
    """`version`, the value of the option `--version`, if it is of the form X.Y.Z; else UsageError."""
    if not VERSION.fullmatch(version):
        raise UsageError(f"--version {version}: not a version of the form X.Y.Z", mend="Write it like 1.0.0.")
    return version


def parse_version(text: str) -> Version:
    """The three numbers of a version; UsageError if `text` is not a version."""
    found = VERSION.fullmatch(text)
    if not found:
        raise UsageError(f"{text!r} is not a version", mend="A version is three numbers without leading zeros: 1.2.0.")
    return int(found[1]), int(found[2]), int(found[3])


def parse_tag(tag: str) -> Version | None:
    """The version that a tag `vX.Y.Z` names; null for every other tag, that of a rollback too."""
    return parse_version(tag[1:]) if tag[:1] == "v" and VERSION.fullmatch(tag[1:]) else None


def bumped(version: Version, bump: Bump) -> Version:
    """The least version that follows `version` with such changes; `none` gives `version` itself."""
    major, minor, patch = version
    following = {
        "major": (major + 1, 0, 0),
        "minor": (major, minor + 1, 0),
        "patch": (major, minor, patch + 1),
        "none": version,
    }
    return following[bump]


def shown(version: Version) -> str:
    """`X.Y.Z`."""
    return ".".join(map(str, version))
