"""Members of an archive: which of them are pages, and that no two have one name."""

from __future__ import annotations

import re
from array import array

from toolkit.diagnostics import Diagnostic
from toolkit.sources.findings import BEYOND_BOUND, SAME_NAME, SourceError, finding, told
from toolkit.sources.kinds import PAGE, kind_of
from toolkit.sources.names import member_name

_PLAIN_PAGE = re.compile(rb"(?:\./)?((?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*\.txt)")
"""What most members are called: not hidden, nothing to escape; `tar -C FOLDER .` begins each with `./`."""


class Members:
    """The members of one archive: what each is called as a page, and whether it is one."""

    def __init__(self, archive: str) -> None:
        self._archive = archive
        self._seen = SeenNames()

    def admit(self, name: bytes, fault: SourceError | None = None) -> str | Diagnostic | None:
        """`page.file` of the member `name`, or why it is not read; null if it does not count.

        As in a folder, hidden names and unknown endings do not count. `fault` is what is wrong with the member itself.
        A container in the archive, and a second member of one name, are not read (S406, S407).
        """
        plain = _PLAIN_PAGE.fullmatch(name)
        if plain is None and not _may_be_page(name):
            return None
        file = f"{self._archive}!{plain[1].decode('ascii')}" if plain else member_name(self._archive, name)
        if fault is not None:
            return told(fault, file)
        if not plain and kind_of(name) is not PAGE:
            return finding(BEYOND_BOUND, "is a container inside an archive; only pages are read from archives", file)
        if not self._seen.add(file):
            return finding(SAME_NAME, "is the second member of the archive with this name", file)
        return file

    def refuse_second(self, name: bytes) -> None:
        """`SourceError` if `name` is a page that came before."""
        refused = self.admit(name)
        if isinstance(refused, Diagnostic) and refused.code == SAME_NAME:
            raise SourceError(refused.message, code=SAME_NAME)


def _may_be_page(name: bytes) -> bool:
    parts = [part for part in name.split(b"/") if part not in {b".", b".."}]
    return kind_of(name) is not None and not any(part.startswith(b".") for part in parts)


class SeenNames:
    """A set of names that needs about 24 bytes for each, however long they are: open addressing of 64-bit hashes."""

    def __init__(self) -> None:
        self._slots = array("q", bytes(8 * 1024))
        self._free = 512

    def add(self, name: str) -> bool:
        """Whether `name` is new."""
        mark = hash(name) or 1  # 0 is an empty slot
        if not self._put(mark):
            return False
        self._free -= 1
        if not self._free:
            self._grow()
        return True

    def _put(self, mark: int) -> bool:
        slots = self._slots
        mask = len(slots) - 1
        at = mark & mask
        while slots[at] and slots[at] != mark:
            at = (at + 1) & mask
        is_new = not slots[at]
        slots[at] = mark
        return is_new

    def _grow(self) -> None:
        marks, count = self._slots, len(self._slots)
        self._slots = array("q", bytes(16 * count))
        for mark in filter(None, marks):
            self._put(mark)
        self._free = count // 2
