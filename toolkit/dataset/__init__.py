"""The dataset: rows -> shards, digest, facts, card, manifest. Pure but for the sinks that are given.

A folder hands out what its modules are for, a module here what it is named for; nothing is handed out twice.

- `tables`: rows, rejects and duplicates, as Arrow and as Parquet files; the digest of the rows.
- `manifest`: what a dataset was made from and consists of, SHA256SUMS, and the signature; `versions` is X.Y.Z.
- `facts`: what is told of the rows; `card` is README.md, `croissant` is croissant.json.
- `comparison`: what changed from one dataset to another.
- `stored`: a dataset that stands somewhere, opened. Others may have written it: `untrusted` reads JSON, `parquet`
  its tables, `impossible` refuses what no build writes, `isolation` runs work on its rows in a process of its own.
"""
