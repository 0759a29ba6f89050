"""A dataset card as a person edits it: front matter, sections that the toolkit writes, and everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from toolkit.errors import ContractError, UsageError
from toolkit.storage.dataset_files import CARD_NAME
from toolkit.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FRONT: Final = re.compile(r"(\s*---[ \t]*\r?\n)((?:[^\n]*\n)*?)(---[ \t]*(?:\r?\n|\Z))")
_OPENED: Final = re.compile(r"\s*---[ \t]*\r?(\n|\Z)")
_MARKER: Final = re.compile(r"<!-- toolkit:(begin|end) ([a-z][a-z-]*) -->[ \t]*\r?\n?")
_MARKER_LIKE: Final = re.compile(r"<!--\s*toolkit\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of the body as it stands: a section between its marker lines, or (`name` is null) a person's text."""

    name: str | None
    begin: str
    text: str
    end: str

    def __str__(self) -> str:
        return self.begin + self.text + self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card in pieces that, joined, are its text again, character by character.

    `opening` and `closing` are the lines around the YAML `front`, all three empty where there is no front matter;
    `metadata` is what the front matter says; `file` is what messages call the card.
    """

    opening: str
    front: str
    closing: str
    metadata: Mapping[str, Any]  # Any: whatever a person's YAML holds
    parts: tuple[Part, ...]
    file: str

    def __str__(self) -> str:
        return self.opening + self.front + self.closing + "".join(map(str, self.parts))

    @property
    def sections(self) -> dict[str, str]:
        """The text between the markers of each section, by name, in order."""
        return {part.name: part.text for part in self.parts if part.name is not None}

    @property
    def written_by_people(self) -> tuple[str, ...]:
        """The texts outside of the sections, in order; blank ones are left out."""
        return tuple(part.text for part in self.parts if part.name is None and part.text.strip())


def parse_card(text: str, *, file: str = CARD_NAME) -> Card:
    """The card in `text`, whose line ends are as in the file; UsageError with file:line for what is damaged.

    Damaged is front matter that does not end or is not a plain mapping, and a marker that is misspelt, without its
    counterpart, inside another section or there twice.
    """
    text = text.removeprefix("\ufeff")
    match = _FRONT.match(text)
    if match is None and _OPENED.match(text):
        line = text[: text.index("---")].count("\n") + 1
        raise UsageError(f"{file}:{line}: the front matter does not end", mend="End it with a line `---`.")
    opening, front, closing = match.groups() if match else ("", "", "")
    before = opening + front + closing
    return Card(
        opening=opening,
        front=front,
        closing=closing,
        metadata=_metadata(opening, front, file),
        parts=tuple(_parts(text[len(before) :], before.count("\n") + 1, file)),
        file=file,
    )


def _metadata(opening: str, front: str, file: str) -> Mapping[str, Any]:  # Any: as in Card
    try:
        document = read_yaml("\n" * opening.count("\n") + front, file=file)
    except ContractError as fault:
        raise UsageError(fault.message, mend="Fix the YAML at the top of the card.") from fault
    if document.value is None:
        return {}
    if not isinstance(document.value, dict):
        raise UsageError(f"{file}:{opening.count(chr(10)) + 1}: the front matter is not a mapping of keys to values")
    return document.value


def _parts(body: str, line: int, file: str) -> Iterator[Part]:
    """The body cut at its markers; `line` is that of its beginning."""
    seen: set[str] = set()
    held: list[str] = []
    begin, name, opened_at = "", "", 0
    for number, piece in enumerate(re.findall(r"[^\n]*\n|[^\n]+", body), start=line):
        marker = _MARKER.fullmatch(piece)
        if marker is None:
            if _MARKER_LIKE.search(piece):
                _refuse(file, number, f"{piece.strip()[:80]!r} is not a marker of a section")
            held.append(piece)
        elif marker[1] == "begin":
            if begin or marker[2] in seen:
                _refuse(file, number, f"section {marker[2]} begins inside another section or a second time")
            yield Part(name=None, begin="", text="".join(held), end="")
            begin, name, opened_at, held = piece, marker[2], number, []
            seen.add(name)
        else:
            if not begin or marker[2] != name:
                _refuse(file, number, f"section {marker[2]} ends, but it did not begin")
            yield Part(name=name, begin=begin, text="".join(held), end=piece)
            begin, held = "", []
    if begin:
        _refuse(file, opened_at, f"section {name} does not end")
    yield Part(name=None, begin="", text="".join(held), end="")


def _refuse(file: str, line: int, message: str) -> NoReturn:
    mend = "A section stands between lines `<!-- toolkit:begin NAME -->` and `<!-- toolkit:end NAME -->`."
    raise UsageError(f"{file}:{line}: {message}", mend=mend)
