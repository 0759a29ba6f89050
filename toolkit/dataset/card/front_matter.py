"""The front matter of a dataset card: what the Hub and `datasets` read, beside what a person put there."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import yaml

from toolkit.diagnostics import escape
from toolkit.errors import UsageError
from toolkit.storage.dataset_files import SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.contract import Contract

OWNED: Final = (
    "language",
    "pretty_name",
    "license",
    "license_name",
    "license_link",
    "task_categories",
    "size_categories",
    "tags",
    "configs",
    "dataset_info",
)
"""The keys that the toolkit writes, and removes where the contract has nothing for them; all others are a person's."""

_SIZES: Final = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
    (10**9, "100M<n<1B"),
    (10**10, "1B<n<10B"),
    (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)


def card_metadata(
    contract: Contract, *, version: str, digest: str, rows: int, num_bytes: int, download_size: int
) -> dict[str, Any]:  # Any: what YAML takes
    """The keys of `OWNED` with their values; keys without a value are left out.

    `num_bytes` adds up `decoded_bytes` of the shards, `download_size` their `bytes`. The digest stands in the
    configuration's description, so that other rows are another card, on which `datasets` keys its cache.
    """
    about = contract.about
    title = about.title.english
    values = {
        "language": list(about.languages),
        "pretty_name": title,
        "license": about.license.id,
        "license_name": about.license.name,
        "license_link": about.license.link,
        "task_categories": list(about.task_categories),
        "size_categories": [size_category(rows)],
        "tags": list(about.tags),
        "configs": [_configuration(version, f"{title}, digest {digest}")],
        "dataset_info": {
            "config_name": "default",
            "features": contract.hub_features(),
            "splits": [{"name": "train", "num_bytes": num_bytes, "num_examples": rows}],
            "download_size": download_size,
            "dataset_size": num_bytes,
        },
    }
    return {key: values[key] for key in OWNED if values[key]}


def _configuration(version: str, description: str) -> dict[str, Any]:  # Any: what YAML takes
    return {
        "config_name": "default",
        "data_files": [{"split": "train", "path": SHARDS}],
        "default": True,
        "version": version,
        "description": description,
    }


def size_category(rows: int) -> str:
    """The Hub's `size_categories` entry for a number of rows."""
    return next((name for limit, name in _SIZES if rows < limit), "n>1T")


def merge_front_matter(front: str, metadata: Mapping[str, Any], *, file: str) -> str:  # Any: as in card_metadata
    """`front` with the keys of `metadata` in place of those of `OWNED`; the rest, comments too, as it stands.

    New keys come last. UsageError if a key of `front` does not stand at the start of its line.
    """
    pieces, left = [], dict(metadata)
    for key, text in _pieces(front, file):
        if key not in OWNED:
            pieces.append(text)
        elif key in left:
            pieces.append(dump_key(key, left.pop(key)))
    text = "".join(pieces)
    if text and not text.endswith("\n"):
        text += "\n"
    return text + "".join(dump_key(key, value) for key, value in left.items())


def _pieces(front: str, file: str) -> Iterator[tuple[str | None, str]]:
    """The front matter key by key; blank lines and comments that stand between keys are pieces without a key."""
    node = yaml.compose(front, Loader=yaml.SafeLoader)
    keys = [] if node is None else [key for key, _ in node.value]
    if any(key.start_mark.column or (isinstance(node, yaml.MappingNode) and node.flow_style) for key in keys):
        raise UsageError(f"{file}: the keys of its front matter do not stand each at the start of a line")
    starts = [key.start_mark.index for key in keys]
    yield None, front[: starts[0]] if starts else front
    for key, (start, stop) in zip(keys, pairwise([*starts, len(front)]), strict=True):
        lines = front[start:stop].split("\n")
        last = max(number for number, line in enumerate(lines) if line.strip() and not line.startswith("#"))
        yield key.value, "\n".join(lines[: last + 1]) + ("\n" if last + 1 < len(lines) else "")
        yield None, "\n".join(lines[last + 1 :])


def dump_key(key: str, value: object) -> str:
    """One key as YAML that reads back as the same value, and shows what cannot be seen."""
    text = yaml.dump({key: value}, Dumper=_CardDumper, allow_unicode=True, sort_keys=False, width=10**9)
    return "\n".join(map(escape, text.split("\n")))  # such characters stand in double quotes, where YAML reads escapes


class _CardDumper(yaml.SafeDumper):
    """Writes no anchors, and quotes texts that YAML would read back otherwise (U+0085 is a line break to it)."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_CardDumper.add_representer(str, _text)
