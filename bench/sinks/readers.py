"""Readers of outputs, written to the rules of what reads them in the world; they share nothing with the toolkit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""What a terminal, a log or a reader may obey without showing it, but for tabs and line feeds."""

DIRECTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""The same in a file of text, where letters may be joined and parted as their author wrote them."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PROGRESS = re.compile(r"\x1b\[(?:\?25[lh]|[0-9]*[A-DK])|\x1b\[2K|\r")
_CODE_POINT = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\x([0-9a-f]{2})")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A workflow command as GitHub's runner reads it."""

    name: str
    properties: dict[str, str]
    data: str


def runner_commands(text: str) -> list[Command]:
    """The commands that GitHub's runner obeys in a log (actions/runner, ActionCommand.cs)."""
    found = []
    for line in re.split("\r\n|\r|\n", text):
        if match := re.match(r"\s*::(?P<info>.*?)::(?P<data>.*)", line):
            name, _, properties = match["info"].partition(" ")
            pairs = dict(pair.split("=", 1) for pair in properties.strip().split(",") if "=" in pair)
            values = {key: _unescaped(value) for key, value in pairs.items()}
            found.append(Command(name=name, properties=values, data=_unescaped(match["data"])))
        elif match := re.search(r"##\[([^\]]*)\]", line):
            found.append(Command(name=match[1], properties={}, data=line))
    return found


def _unescaped(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def decoded(text: str) -> str:
    """`text` with the escapes of what cannot be seen put back: `\\uXXXX`, `\\UXXXXXXXX`, `\\xXX`."""
    return _CODE_POINT.sub(lambda match: chr(int(match[1] or match[2] or match[3], 16)), text)


def without_colours(text: str) -> str:
    """What stands on a terminal beside the colours and the progress bar of a program."""
    return _PROGRESS.sub("", _COLOUR.sub("", text.replace("\r\n", "\n")))


@dataclass(slots=True)
class Element:
    """An element of HTML: its attributes, and all text in it."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""


class Html(HTMLParser):
    """Elements of a piece of HTML in order, and the text of all of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.text = ""
        self._open: list[Element] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(name=tag, attributes=dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)
        if tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        for element in self._open:
            element.text += data
