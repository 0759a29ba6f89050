"""What worker processes need, imported once for all of them."""

from typing import Final

BUILD: Final = ("toolkit.contract.preloaded", "pyarrow.parquet", "toolkit.pipeline")
