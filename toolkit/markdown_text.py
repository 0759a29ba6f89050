"""Any text as text of a Markdown document or of HTML in it: what a reader sees, and nothing that a renderer obeys."""

from __future__ import annotations

import re
from typing import Final

from toolkit.diagnostics import cut

_INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Characters without a form of their own, but ZWNJ and ZWJ, which shape the letters beside them."""

_BREAKING: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNPAIRED: Final = re.compile("[\ud800-\udfff]")
_OBEYED: Final = re.compile(r"""[&<>"'`*_\[\]{}#+=!|~$@\\^]|:(?=\S)|(?<=www)\.""", re.IGNORECASE)
_LISTED: Final = re.compile(r"^([0-9]*)([-.)])")
_MARKER: Final = re.compile(r"<!--(?=\s*toolkit\s*:)", re.IGNORECASE)
_CODE: Final = re.compile(r"(`[A-Za-z0-9_.\[\]-]+`)")


def one_line(text: str) -> str:
    """`text` on one line, without control characters, bidi marks and other invisible characters."""
    visible = _INVISIBLE.sub("", _BREAKING.sub(" ", text))
    return _UNPAIRED.sub("\ufffd", visible).strip()


def escaped(text: str, *, limit: int = 10_000) -> str:
    """`text`, of at most `limit` characters, for a paragraph, a table cell or HTML, never for the start of a line.

    Every character that Markdown or HTML could obey is a numeric reference, which both show as the character.
    """
    return _references(cut(one_line(text), limit))


def prose(text: str) -> str:
    """A paragraph of Markdown as `escaped` gives it, but names in backticks (`related[].headline`) are code."""
    pieces = _CODE.split(one_line(text))
    paragraph = "".join(piece if _CODE.fullmatch(piece) else _references(piece) for piece in pieces)
    return _LISTED.sub(lambda match: f"{match[1]}&#{ord(match[2])};", paragraph)


def fenced(text: str, language: str) -> str:
    """`text` as a block of code, line by line as `one_line` leaves it, in a fence longer than any in it.

    A marker of a section of the card is broken up: in code nothing can stand for its first character.
    """
    text = _MARKER.sub("<! --", text)
    lines = (" " * (len(line) - len(line.lstrip(" "))) + one_line(line) for line in text.rstrip().split("\n"))
    longest = max((len(ticks) for ticks in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def _references(text: str) -> str:
    return _OBEYED.sub(lambda match: f"&#{ord(match[0])};", text)
