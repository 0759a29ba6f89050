"""The inspection: a dataset, a table or raw pages -> findings. Writes nothing.

- `dataset` is a list of checks: of the files (`integrity`, `signature`), of the `documents`, of each Parquet file
  (`tables`) and its `rows`, and of all together (`whole`, `totals`). `fetching` copies those that stand elsewhere.
- `foreign` checks tables of other tools, `pages` raw pages, in `page_passes`.
- All are told what is wanted (`aims`). Whatever may be hostile is made harmless as it becomes a finding (`findings`).
"""

from toolkit.inspection.aims import Aims, PublicKey
from toolkit.inspection.dataset import Check, Inspection, inspect_dataset
from toolkit.inspection.fetching import dataset_at, found_at, is_remote_dataset
from toolkit.inspection.foreign import inspect_foreign, tables_at
from toolkit.inspection.pages import inspect_pages

__all__ = [
    "Aims",
    "Check",
    "Inspection",
    "PublicKey",
    "dataset_at",
    "found_at",
    "inspect_dataset",
    "inspect_foreign",
    "inspect_pages",
    "is_remote_dataset",
    "tables_at",
]
