"""Notes: a comparison in words, for a terminal, as Markdown release notes, and as an entry of the card's changelog."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from toolkit.dataset.card import CHANGELOG, parse_card
from toolkit.dataset.comparison.drift import drift, most_changed
from toolkit.dataset.versions import UNRELEASED
from toolkit.diagnostics import cut
from toolkit.formats import counted, harmless, percentage
from toolkit.markdown_text import escaped, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from toolkit.dataset.comparison.diff import Diff
    from toolkit.dataset.comparison.drift import Drift

MAX_LINES: Final = 20
"""How many outlets, months and fields are listed: those that changed most."""

MAX_NAMED: Final = 200
"""How many taken down pages are named."""

BUMPS: Final = {
    "major": "Readers of the old rows break: the next version is a major one.",
    "minor": "Fields or rows came or went, or a field may not be null any more: the next version is a minor one.",
    "patch": "Corrections only: a patch version is enough.",
    "none": "The rows are the same.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table under a title, its cells as they are; `more` is how many lines were left out."""

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    more: int = 0


def diff_to_plain(diff: Diff) -> dict[str, Any]:  # Any: what JSON takes
    """What `toolkit diff --format json` prints."""
    schema, rows = diff.schema, diff.rows
    return {
        "schema": {
            "added": list(schema.added),
            "removed": list(schema.removed),
            "changed": [change.path for change in schema.changed],
            "breaking": list(schema.breaking),
        },
        "rows": {
            "added": rows.added,
            "removed": rows.removed,
            "changed": rows.changed,
            "tags_only": rows.tags_only,
        },
        "bump": diff.bump,
    }


def diff_to_text(diff: Diff) -> str:
    """The comparison as plain text in columns, without anything that a terminal would obey."""
    parts = [f"{_title(diff)}\n{BUMPS[diff.bump]}\n", *(f"- {line}\n" for line in _change_lines(diff, harmless))]
    return "".join([*parts, *(_in_columns(section) for section in _sections(diff))])


def diff_to_markdown(diff: Diff, entry: str = "") -> str:
    """Release notes: every text from the datasets is shown as it is and obeyed by no renderer.

    `entry`, Markdown, is what is told of the changes beside the tables; by default what `changelog_entry` gives.
    """
    bullets = entry or changelog_entry(diff)
    blocks = [f"## {_title(diff)}", BUMPS[diff.bump], bullets, *map(_as_table, _sections(diff))]
    return "\n\n".join(block for block in blocks if block) + "\n"


def changelog_entry(diff: Diff) -> str:
    """The entry of the new version for the card's changelog, in Markdown."""
    lines = (*_change_lines(diff, escaped), *_take_down_lines(diff.taken_down))
    return "\n".join(f"- {line}" for line in lines)


def entry_of(card: str, version: str) -> str:
    """What the changelog of a card says of a version, as people may have edited it; empty if it says nothing."""
    changelog = parse_card(card).sections.get(CHANGELOG, "")
    entries = re.split(r"^### ([^\s]+)[ \t]*\r?\n", changelog, flags=re.MULTILINE)[1:]
    found = dict(zip(entries[::2], entries[1::2], strict=True))
    return found.get(version, "").strip()


def _change_lines(diff: Diff, shown: Callable[[str], str]) -> Iterator[str]:
    """What changed, a sentence each; `shown` makes a text from the datasets harmless."""
    schema = diff.schema
    for word, paths in (("added", schema.added), ("removed", schema.removed)):
        if paths:
            yield f"Fields {word}: {', '.join(map(shown, paths))}."
    for change in schema.changed:
        yield f"Field {shown(change.path)}: {shown(change.was)} became {shown(change.now)}."
    if schema.moved:
        yield f"Fields in another order: {', '.join(map(shown, schema.moved))}."
    if schema.breaking:
        yield f"Readers break on: {', '.join(map(shown, schema.breaking))}."
    yield _rows(diff)
    fields = [f"{shown(name)} {number:,}" for name, number in diff.rows.fields[:MAX_LINES]]
    if fields:
        yield f"Changed rows by field: {', '.join(fields)}."


def _rows(diff: Diff) -> str:
    rows, total = diff.rows, counted(diff.new.manifest.counts.rows, "row")
    counts = [f"{rows.added:,} added", f"{rows.removed:,} removed", f"{rows.changed:,} changed"]
    moved = f" ({rows.moved:,} of them moved to another path)" if rows.moved else ""
    return f"{total}: {', '.join(counts)}{moved}, {rows.tags_only:,} with other tags only."


def _take_down_lines(taken_down: Sequence[str]) -> Iterator[str]:
    """A sentence that counts and names the pages that were taken down; none without any."""
    if taken_down:
        names = [escaped(name, limit=200) for name in taken_down[:MAX_NAMED]]
        more = f", and {len(taken_down) - MAX_NAMED:,} more" if len(taken_down) > MAX_NAMED else ""
        yield f"Taken down, {len(taken_down):,}: {', '.join(names)}{more}."


def _title(diff: Diff) -> str:
    return f"{_version(diff.old.manifest.version)} to {_version(diff.new.manifest.version)}"


def _version(version: str) -> str:
    return "an unreleased build" if version == UNRELEASED else version


def _sections(diff: Diff) -> list[Section]:
    old, new = diff.old.facts, diff.new.facts
    measures = tuple((measure.name, *_measure(measure), _share(measure.distance)) for measure in drift(diff))
    found = [
        _counts("Articles by outlet", "Outlet", dict(old.sources.counts), dict(new.sources.counts)),
        _counts("Articles by month", "Month", dict(old.months), dict(new.months)),
        Section(title="Drift", head=("Measure", "Before", "After", "Distance"), lines=measures),
    ]
    return [section for section in found if section.lines]


def _counts(title: str, name: str, old: Mapping[str, int], new: Mapping[str, int]) -> Section:
    """The numbers that changed most, in the order of their names."""
    most = most_changed(old, new)
    lines = tuple((key, f"{old.get(key, 0):,}", f"{new.get(key, 0):,}") for key in sorted(most[:MAX_LINES]))
    return Section(title=title, head=(name, "Before", "After"), lines=lines, more=max(0, len(most) - MAX_LINES))


def _measure(measure: Drift) -> tuple[str, str]:
    old, new = measure.old, measure.new
    if measure.unit:
        return percentage(old), percentage(new)
    digits = 0 if isinstance(old, int) and isinstance(new, int) else 1
    return f"{old:,.{digits}f}", f"{new:,.{digits}f}"


def _share(distance: float | None) -> str:
    return "" if distance is None else percentage(round(100 * distance, 9))  # a sum of fractions is not quite 100


def _in_columns(section: Section) -> str:
    lines = [section.head, *(tuple(harmless(cut(one_line(cell), 60)) for cell in line) for line in section.lines)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = [_row(line, widths) for line in lines]
    more = [f"… {section.more:,} more"] if section.more else []
    return "\n".join(["", section.title, *(f"  {line}" for line in (*shown, *more)), ""])


def _row(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(line, widths, strict=True)
    cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return "  ".join(cells).rstrip()


def _as_table(section: Section) -> str:
    ruler = ["---", *("---:" for _ in section.head[1:])]
    cells = [tuple(escaped(cell, limit=80) for cell in line) for line in section.lines]
    rows = "\n".join(f"| {' | '.join(line)} |" for line in (section.head, ruler, *cells))
    more = f"\n\n… {section.more:,} more" if section.more else ""
    return f"### {section.title}\n\n{rows}{more}"
