"""What worker processes need, imported once for all of them."""

from typing import Final

BUILD: Final = ("toolkit.contract.preloaded", "pyarrow.parquet", "toolkit.pipeline")

BUILD_RUNS: Final = 2
"""How often a build starts workers: once for each pass."""

READ: Final = ("toolkit.contract.preloaded", "pyarrow.parquet", "toolkit.inspection.tables.running")
"""For the tables of a dataset that is validated."""

PAGES: Final = ("toolkit.contract.preloaded", "toolkit.inspection.page_passes")
"""For raw pages that are validated."""

ISOLATED: Final = (
    "pandas",  # pyarrow imports it as soon as it makes an array
    "pyarrow.dataset",  # and this to group rows
    "pyarrow.parquet",
    "toolkit.dataset.isolation",
    "toolkit.dataset.stored",
)
"""For work on rows that others may have written."""
