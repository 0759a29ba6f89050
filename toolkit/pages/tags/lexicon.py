"""`Lexicon`: the names that tag lines were found to be made of; what tags.json holds (format article-tags/1)."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from toolkit.errors import UsageError
from toolkit.pages.tags.corpus import MAX_NAME_WORDS
from toolkit.pages.tags.evidence import MAX_LEARNT_CHARACTERS, pack_hashes, unpack_hashes
from toolkit.pages.tags.names import Name
from toolkit.pages.tags.rates import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.arrays import Hashes

FORMAT = "article-tags/1"
MAX_LAYERS = 100_000
MAX_STATED_COUNT = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one build learnt beyond the lexicon it was given.

    `names` are those that are new or counted anew, `tally` counts this layer and all before it together. `settled`
    holds the hashes of the lines first seen in this build (sorted little-endian uint64): this layer always decides over
    them, so that later builds split them in the same way.
    """

    tally: Tally
    settled: bytes
    names: Mapping[str, Name]

    @property
    def lines(self) -> Hashes:
        """The hashes in `settled`."""
        return np.frombuffer(self.settled, "<u8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Names of tags, by the builds that learnt them, the first one first."""

    layers: tuple[Layer, ...] = field(default=())

    def names(self) -> dict[str, Name]:
        """Every name as the last build knows it."""
        return {name: entry for layer in self.layers for name, entry in layer.names.items()}

    def settled_lines(self) -> Hashes:
        """The hashes of the lines that some layer has settled."""
        return np.concatenate([np.empty(0, np.uint64), *(layer.lines for layer in self.layers)])


def lexicon_to_json(lexicon: Lexicon) -> str:
    """The canonical text of tags.json: one line a layer and one a name, sorted by name.

    Of a name: on how many `pages` it was found and how `sure` it is (0 to 1), since which `layer` (from 1), and
    `earlier` what layers before that knew, `[layer, pages, sure]`. With 0 pages it is a string of words that nearly
    was a name. Of a layer: its counts, and `settled`, 6 bytes of each line's BLAKE2b, sorted, in base64.
    """
    states: dict[str, list[tuple[int, int, float]]] = {}
    for number, layer in enumerate(lexicon.layers, 1):
        for name, entry in layer.names.items():
            states.setdefault(name, []).append((number, entry.pages, entry.sure / 1_000))
    names: list[dict[str, object]] = []
    for name, (*earlier, (number, pages, sure)) in sorted(states.items()):
        known: dict[str, object] = {"name": name, "pages": pages, "sure": sure, "layer": number}
        names.append(known | {"earlier": earlier} if earlier else known)
    layers = [
        {item.name: getattr(layer.tally, item.name) for item in fields(Tally)}
        | {"settled": b64encode(pack_hashes(layer.lines)).decode("ascii")}
        for layer in lexicon.layers
    ]
    return f'{{\n"format": "{FORMAT}",\n"layers": {_list(layers)},\n"names": {_list(names)}\n}}\n'


def _list(values: list[dict[str, object]]) -> str:
    lines = ",\n".join(json.dumps(value, ensure_ascii=False) for value in values)
    return f"[\n{lines}\n]" if lines else "[]"


def lexicon_from_json(text: str) -> Lexicon:
    """The lexicon of a tags.json, which is not trusted: UsageError tells what is wrong with it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _fault(f"is not JSON ({error})") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _fault(f'has no "format": "{FORMAT}"')
    layers, names = document.get("layers"), document.get("names")
    if document.keys() != {"format", "layers", "names"} or not isinstance(layers, list) or not isinstance(names, list):
        raise _fault("must have the keys format, layers and names, the last two lists")
    if len(layers) > MAX_LAYERS:
        raise _fault(f"has more than {MAX_LAYERS} layers")
    read = [_read_layer(layer, f"layers[{number}]") for number, layer in enumerate(layers)]
    known = zip(read, _read_names(names, len(layers)), strict=True)
    return Lexicon(layers=tuple(Layer(tally=tally, settled=settled, names=found) for (tally, settled), found in known))


def _read_layer(value: object, path: str) -> tuple[Tally, bytes]:
    keys = {item.name for item in fields(Tally)}
    if not isinstance(value, dict) or value.keys() != keys | {"settled"}:
        raise _fault(f"{path} must have the keys {', '.join(sorted(keys))} and settled")
    for key, size in (("names", MAX_NAME_WORDS), ("joined", 5), ("apart", 5)):
        if not isinstance(value[key], list) or len(value[key]) != size or not all(map(_is_count, value[key])):
            raise _fault(f"{path}.{key} must be {size} whole numbers")
    for key in ("pages", "lines", "tags", "words"):
        if not _is_count(value[key]):
            raise _fault(f"{path}.{key} must be a whole number from 0 to {MAX_STATED_COUNT}")
    if value["lines"] > value["tags"] or sum(value["names"]) > value["tags"]:
        raise _fault(f"{path} has fewer tags than lines or names")
    counts: dict[str, Any] = {  # Any: numbers and tuples of them, as Tally has them
        key: tuple(item) if isinstance(item, list) else item for key, item in value.items() if key in keys
    }
    return Tally(**counts), _read_settled(value["settled"], path)


def _read_settled(text: object, path: str) -> bytes:
    try:
        hashes = unpack_hashes(b64decode(text if isinstance(text, str) else "*", validate=True))
    except ValueError:
        raise _fault(f"{path}.settled must be the base64 of 6 bytes a line") from None
    if (hashes[1:] <= hashes[:-1]).any():
        raise _fault(f"{path}.settled is not sorted")
    return hashes.astype("<u8").tobytes()


def _read_names(values: list[Any], layers: int) -> list[dict[str, Name]]:  # Any: of a JSON text
    """The names that each layer knows anew."""
    known: list[dict[str, Name]] = [{} for _ in range(layers)]
    for number, value in enumerate(values):
        for layer, entry in _read_states(value, f"names[{number}]", layers):
            known[layer - 1][value["name"]] = entry
    if any(first["name"] >= second["name"] for first, second in pairwise(values)):
        raise _fault("has names that are not sorted or stand twice")
    return known


def _read_states(value: object, path: str, layers: int) -> Iterator[tuple[int, Name]]:
    """What each layer, from 1, that counted a name anew knows of it."""
    if not isinstance(value, dict) or value.keys() - {"earlier"} != {"name", "pages", "sure", "layer"}:
        raise _fault(f"{path} must have the keys name, pages, sure and layer")
    if not _is_name(value["name"]):
        raise _fault(f"{path}.name must be 1 to {MAX_NAME_WORDS} words with single spaces")
    earlier = value.get("earlier", [])
    states = [*earlier, [value["layer"], value["pages"], value["sure"]]] if isinstance(earlier, list) else [None]
    last = 0
    for state in states:
        if not isinstance(state, list) or len(state) != 3 or not all(map(_is_count, state[:2])):
            raise _fault(f"{path} must have whole numbers for layer and pages")
        layer, pages, sure = state
        if not last < layer <= layers:
            raise _fault(f"{path} names layer {layer}, expected one from {last + 1} to {layers}")
        if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
            raise _fault(f"{path}.sure must be a number from 0 to 1")
        yield layer, Name(pages=pages, sure=round(sure * 1_000))
        last = layer


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_STATED_COUNT


def _is_name(value: object) -> TypeGuard[str]:
    if not isinstance(value, str) or len(value) > MAX_LEARNT_CHARACTERS:
        return False
    words = value.split(" ")
    readable = value.isprintable() or not any("\ud800" <= character <= "\udfff" for character in value)
    return readable and len(words) <= MAX_NAME_WORDS and words == value.split()


def _fault(reason: str) -> UsageError:
    return UsageError(f"the tags file {reason}", mend="Give the tags.json of an earlier build.")
