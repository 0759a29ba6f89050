"""`Plan`: what a publication will do at its destination, file by file, decided by hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Paths of files, each list sorted: new ones, changed ones, ones that go, and ones that are there already."""

    add: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    @property
    def uploads(self) -> tuple[str, ...]:
        """The paths of all files that have to be sent."""
        return tuple(sorted((*self.add, *self.replace)))

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.add or self.replace or self.delete)

    def joined(self, other: Plan) -> Plan:
        """This plan and another one, of other files."""
        return Plan(
            add=tuple(sorted((*self.add, *other.add))),
            replace=tuple(sorted((*self.replace, *other.replace))),
            delete=tuple(sorted((*self.delete, *other.delete))),
            unchanged=tuple(sorted((*self.unchanged, *other.unchanged))),
        )


def plan_changes(wanted: Mapping[str, str], present: Mapping[str, str], owned: Collection[str] = ()) -> Plan:
    """How to get from the files that are `present` (their hashes by path) to those that are `wanted`.

    Of the others only those in `owned` go.
    """
    both = wanted.keys() & present.keys()
    same = {path for path in both if present[path] == wanted[path]}
    return Plan(
        add=tuple(sorted(wanted.keys() - both)),
        replace=tuple(sorted(both - same)),
        delete=tuple(sorted((present.keys() & set(owned)) - wanted.keys())),
        unchanged=tuple(sorted(same)),
    )
