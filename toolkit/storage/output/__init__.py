"""The output of a build: a folder that changes as a whole or not at all.

A build goes: `resolve_target`, `refuse_foreign` (`target`), `lock` (`locks`); under the lock `refuse_foreign` again,
`open_staging` (`staging`), `create` and its siblings in any process (`staged`), `commit_staging` (`commit`).
What was there before is taken away by `removal`; `records` are what an interrupted build leaves to the next.
"""

from toolkit.storage.output.commit import commit_staging
from toolkit.storage.output.locks import lock, lock_path
from toolkit.storage.output.staged import (
    adopt,
    create,
    create_bytes,
    create_work,
    is_intact,
    open_work,
    recall,
    remember,
)
from toolkit.storage.output.staging import Staging, discard, open_staging
from toolkit.storage.output.target import NEVER_FOREIGN, foreign_paths, refuse_foreign, resolve_target

__all__ = [
    "NEVER_FOREIGN",
    "Staging",
    "adopt",
    "commit_staging",
    "create",
    "create_bytes",
    "create_work",
    "discard",
    "foreign_paths",
    "is_intact",
    "lock",
    "lock_path",
    "open_staging",
    "open_work",
    "recall",
    "refuse_foreign",
    "remember",
    "resolve_target",
]
