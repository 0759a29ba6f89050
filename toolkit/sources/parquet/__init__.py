"""Parquet to documents. A footer binds nothing, so `tables` has pyarrow decode only what was looked at before.

`footers` finds the column chunks, `chunks` the sizes of their pages, both written in the protocol of `thrift`.
"""

from toolkit.sources.parquet.tables import read_table

__all__ = ["read_table"]
