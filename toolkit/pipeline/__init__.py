"""The pipeline: documents -> rows and rejects, in two passes that converter and inspector share."""

from toolkit.pipeline.collecting import Collected, CollectTask, collect
from toolkit.pipeline.finishing import Finished, FinishTask, finish
from toolkit.pipeline.ledger import LEDGER, Repeats, find_repeats, read_hashes, rows_to_keep
from toolkit.pipeline.reduction import Reduced, read_ledger, reduce
from toolkit.pipeline.judging import Checked, explain_failure, judge
from toolkit.pipeline.outcomes import Outcome, ReadBatch, ReadingRules, Reject, read_batches, to_diagnostic
from toolkit.pipeline.tagging import add_warnings, tag_rows

__all__ = [
    "Checked",
    "ReadBatch",
    "Reject",
    "add_warnings",
    "explain_failure",
    "judge",
    "tag_rows",
    "to_diagnostic",
    "LEDGER",
    "CollectTask",
    "Collected",
    "FinishTask",
    "Finished",
    "Outcome",
    "ReadingRules",
    "Reduced",
    "Repeats",
    "collect",
    "find_repeats",
    "finish",
    "read_batches",
    "read_hashes",
    "read_ledger",
    "reduce",
    "rows_to_keep",
]
