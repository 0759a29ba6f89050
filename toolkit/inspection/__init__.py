"""The inspection: a dataset, a table or raw pages -> findings. Writes nothing."""

from toolkit.inspection.collecting import MAX_DIAGNOSTICS, Collector, Found, Selection
from toolkit.inspection.dataset import Aims, Check, Inspection, inspect_dataset

__all__ = [
    "MAX_DIAGNOSTICS",
    "Aims",
    "Check",
    "Collector",
    "Found",
    "Inspection",
    "Selection",
    "inspect_dataset",
]
