"""The peers: what a user would write instead, with a bare parser and no checks. `python -m bench.peers NAME IN OUT`

Neither proof, checks, tags, hashes nor rejects: a peer that is slower does less and takes longer.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from datasets import Features

DATE, SOURCE, TAGS, RELATED = "تاريخ النشر:", "المصدر:", "كلمات دلالية:", "إقرأ أيضاً:"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("source", type=Path, help="a folder of pages")
    parser.add_argument("target", type=Path, help="the Parquet file or folder to write")
    options = parser.parse_args()
    cache = tempfile.mkdtemp(prefix="cache-", dir=options.target.parent)
    os.environ.update(
        HF_HOME=cache, HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1", HF_UPDATE_DOWNLOAD_COUNTS="0"
    )
    try:
        PEERS[options.peer](options.source, options.target, cache)
    finally:
        shutil.rmtree(cache)
    return 0


def parse_bare(text: str) -> dict[str, object]:
    """The fields of a page by plain splitting: right on clean pages only; teasers stay, tags split at spaces."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    place = next((i for i, line in enumerate(lines) if line.startswith(DATE)), 0)
    source = next((i for i, line in enumerate(lines) if line.startswith(SOURCE)), len(lines) - 1)
    tags = lines[source + 1] if source + 1 < len(lines) and lines[source + 1].startswith(TAGS) else ""
    items = "\n".join(lines[source + 1 :]).split(RELATED + "\n")[1:]
    related = [item.strip().partition("\n") for item in items]
    return {
        "headline": " ".join(lines[:place]),
        "date": " ".join(lines[place].removeprefix(DATE).split()),
        "body": "\n".join(lines[place + 1 : source]),
        "source": lines[source].removeprefix(SOURCE).strip(),
        "tags": tags.removeprefix(TAGS).split(),
        "related": [{"headline": headline, "body": body} for headline, _, body in related],
    }


def generate_rows(paths: list[str]) -> Iterator[dict[str, object]]:
    """The rows of some files."""
    for path in paths:
        yield parse_bare(Path(path).read_bytes().decode())


def _generate(source: Path, target: Path, cache: str, *, processes: int) -> None:
    from datasets import Dataset

    rows = Dataset.from_generator(
        generate_rows,
        features=_features(),
        gen_kwargs={"paths": sorted(map(str, source.rglob("*.txt")))},
        num_proc=processes if processes > 1 else None,
        cache_dir=cache,
    )
    rows.to_parquet(target)


def _map_text(source: Path, target: Path, cache: str) -> None:
    from datasets import load_dataset

    texts = load_dataset("text", data_dir=str(source), sample_by="document", split="train", cache_dir=cache)
    rows = texts.map(lambda row: parse_bare(row["text"]), remove_columns=["text"], features=_features())
    rows.to_parquet(target)


def _trove(source: Path, target: Path, cache: str) -> None:
    # Untyped and rarely installed: an import statement would need one ignore where it is and another where it is not.
    data, executor = import_module("datatrove.data"), import_module("datatrove.executor")
    readers = import_module("datatrove.pipeline.readers.base")
    writers = import_module("datatrove.pipeline.writers.parquet")

    class PageReader(readers.BaseDiskReader):  # type: ignore[misc,name-defined]  # a class that mypy cannot know
        """One document a file."""

        name = "pages"

        def read_file(self, filepath: str) -> Iterator[object]:
            with self.data_folder.open(filepath, "rb") as stream:
                row = parse_bare(stream.read().decode())
            yield data.Document(text=str(row["body"]), id=filepath, metadata=row)

    writer = writers.ParquetWriter(
        str(target.with_suffix("")),
        compression="zstd",
        adapter=lambda _, document: document.metadata,
        schema=_features().arrow_schema,
    )
    steps = [PageReader(str(source)), writer]
    executor.LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=f"{cache}/logs").run()


def _features() -> Features:
    from datasets import Features, List, Value

    text = Value("string")
    return Features(
        {
            **dict.fromkeys(("headline", "date", "body", "source"), text),
            "tags": List(text),
            "related": List({"headline": text, "body": text}),
        }
    )


PEERS: dict[str, Callable[[Path, Path, str], None]] = {
    "generator-1": partial(_generate, processes=1),
    "generator-2": partial(_generate, processes=2),
    "text-map": _map_text,
    "datatrove": _trove,
}


if __name__ == "__main__":
    raise SystemExit(main())
