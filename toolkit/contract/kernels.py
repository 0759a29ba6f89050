"""The kernel of each kind of rule: which of the values reached break it. Null breaks none but `required`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.arrays import to_mask
from toolkit.contract.fields import ELEMENT, Argument, Rule
from toolkit.contract.places import Reached, reach
from toolkit.contract.visibility import VISIBLE_RE2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from toolkit.arrays import Mask

_MAX_BYTES_A_CHARACTER = 4


def broken_by(column: pa.Array, rule: Rule) -> tuple[Reached, Mask]:
    """The values of `column` that `rule` is on, and which of them break it. Repeats are looked for within `column`."""
    reached = reach(column, judged_path(rule))
    return reached, KERNELS[rule.kind](reached, rule.argument)


def chunks(column: pa.Array | pa.ChunkedArray, rule: Rule) -> list[tuple[int, pa.Array]]:
    """The parts of a column that `rule` can judge apart, each with the index of its first row."""
    if isinstance(column, pa.Array):
        return [(0, column)]
    if rule.kind == "unique":
        return [(0, column.combine_chunks())]
    first = np.cumsum([0, *map(len, column.chunks)]).tolist()
    return list(zip(first, column.chunks, strict=False))


def judged_path(rule: Rule) -> str:
    """The path of the values that a rule judges: for `uniqueItems` the elements, so that each repeat has its place."""
    return f"{rule.path}{ELEMENT}" if rule.kind == "uniqueItems" else rule.path


def _is_null(reached: Reached, _: Argument) -> Mask:
    if not reached.values.null_count:
        return np.zeros(len(reached.values), np.bool_)
    return to_mask(reached.values.is_null()) & reached.exists


def _is_blank(reached: Reached, _: Argument) -> Mask:
    return _is_no_match(reached, VISIBLE_RE2)


def _is_shorter(reached: Reached, least: Argument) -> Mask:
    enough = pc.multiply(pa.scalar(least, pa.int64()), _MAX_BYTES_A_CHARACTER)
    doubtful = to_mask(pc.less(pc.binary_length(reached.values), enough))
    return _among(doubtful, reached.values, lambda values: pc.less(pc.utf8_length(values), least))


def _is_longer(reached: Reached, most: Argument) -> Mask:
    doubtful = to_mask(pc.greater(pc.binary_length(reached.values), most))
    return _among(doubtful, reached.values, lambda values: pc.greater(pc.utf8_length(values), most))


def _among(doubtful: Mask, values: pa.Array, judge: Callable[[pa.Array], pa.Array]) -> Mask:
    # counting characters needs a pass over the text, counting bytes does not: count them only in doubtful values
    broken = np.zeros(len(values), np.bool_)
    indices = np.flatnonzero(doubtful)
    broken[indices] = to_mask(judge(values.take(pa.array(indices))))
    return broken


def _is_no_match(reached: Reached, pattern: Argument) -> Mask:
    return to_mask(pc.invert(pc.match_substring_regex(reached.values, pattern=pattern)))


def _is_below(reached: Reached, least: Argument) -> Mask:
    # NaN is neither less nor more than anything: it breaks what it is not shown to obey
    return to_mask(pc.invert(pc.greater_equal(reached.values, pa.scalar(least, reached.values.type))))


def _is_above(reached: Reached, most: Argument) -> Mask:
    return to_mask(pc.invert(pc.less_equal(reached.values, pa.scalar(most, reached.values.type))))


def _is_unlisted(reached: Reached, values: Argument) -> Mask:
    return ~_is_listed(reached, values) & to_mask(reached.values.is_valid())


def _is_listed(reached: Reached, values: Argument) -> Mask:
    return to_mask(pc.is_in(reached.values, value_set=pa.array(values, reached.values.type)))


def _has_fewer(reached: Reached, least: Argument) -> Mask:
    return to_mask(pc.less(pc.list_value_length(reached.values), least))


def _has_more(reached: Reached, most: Argument) -> Mask:
    return to_mask(pc.greater(pc.list_value_length(reached.values), most))


def _is_repeat(reached: Reached, _: Argument) -> Mask:
    encoded = pc.dictionary_encode(reached.values)
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    valued = np.flatnonzero(codes >= 0)
    keys = reached.group[valued] * len(encoded.dictionary) + codes[valued]
    broken = np.zeros(len(codes), np.bool_)
    broken[valued] = True
    broken[valued[np.unique(keys, return_index=True)[1]]] = False
    return broken


KERNELS: Mapping[str, Callable[[Reached, Argument], Mask]] = {
    "required": _is_null,
    "notBlank": _is_blank,
    "minLength": _is_shorter,
    "maxLength": _is_longer,
    "pattern": _is_no_match,
    "minimum": _is_below,
    "maximum": _is_above,
    "validValues": _is_unlisted,
    "missingValues": _is_listed,
    "minItems": _has_fewer,
    "maxItems": _has_more,
    "uniqueItems": _is_repeat,
    "unique": _is_repeat,
}
