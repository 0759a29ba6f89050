"""The dataset: rows -> shards, digest, facts, card, manifest. Pure but for the sinks that are given.

- Tables: `rows` makes rows of articles, `leftovers` those of rejects and duplicates; `shards` writes them, as `sizes`
  divides them; `digest` and `inputs` hash what is in them and what they were made from.
- For people: `facts` (`tally`) and `sampling` (`characters`) gather what is said of the rows; `card` writes README.md
  around what people wrote (`card_text`, `card_yaml`, `card_sections`, `card_example`); `croissant` describes it.
- For checks: `manifest` lists all files, `sums` is SHA256SUMS, `signing` signs (`keys`).
- Two datasets: `comparison` finds what changed (`fingerprints`, `matching`, `schema_changes`, `drift`), `versions` the
  version that follows, `notes` puts it into words.
- Files that others may have written: `stored` reads tables, `untrusted` JSON; `impossible` refuses what no build
  writes; `isolation` runs work on them in a process of its own.
"""

from toolkit.dataset.croissant import croissant_json
from toolkit.dataset.digest import digest, row_hashes
from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.leftovers import DUPLICATES, REJECTS, duplicate_batch, reject_batch
from toolkit.dataset.rows import ID_DIGITS, ROWS, article_of, in_contract_order, make_rows, refuse_unfillable
from toolkit.dataset.shards import GROUP_BYTES, ShardFile, write_numbered, write_shard
from toolkit.dataset.sizes import Sizes, byte_lengths, list_borders, row_sizes, runs
from toolkit.dataset.stored import BATCH_ROWS, open_dataset, read_manifest, read_rejects, read_rows, read_shard
from toolkit.dataset.versions import UNRELEASED

__all__ = [
    "BATCH_ROWS",
    "DUPLICATES",
    "GROUP_BYTES",
    "ID_DIGITS",
    "REJECTS",
    "ROWS",
    "UNRELEASED",
    "ShardFile",
    "Sizes",
    "article_of",
    "byte_lengths",
    "croissant_json",
    "digest",
    "duplicate_batch",
    "in_contract_order",
    "list_borders",
    "make_rows",
    "open_dataset",
    "read_manifest",
    "read_rejects",
    "read_rows",
    "read_shard",
    "refuse_unfillable",
    "reject_batch",
    "row_hashes",
    "row_sizes",
    "run_isolated",
    "runs",
    "write_numbered",
    "write_shard",
]
