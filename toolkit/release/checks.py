"""What must hold before a release is sent: version, changes, and that nothing of anybody is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.dataset.comparison import compare
from toolkit.dataset.isolation import run_isolated
from toolkit.dataset.stored import open_dataset
from toolkit.dataset.versions import bumped, parse_version, shown
from toolkit.diagnostics import cut, escape
from toolkit.errors import DestinationError, IntegrityError, UsageError
from toolkit.release.card_edits import lost_edits
from toolkit.release.refusals import refuse
from toolkit.storage.dataset_files import CARD_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

    from toolkit.dataset.comparison import Diff
    from toolkit.dataset.versions import Version
    from toolkit.release.contents import Release
    from toolkit.release.destinations import Current, EditedCard, Standing

MAX_LINES = 20


def is_out(release: Release, standing: Standing) -> bool:
    """Whether this release is out, perhaps without what it is `owed`; RefusalError (R602) if other files are out."""
    if standing.published is None:
        return False
    lacking = standing.owed - standing.published.keys()
    given = {path: sha256 for path, sha256 in release.hashes.items() if path not in lacking}
    different = [path for path, sha256 in given.items() if standing.published.get(path) != sha256]
    if different:
        refuse("R602", f"{release.tag} is out, and differs in {_listed(different)}")
    return True


def refuse_absent(version: Version, versions: Collection[Version], name: str) -> None:
    """UsageError, which names those that are out, if a version is not out at the destination `name`."""
    if version not in versions:
        out = ", ".join(f"v{shown(each)}" for each in sorted(versions)[-MAX_LINES:])
        mend = (
            f"Name one that is out: {out}." if out else "No release is out there: look whether it is the right place."
        )
        raise UsageError(f"{name}: v{shown(version)} is not out", mend=mend)


def compare_with_current(release: Release, current: Current | None) -> Diff | None:
    """What changed since the last release; null without one. Reads all rows of both."""
    if current is None:
        return None
    try:
        return run_isolated(compare, open_dataset(current.folder), release.side)
    except IntegrityError as fault:  # the release itself was validated
        raise DestinationError(f"the last release cannot be read: {fault.message}", mend="Run again.") from fault


def refuse_old_version(release: Release, standing: Standing) -> None:
    """RefusalError (R603) if the version is not above all that are out."""
    version, highest = parse_version(release.manifest.version), max(standing.versions, default=None)
    if highest is not None and version <= highest:
        refuse("R603", f"{shown(version)} is not above {shown(highest)}, which is out")


def refuse_small_version(diff: Diff) -> None:
    """RefusalError (R603) if the version is smaller than the changes demand."""
    old, new = diff.old.manifest.version, diff.new.manifest.version
    demanded = bumped(parse_version(old), diff.bump)
    if parse_version(new) < demanded:
        refuse("R603", f"{new}, where the changes since {old} demand {shown(demanded)}")


def refuse_overwriting(release: Release, standing: Standing) -> None:
    """RefusalError (R604, R605) if something that people changed at the destination would be lost."""
    hashes = release.hashes
    touched = {*hashes, *standing.owned}
    edited = [path for path in standing.edited if path in touched and standing.present[path] != hashes.get(path)]
    if edited:
        refuse("R604", f"publishing would overwrite {_listed(edited)}")
    if standing.card is not None:
        refuse_losing_edits(standing.card, release.file(CARD_NAME).text())
    foreign = [path for path in standing.foreign if path not in hashes]
    if foreign:
        refuse("R605", _listed(foreign))


def refuse_losing_edits(card: EditedCard, following: str) -> None:
    """RefusalError (R604) with the lines that a card would lose if `following` took its place."""
    lost = lost_edits(card.text, following, card.as_published)
    if lost:
        told = "".join(f"\n  {escape(cut(line, 200))}" for line in lost[:MAX_LINES])
        more = f"\n  … {len(lost) - MAX_LINES} more" if len(lost) > MAX_LINES else ""
        refuse("R604", f"{CARD_NAME} would lose what people changed:{told}{more}")


def _listed(paths: list[str]) -> str:
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return ", ".join(escape(path) for path in sorted(paths)[:5]) + more
