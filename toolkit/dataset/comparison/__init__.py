"""The comparison: what changed from one dataset to another, and in words.

`diff` finds it: in the contracts (`schema_changes`) and in the rows, of which it keeps `fingerprints` for `matching`.
`drift` is how far their facts are apart; `notes` puts all of it into words.
"""

from toolkit.dataset.comparison.diff import Diff, Side, compare
from toolkit.dataset.comparison.drift import most_changed
from toolkit.dataset.comparison.notes import (
    changelog_entry,
    diff_to_markdown,
    diff_to_plain,
    diff_to_text,
    entry_of,
)

__all__ = [
    "Diff",
    "Side",
    "changelog_entry",
    "compare",
    "diff_to_markdown",
    "diff_to_plain",
    "diff_to_text",
    "entry_of",
    "most_changed",
]
