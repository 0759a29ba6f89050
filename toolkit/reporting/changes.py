"""What a report says of the changes since a release: a `Diff` as lines of tables and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from toolkit.dataset.comparison import most_changed
from toolkit.dataset.manifest import PLACES
from toolkit.diagnostics import cut
from toolkit.reporting.figures import LABEL_CHARACTERS, count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.dataset.comparison import Diff
    from toolkit.dataset.manifest import Counts
    from toolkit.reporting.wording import Words

MINUS: Final = "\u2212"
MOST: Final = 12
"""Sources, and fields, that changed most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number before and now; `difference` has its sign, `detail` says more about the label."""

    label: str
    detail: str
    before: str
    now: str
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`counts` and `sources` side by side, `rows` and `fields` as (label, number), the rest as sentences.

    `warning` says what breaks readers, empty for nothing.
    """

    version: str
    digest: str
    counts: tuple[Change, ...]
    sources: tuple[Change, ...]
    rows: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    warning: str


def describe(diff: Diff, words: Words) -> Changes:
    """What changed, in words."""
    old, new = diff.old, diff.new
    broken = ", ".join(diff.schema.breaking)
    return Changes(
        version=old.manifest.version,
        digest=old.manifest.digest,
        counts=tuple(_counts(old.manifest.counts, new.manifest.counts, words)),
        sources=tuple(_most_changed(dict(old.facts.sources.counts), dict(new.facts.sources.counts))),
        rows=tuple((words[f"rows_{name}"], count(getattr(diff.rows, name))) for name in _ROWS),
        fields=tuple((name, count(number)) for name, number in diff.rows.fields[:MOST]),
        sentences=tuple(_sentences(diff, words)),
        warning=f"{words['breaking']} {broken}" if broken else "",
    )


_ROWS: Final = ("added", "removed", "changed", "tags_only", "moved")


def _counts(before: Counts, now: Counts, words: Words) -> Iterator[Change]:
    for name in ("pages", *PLACES):
        yield _change(words[name], getattr(before, name), getattr(now, name))
    old, new = dict(before.warnings), dict(now.warnings)
    for code in sorted({*old, *new}):
        yield _change(code, old.get(code, 0), new.get(code, 0), detail=words.title(code))


def _change(label: str, before: int, now: int, detail: str = "") -> Change:
    difference = f"{now - before:+,}".replace("-", MINUS) if now != before else "0"
    return Change(label=label, detail=detail, before=count(before), now=count(now), difference=difference)


def _most_changed(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[Change]:
    for name in most_changed(old, new)[:MOST]:
        yield _change(cut(name, LABEL_CHARACTERS), old.get(name, 0), new.get(name, 0))


def _sentences(diff: Diff, words: Words) -> Iterator[str]:
    schema = diff.schema
    for key, paths in (("fields_added", schema.added), ("fields_removed", schema.removed)):
        if paths:
            yield f"{words[key]}: {', '.join(paths)}"
    for change in schema.changed:
        yield words["field_changed"].format(path=change.path, was=change.was, now=change.now)
    if not (schema.added or schema.removed or schema.changed):
        yield words["schema_same"]
    yield f"{words['bump']}: {words[f'bump_{diff.bump}']}"
