"""Release: datasets compared with those that came before, and given to readers as versions."""

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
