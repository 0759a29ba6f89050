"""What the files of a dataset are called, and how long its texts may be. What each holds is in docs/formats.md."""

from __future__ import annotations

import re
from typing import Final

CARD_NAME: Final = "README.md"
CONTRACT_NAME: Final = "article.odcs.yaml"
CROISSANT_NAME: Final = "croissant.json"
DUPLICATES_NAME: Final = "duplicates.parquet"
LAYOUT_NAME: Final = "layout.yaml"
MANIFEST_NAME: Final = "manifest.json"
REPORT_NAME: Final = "report.html"
STATEMENT_NAME: Final = "manifest.intoto.json"
SUMS_NAME: Final = "SHA256SUMS"
TAGS_NAME: Final = "tags.json"

MAX_TEXT_BYTES: Final = 1024 * 1024
"""Of a contract, a layout or a card; a longer one is not read."""

LATEST_NAME: Final = "latest"
"""No file of a dataset: it stands in a folder of releases, and names the one that readers get."""

SHARDS: Final = "data/train-*.parquet"
"""The glob pattern of all shards."""

ANCHORS: Final = (MANIFEST_NAME, SUMS_NAME, CONTRACT_NAME)
"""A folder that holds one of these is a dataset of ours, whole or damaged."""

_REJECTS: Final = re.compile(r"rejects/rejects-\d{5}\.parquet")


def shard_name(number: int, count: int) -> str:
    """The path of shard `number` (from 0) of `count`."""
    return f"data/train-{number:05d}-of-{count:05d}.parquet"


def is_shard(path: str) -> bool:
    """Whether the file at a path is among the rows' shards, by its folder."""
    return path.startswith("data/")


def rejects_name(number: int) -> str:
    """The path of file `number` (from 0) of the rejects."""
    return f"rejects/rejects-{number:05d}.parquet"


def is_rejects(path: str) -> bool:
    """Whether the file at a path is one of rejects, by its name."""
    return _REJECTS.fullmatch(path) is not None
