"""`compare_schemas`: what changed between two contracts, and what of it breaks those who read the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.contract import Field, walk
from toolkit.contract.types import type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from toolkit.contract import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that both contracts have: what it was and is, in words such as `string, required`."""

    path: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChanges:
    """Paths of fields (`related[].headline`), sorted; of a field that came or went with its members, only its own.

    `breaking` are those that readers of the old dataset stumble over: fields that went, that have another type, or
    that may now be null. `moved` are those that stand where others of both stood, in their new order.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[FieldChange, ...]
    breaking: tuple[str, ...]
    moved: tuple[str, ...] = ()


def compare_schemas(old: Contract, new: Contract) -> SchemaChanges:
    """The changes from the fields of `old` to those of `new`; descriptions and rules do not count."""
    before = {field.path: field for field in walk(old.fields)}
    after = {field.path: field for field in walk(new.fields)}
    removed = _topmost(before.keys() - after.keys())
    both = sorted(before.keys() & after.keys())
    pairs = [(before[path], after[path]) for path in both if _words(before[path]) != _words(after[path])]
    broken = [new.path for old, new in pairs if old.physical != new.physical or (old.required and not new.required)]
    return SchemaChanges(
        added=_topmost(after.keys() - before.keys()),
        removed=removed,
        changed=tuple(FieldChange(path=new.path, was=_words(old), now=_words(new)) for old, new in pairs),
        breaking=tuple(sorted({*removed, *broken})),
        moved=_moved([path for path in before if path in after], [path for path in after if path in before]),
    )


def _topmost(paths: Iterable[str]) -> tuple[str, ...]:
    ordered = sorted(paths)
    return tuple(path for path in ordered if not any(path.startswith((f"{above}.", f"{above}[")) for above in ordered))


def _moved(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Where the same paths stand in another order; of fields that moved with their members, only their own."""
    moved = [path for path, was in zip(after, before, strict=True) if path != was]
    topmost = _topmost(moved)
    return tuple(path for path in moved if path in topmost)


def _words(field: Field) -> str:
    kind = "list" if field.item is not None else type_name(field)
    return f"{kind}, required" if field.required else kind
