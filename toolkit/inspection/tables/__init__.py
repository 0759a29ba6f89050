"""Parquet files, which anybody may have written: each read once, in a process of its own, into a report.

- `loaded` has the files of a dataset read when they are asked for, `running` starts the processes and bounds them.
- `shards` inspects a shard, `unpublished` a file of rejects or of duplicates; `footers` and `statistics` look at what
  its footer says of it.
- `reports` are the tasks and what comes back; `keys` in them find what repeats over all files.
"""

from toolkit.inspection.tables.keys import KEY_BYTES, find_repeats
from toolkit.inspection.tables.loaded import Tables
from toolkit.inspection.tables.reports import ShardTask, Standards, TableReport
from toolkit.inspection.tables.running import read_tables

__all__ = ["KEY_BYTES", "ShardTask", "Standards", "TableReport", "Tables", "find_repeats", "read_tables"]
