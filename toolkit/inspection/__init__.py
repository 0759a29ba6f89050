"""The inspection: a dataset, a table or raw pages -> findings. Writes nothing."""

from toolkit.inspection.collecting import MAX_DIAGNOSTICS, Collector, Found, Selection
from toolkit.inspection.dataset import Aims, Check, Inspection, inspect_dataset
from toolkit.inspection.fetching import dataset_at, found_at, is_remote_dataset
from toolkit.inspection.foreign import inspect_foreign, tables_at
from toolkit.inspection.pages import PageAims, PagesReport, inspect_pages
from toolkit.inspection.signature import PublicKey

__all__ = [
    "MAX_DIAGNOSTICS",
    "Aims",
    "Check",
    "Collector",
    "Found",
    "Inspection",
    "PageAims",
    "PagesReport",
    "PublicKey",
    "Selection",
    "dataset_at",
    "found_at",
    "inspect_dataset",
    "inspect_foreign",
    "inspect_pages",
    "is_remote_dataset",
    "tables_at",
]
