"""The tables: rows, rejects and duplicates as Arrow, and the Parquet files that they are written to.

`rows` makes rows of articles, `rejects` and `duplicates` those of the other pages; `shards` writes them, as `sizes`
divides them; `digest` hashes what is in them.
"""

from toolkit.dataset.tables.digest import digest, row_hashes
from toolkit.dataset.tables.duplicates import DUPLICATES, duplicate_batch
from toolkit.dataset.tables.rejects import REJECTS, reject_batch
from toolkit.dataset.tables.rows import ID_DIGITS, ROWS, article_of, in_contract_order, make_rows, refuse_unfillable
from toolkit.dataset.tables.shards import GROUP_BYTES, ShardFile, write_numbered, write_shard

__all__ = [
    "DUPLICATES",
    "GROUP_BYTES",
    "ID_DIGITS",
    "REJECTS",
    "ROWS",
    "ShardFile",
    "article_of",
    "digest",
    "duplicate_batch",
    "in_contract_order",
    "make_rows",
    "refuse_unfillable",
    "reject_batch",
    "row_hashes",
    "write_numbered",
    "write_shard",
]
