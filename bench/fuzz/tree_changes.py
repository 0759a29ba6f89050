"""`change_tree`: JSON or YAML as plain values, with some of them dropped, moved, or replaced by unlikely ones."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from bench.fuzz.target import MutateBytes


Tree = Any  # Any: whatever JSON and YAML hold

UNLIKELY: Final[tuple[Tree, ...]] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 1.5, 1e308, float("inf"), float("nan"), "", " ",
    "a", "\0", "\ud800", "\u200f", "a\nb", "\x85", "\ufeff", "x" * 1001, [], {}, [[]], {"": None}, "../x", "/x",
    "a" * 64, "٣", "1e3", "0x1F", "2023-02-30", "2023-02-28", "~", "=", "<<", "!!python/name:os.system", "${HOME}",
    "%s{}",
)  # fmt: skip
_Dumper: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def mutate_json(data: bytes, rng: random.Random, mutate_bytes: MutateBytes, values: Sequence[Tree]) -> bytes:
    """JSON text with changed values; what is no JSON is changed byte by byte."""
    if rng.random() < 0.2:
        return mutate_bytes(data)
    try:
        return json.dumps(change_tree(json.loads(data), rng, values), indent=rng.choice((1, None))).encode()
    except (ValueError, RecursionError):
        return mutate_bytes(data)


def mutate_yaml(data: bytes, rng: random.Random, mutate_bytes: MutateBytes, values: Sequence[Tree]) -> bytes:
    """YAML text with changed values or lines; what is no YAML is changed line by line and byte by byte."""
    draw = rng.random()
    if draw < 0.15:
        return mutate_bytes(data)
    if draw < 0.4:
        return _change_lines(data, rng)
    try:
        changed = change_tree(_Loader(data).get_single_data(), rng, values)
        return bytes(yaml.dump(changed, Dumper=_Dumper, allow_unicode=True, sort_keys=False, encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):  # the text may be anything by now
        return _change_lines(data, rng)


def change_tree(tree: Tree, rng: random.Random, values: Sequence[Tree]) -> Tree:
    """`tree` with one to three changes; `values` are those that its format knows."""
    root = [copy.deepcopy(tree)]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = list(_places(root))
        container, key = rng.choice(places)
        draw = rng.random()
        if draw < 0.25 and container is not root:
            del container[key]
        elif draw < 0.4:
            other, other_key = rng.choice(places)
            container[key] = copy.deepcopy(other[other_key])
        elif draw < 0.5:
            container[key] = [container[key]] if rng.random() < 0.5 else {"x": container[key]}
        elif draw < 0.6 and isinstance(container, dict):
            container[rng.choice((str(rng.choice(values)), "x", ""))] = container[key]
        elif draw < 0.6:
            container.append(copy.deepcopy(container[key]))
        else:
            container[key] = rng.choice(values if rng.random() < 0.5 else UNLIKELY)
    return root[0]


def _places(container: Tree) -> Iterator[tuple[Tree, Tree]]:
    keys = list(container) if isinstance(container, dict) else range(len(container))
    for key in keys:
        yield container, key
        if isinstance(container[key], dict | list):
            yield from _places(container[key])


def _change_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    at, other, draw = rng.randrange(len(lines)), rng.randrange(len(lines)), rng.random()
    if draw < 0.3:
        lines.insert(at, lines[other])
    elif draw < 0.5:
        del lines[at]
    elif draw < 0.7:
        lines[at] = rng.choice((b"  ", b"- ", b"\t", b"# ", b"? ", b"&a ", b"!!str ", b"%")) + lines[at]
    elif draw < 0.85:
        lines[at] = lines[at][2:]
    else:
        key, colon, _ = lines[at].partition(b":")
        lines[at] = key + colon + lines[other].partition(b":")[2]
    return b"\n".join(lines)
