"""Sources: inputs to shard tasks, and a task to its documents, always in one order.

- `plan` (`planning`) depends on the input alone: `listing` and `remote` say what an input holds, `cutting` where a task
  begins, `parts` where that is within a container.
- `read` (`reading`) gives documents, and a diagnostic (S4xx) in the place of what it skips: `files` and `remote` open
  (`opening`), `streams` decompress (`decoders`), `containers` and `parquet` read; `passages` go on where an earlier
  task has ended.
- `find_page` gives one page by the name that a build prints (`lookup`).
- What they share: `kinds` of files, `names` of pages, `tasks` and `findings`.
"""

from toolkit.sources.cutting import may_be_cut
from toolkit.sources.kinds import expansion
from toolkit.sources.lookup import find_page
from toolkit.sources.names import bare_url, user_path
from toolkit.sources.planning import no_page_found, others_text, plan
from toolkit.sources.reading import read
from toolkit.sources.tasks import Plan, SourceOptions, SourceTask

__all__ = [
    "Plan",
    "SourceOptions",
    "SourceTask",
    "bare_url",
    "expansion",
    "find_page",
    "may_be_cut",
    "no_page_found",
    "others_text",
    "plan",
    "read",
    "user_path",
]
