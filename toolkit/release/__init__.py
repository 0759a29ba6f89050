"""Release: datasets compared with those that came before, and given to readers as versions.

- `comparer` compares two datasets, wherever they are.
- `publisher` publishes and rolls back. It reads the `contents` of a release, which a signed `statement` may join, looks
  through its texts (`scanner`), and checks it (`checks`, `card_edits`) against what stands at the destination; what
  must not be done is refused (`refusals`). `plans` say what is done, file by file.
- There are two `destinations`. `folder` is one of files, here or behind a URL, where `claims` keep publications apart
  if no lock does. `hub` is a repository of the Hub: `hub_client` talks to it, `hub_standing` tells what stands in it,
  `loading` loads the release as its readers will.
"""

from toolkit.release.comparer import diff
from toolkit.release.plans import Plan
from toolkit.release.publisher import LIMITED_OPTIONS, Publication, options_at, publish, rollback
from toolkit.release.refusals import RefusalError
from toolkit.release.scanner import Scan

__all__ = [
    "LIMITED_OPTIONS",
    "Plan",
    "Publication",
    "RefusalError",
    "Scan",
    "diff",
    "options_at",
    "publish",
    "rollback",
]
