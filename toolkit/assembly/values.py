"""What a dataset is assembled from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.contract import Contract
    from toolkit.dataset.card import Card
    from toolkit.dataset.comparison import Side
    from toolkit.diagnostics import Diagnostic
    from toolkit.pages import Layout
    from toolkit.pipeline import Collected, Finished, Reduced


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a dataset is made by, besides its rows.

    `card` is the one whose human part is kept, `previous` the dataset that the changelog compares with; null for none.
    """

    contract: Contract
    layout: Layout
    version: str
    card: Card | None
    previous: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What both passes left in the staging folder, task by task, and what was reduced between them."""

    collected: Sequence[Collected]
    reduced: Reduced
    finished: Sequence[Finished]


@dataclass(slots=True)
class RejectTally:
    """What is counted while the rejects pass by: pages, pages by code, and the first diagnostics."""

    rejected: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    diagnostics: list[Diagnostic] = field(default_factory=list)
