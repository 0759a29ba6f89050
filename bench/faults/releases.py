"""`ReleaseStand`: the same faults for `toolkit publish` to a folder."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from bench.faults.stand import Stand, tree

if TYPE_CHECKING:
    from pathlib import Path

    from bench.faults.stand import Subject, Tree

LATEST = "latest"
VERSIONS = {"old": "1.0.0", "new": "2.0.0"}
TAGS = {hashlib.sha256(f"v{version}\n".encode()).hexdigest(): f"v{version}/" for version in VERSIONS.values()}
"""What `latest` may hold, by its hash: the folder of the release that readers get."""


class ReleaseStand(Stand):
    """A folder of releases: the old one is out, or none, and the new one is published again and again."""

    exit_old = exit_new = 8

    def __init__(self, folder: Path, subject: Subject) -> None:
        super().__init__(folder, subject)
        self.commit, self.flushed_before = self.target / LATEST, [self.target / f"v{VERSIONS['new']}"]

    def argv(self, word: str = "new", pages: Path | None = None) -> list[str]:
        """See `Stand`; with pages it is the build of what is published."""
        dataset = self.folder / f"dataset-{word}"
        if pages is None:
            return ["toolkit", "publish", str(dataset), str(self.target)]
        options = ["--version", VERSIONS[word], "--max-rejected", "9", "--workers", "1"]
        return ["toolkit", "build", str(pages), "--out", str(dataset), *options]

    def make(self, folder: Path, word: str, pages: Path) -> None:
        """See `Stand`; the new release stands beside the old one."""
        if word == "new":
            self.reset(over_old=True)
        for argv in (self.argv(word, pages), self.argv(word)):
            if self.plain_build(argv):
                raise RuntimeError(f"{' '.join(argv)}: {self.words()}")
        shutil.copytree(self.target, folder)
        self.reset(over_old=False)

    def see(self, folder: Path) -> Tree | None:
        """The release that `latest` names; null without one."""
        found = tree(folder) or {}
        current = TAGS.get(found.get(LATEST, ""), "none")
        return {path: sha256 for path, sha256 in found.items() if path.startswith(current)} or None
