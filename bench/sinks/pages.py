"""Pages, names and records with a payload in each place that can hold one."""

from __future__ import annotations

import io
import json
import os
import tarfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.sinks.payloads import Payload

MAX_NAME_BYTES = 200
DATE = "20th, September 2023 GMT"


def make_page(
    *,
    headline: str = "خبر",
    date: str = DATE,
    body: str = "فقرة من النص.",
    source: str = "الراي",
    tags: str = "النقل",
    related: str = "خبر آخر",
) -> str:
    """A page of the built-in layout."""
    return f"{headline}\nتاريخ النشر: {date}\n{body}\nالمصدر: {source}\nكلمات دلالية: {tags}\nإقرأ أيضاً:\n{related}\n"


def text_page(text: str, key: str) -> str:
    """A page whose every text outside of the footer is `text`."""
    body = f"فقرة {key}\n{text}\n{text} منذ ساعة {text} منذ يومين\nإقرأ أيضاً: {text}\nخاتمة"
    return make_page(headline=text, body=body, related=f"{text}\n{text}")


def footer_page(text: str, key: str) -> str:
    """A page whose outlet and tags are `text`."""
    return make_page(headline=f"خبر {key}", source=text, tags=f"{text} {text}")


def dated_page(text: str, key: str) -> str:
    """A page whose date nobody can read, and whose body is `text`. A reject."""
    return make_page(headline=f"خبر {key}", date=text, body=f"{text}\nفقرة")


def plain_page(place: str, key: str) -> str:
    """A page without a payload in its text."""
    return make_page(headline=f"خبر {place} {key}")


def file_name(payload: Payload) -> str:
    """The text as a name that a file of this system can have: no `/`, no NUL, cut to what a name may hold."""
    return member_name(payload).replace("/", "\u2215")


def member_name(payload: Payload) -> str:
    """The text as the name of a member of an archive, bytes that are no UTF-8 as halves of surrogate pairs."""
    text = f"{payload.key}{payload.text}".replace("\0", "")[:MAX_NAME_BYTES]
    while len(text.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        text = text[:-1]
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") + ".txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What is built: a folder of pages, an archive, records; `excluded` lists the ids of pages to leave out."""

    folder: Path
    archive: Path
    records: Path
    excluded: Path

    @property
    def paths(self) -> tuple[Path, Path, Path]:
        """The inputs in the order of the build."""
        return self.folder, self.archive, self.records


def write_inputs(folder: Path, payloads: Sequence[Payload]) -> Inputs:
    """Write the pages of each payload: in the texts, and as name of a file, of a member, and as URL."""
    made = Inputs(
        folder=folder / "raw",
        archive=folder / "pages.tar",
        records=folder / "pages.jsonl",
        excluded=folder / "excluded.txt",
    )
    for payload in payloads:
        _write(made.folder / "text", f"{payload.number:03}.txt", text_page(payload.text, payload.key))
        _write(made.folder / "footer", f"{payload.number:03}.txt", footer_page(payload.text, payload.key))
        _write(made.folder / "date", file_name(payload), dated_page(payload.text, payload.key))
        _write(made.folder / "name", file_name(payload), plain_page("name", payload.key))
        _write(made.folder / "zcopy", file_name(payload), plain_page("name", payload.key))
    _write_archive(made.archive, payloads)
    records = (json.dumps({"text": plain_page("url", each.key), "url": each.text}) for each in payloads)
    made.records.write_text("".join(f"{record}\n" for record in records), "utf-8")
    _write_excluded(made, payloads)
    return made


def _write(folder: Path, name: str, page: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with open(os.fsencode(folder) + b"/" + os.fsencode(name), "xb") as file:  # noqa: PTH123 - a name of any bytes
        file.write(page.encode("utf-8", "surrogatepass"))


def _write_archive(path: Path, payloads: Sequence[Payload]) -> None:
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape") as archive:
        for payload in payloads:
            name = member_name(payload)
            pages = {name: plain_page("member", payload.key), f"bad{name}": dated_page(payload.text, payload.key) + "x"}
            for member, page in pages.items():
                raw = page.encode("utf-8", "surrogatepass")
                info = tarfile.TarInfo(member)
                info.size = len(raw)
                archive.addfile(info, io.BytesIO(raw))


def _write_excluded(made: Inputs, payloads: Sequence[Payload]) -> None:
    """Pages that are taken down, by their path, which is plain, and by a name that is not."""
    lines = []
    for payload in payloads:
        _write(made.folder / "gone", file_name(payload), plain_page("gone", payload.key))
        lines.append(plain_page("gone", payload.key))
    made.excluded.write_text("".join(f"{identity(line)}\n" for line in lines), "utf-8")


def identity(page: str) -> str:
    """The id of a page."""
    return sha256(page.encode()).hexdigest()[:16]
