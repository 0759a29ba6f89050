"""What worker processes need, imported once for all of them."""

from typing import Final

BUILD: Final = ("toolkit.contract.preloaded", "pyarrow.parquet", "toolkit.pipeline")

READ: Final = ("toolkit.contract.preloaded", "pyarrow.parquet", "toolkit.inspection.tables.running")

BUILD_RUNS: Final = 2
"""How often a build starts workers: once for each pass."""
