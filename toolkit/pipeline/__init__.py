"""The pipeline: documents -> rows and rejects, in two passes that converter and inspector share.

- Pass 1, `collecting`: `outcomes` reads a shard's pages, which become rows, rejects or counts; `page_diagnostics`
  says what was found in them, a `ledger` has an entry for every page.
- Between them, `reduction`: which pages are duplicates, and the lexicon of tags.
- Pass 2, `finishing`: `judging` adds the tags and checks the contract, and the shard is written.

`staged` keeps rows from pass to pass, `records` what an interrupted build has done; `survival` finds the page that
kills its process.
"""

from toolkit.pipeline.collecting import Collected, CollectTask, collect
from toolkit.pipeline.finishing import Finished, FinishTask, finish, learnt_tags
from toolkit.pipeline.judging import Checked, judge, tag_rows
from toolkit.pipeline.ledger import LEDGER, Repeats, find_repeats, read_hashes, read_ledger, rows_to_keep
from toolkit.pipeline.outcomes import Outcome, ReadBatch, ReadingRules, Reject, read_batches
from toolkit.pipeline.page_diagnostics import explain_failure
from toolkit.pipeline.reduction import Reduced, reduce
from toolkit.pipeline.staged import staged_batches
from toolkit.pipeline.survival import collect_survivors

__all__ = [
    "LEDGER",
    "Checked",
    "CollectTask",
    "Collected",
    "FinishTask",
    "Finished",
    "Outcome",
    "ReadBatch",
    "ReadingRules",
    "Reduced",
    "Reject",
    "Repeats",
    "collect",
    "collect_survivors",
    "explain_failure",
    "find_repeats",
    "finish",
    "judge",
    "learnt_tags",
    "read_batches",
    "read_hashes",
    "read_ledger",
    "reduce",
    "rows_to_keep",
    "staged_batches",
    "tag_rows",
]
