"""Taking trees away without following a link and without deleting what a build did not write."""

from __future__ import annotations

import errno
from itertools import count
from typing import TYPE_CHECKING

from toolkit.storage.exchange import rename_new
from toolkit.storage.filesystem import list_tree
from toolkit.storage.output.target import foreign_paths
from toolkit.storage.presence import is_folder

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def retire(tree: Path, known: Collection[str], target: Path) -> Path | None:
    """Remove the tree that `target` was before; the path at which it is kept instead, or null.

    It is kept, as `NAME.replaced-1` beside the target, if anything in it is unknown: somebody put it there while the
    build was running. Raises `OSError`.
    """
    if not is_folder(tree):
        return None
    if foreign_paths(tree, known):
        return _set_aside(tree, target)
    remove_tree(tree)
    return None


def _set_aside(tree: Path, target: Path) -> Path:
    for number in count(1):
        kept = target.parent / f"{target.name}.replaced-{number}"
        try:
            rename_new(tree, kept)
        except OSError as failure:
            if failure.errno not in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:
                raise
        else:
            return kept
    raise AssertionError("count() has no end")


def remove_tree(tree: Path) -> None:
    """Remove a folder and what was in it at the time of the call; nothing happens if it is absent.

    What appears in the meantime is not removed: then `OSError`, as for anything that cannot be removed.
    """
    if not is_folder(tree):
        return
    for entry in reversed(list_tree(tree)):
        path = tree / entry.path
        if entry.is_folder:
            path.rmdir()
        else:
            path.unlink()
    tree.rmdir()
