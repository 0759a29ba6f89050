"""The facts: what card, report and comparison tell about the rows.

`measurement` measures shard by shard and adds up what it counted (`tally`); `sampling` chooses rows to show, and counts
the scripts that they are written in (`characters`).
"""

from toolkit.dataset.facts.characters import KINDS, Characters
from toolkit.dataset.facts.measurement import SPREADS, Facts, Measurement, merge
from toolkit.dataset.facts.sampling import Sample
from toolkit.dataset.facts.tally import Histogram, Tally

__all__ = ["KINDS", "SPREADS", "Characters", "Facts", "Histogram", "Measurement", "Sample", "Tally", "merge"]
