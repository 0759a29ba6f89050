"""`TARGETS`: what can be fuzzed. Nothing of the toolkit is imported before atheris is ready to watch it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.fuzz.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where the `Target` of a name is, and the modules of the toolkit whose branches guide the fuzzer."""

    module: str
    watched: Sequence[str]


_SOURCES: Final = Entry(module="containers", watched=("toolkit.sources",))
TARGETS: Final = {
    "pages": Entry(module="pages", watched=("toolkit.pages",)),
    "rows": Entry(module="rows", watched=("toolkit.inspection",)),
    "layout": Entry(module="texts", watched=("toolkit.pages", "toolkit.yaml_text")),
    "contract": Entry(module="texts", watched=("toolkit.contract", "toolkit.yaml_text")),
    "manifest": Entry(module="texts", watched=("toolkit.dataset",)),
    "sums": Entry(module="texts", watched=("toolkit.dataset",)),
    **dict.fromkeys(("txt.gz", "txt.zst", "tar", "tar.gz", "tar.zst", "zip", "jsonl", "jsonl.zst"), _SOURCES),
    **dict.fromkeys(("parquet", "warc.wet", "warc.wet.gz"), _SOURCES),
}


def load_target(name: str) -> Target:
    """The target of a name, with all that it needs imported."""
    module = import_module(f"bench.fuzz.{TARGETS[name].module}")
    target: Target = module.TARGETS[name]
    return target
