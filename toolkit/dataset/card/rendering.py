"""`render_card`: README.md of a dataset, the toolkit's part rewritten and a person's part left alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from toolkit.dataset.card.front_matter import OWNED, card_metadata, merge_front_matter
from toolkit.dataset.card.sections import CardFacts, card_sections
from toolkit.dataset.card.text import Card, Part, parse_card
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHANGELOG = "changelog"


def render_card(facts: CardFacts, previous: Card | None = None, *, entry: str = "") -> str:
    """The text of README.md.

    `previous` is the card whose human part is kept: every character outside of the sections, the order of everything,
    every YAML key that is not in `OWNED` and the comments between keys. Sections are rewritten where they stand. One
    that a person took out stays out, and comes back where its two marker lines are put; a card without any section gets
    all of them at its end.

    `changelog` belongs to both: `entry`, Markdown about the version of `facts`, becomes its first entry unless it has
    one of that version; what stands in it stays.

    UsageError if `previous` cannot be rewritten without loss.
    """
    old = previous or parse_card("")
    metadata = owned_metadata(facts)
    card = replace(
        old,
        opening=old.opening or "---\n",
        front=merge_front_matter(old.front, metadata, file=old.file),
        closing=old.closing or "---\n\n",
        parts=tuple(_parts(old, facts, entry)),
    )
    _prove(old, str(card), metadata)
    return str(card)


def owned_metadata(facts: CardFacts) -> dict[str, Any]:  # Any: what YAML takes
    """What the front matter of the card says under the keys of `OWNED`."""
    return card_metadata(
        facts.contract,
        version=facts.manifest.version,
        digest=facts.manifest.digest,
        rows=facts.manifest.counts.rows,
        num_bytes=facts.num_bytes,
        download_size=facts.download_size,
    )


def _parts(old: Card, facts: CardFacts, entry: str) -> Iterator[Part]:
    sections = card_sections(facts)
    sections[CHANGELOG] = _with_entry(old.sections.get(CHANGELOG, ""), facts.manifest.version, entry)
    if old.sections:
        for part in old.parts:
            yield _filled(part, sections[part.name]) if part.name in sections else part
        return
    yield from old.parts
    if old.written_by_people:
        yield Part(name=None, begin="", text="\n" if str(old.parts[-1]).endswith("\n") else "\n\n", end="")
    for name, text in sections.items():
        begin, end = (f"<!-- toolkit:{edge} {name} -->\n" for edge in ("begin", "end"))
        yield _filled(Part(name=name, begin=begin, text="", end=end), text)
        yield Part(name=None, begin="", text="\n", end="")


def _filled(part: Part, text: str) -> Part:
    return replace(part, text=f"\n{text.strip()}\n\n" if text.strip() else "")


def _with_entry(changelog: str, version: str, entry: str) -> str:
    """The changelog with the entry of `version` before all others, unless it is there or there is none."""
    if not entry or re.search(rf"^### {re.escape(version)}[ \t]*\r?$", changelog, re.MULTILINE):
        return changelog
    head = "## Changelog\n"
    older = changelog.strip().removeprefix(head.strip()).lstrip()
    return f"{head}\n### {version}\n\n{entry.strip()}\n\n{older}"


def _prove(old: Card, text: str, metadata: Mapping[str, Any]) -> None:  # Any: what YAML takes
    """Read the new card back: it says what it should, and still everything that people wrote."""
    new = parse_card(text, file=old.file)
    kept = {key: value for key, value in old.metadata.items() if key not in OWNED}
    texts = [[text.strip("\r\n") for text in card.written_by_people] for card in (old, new)]
    if new.metadata != {**kept, **metadata} or texts[0] != texts[1]:
        mend = "Look at its front matter, and at HTML comments in it."
        raise UsageError(f"{old.file}: cannot be rewritten without loss", mend=mend)
