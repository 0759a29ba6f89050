"""The floor as one would write it down: a list of texts, one table, one call. `python -m bench.plain IN OUT`

It gives the same column as `bench.floor`, in one row group, and holds all pages at once.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def write_plainly(source: Path, target: Path) -> int:
    """The number of pages written, in the order of their paths."""
    texts = [path.read_bytes().decode() for path in sorted(source.rglob("*.txt"))]
    pq.write_table(pa.table({"text": texts}), target, compression="zstd", compression_level=3)
    return len(texts)


if __name__ == "__main__":
    print(write_plainly(Path(sys.argv[1]), Path(sys.argv[2])), "pages")
