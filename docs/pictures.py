"""Draws the pictures of the documentation from real runs: `python -m docs.pictures` writes docs/images/*.svg.

A terminal's grid of equal cells breaks Arabic, so the picture of `toolkit explain` is no screenshot: it has what the
command says, with its marks and colours, set as a browser sets text from right to left.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

import toolkit
from docs.layers import architecture_svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PAGE = "000_9fd02a7e2fa6c110.txt"
SHOWN_LINES = (1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 16)
"""The other lines of the page are paragraphs like these: three dots stand for them."""

WIDTH = 980
NEWLINE = "\n"
RIGHT = WIDTH - 28
LINE = 27
MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
ARABIC = "'Noto Naskh Arabic', 'Geeza Pro', 'Segoe UI', 'Noto Sans Arabic', 'DejaVu Sans', sans-serif"
INK, DIM, PAPER, FRAME = "#e6edf3", "#8b949e", "#0d1117", "#30363d"
COLOURS = {
    "label": DIM,
    "headline": "#ffffff",
    "date": "#76e3ea",
    "teaser": "#e3b341",
    "age": "#b08b32",
    "source": "#7ee787",
    "tag": "#d2a8ff",
    "text": INK,
}
BRACKETS = {"teaser": ("[", ""), "age": ("| ", "]"), "tag": ("[", "]")}
"""As the command line marks them where there are no colours."""


@dataclass(slots=True)
class Drawing:
    """An SVG in the making; `y` is the base line of what was written last."""

    y: int = 0
    parts: list[str] = field(default_factory=list)

    def down(self, by: int = LINE) -> None:
        self.y += by

    def left(self, text: str, *, x: int, colour: str = INK, end: bool = False, bold: bool = False) -> None:
        """Latin text, in a fixed width, that begins (or ends) at `x`."""
        anchor = ' text-anchor="end"' if end else ""
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(f'<text class="m" x="{x}" y="{self.y}" fill="{colour}"{anchor}{weight}>{escape(text)}</text>')

    def right(self, runs: Sequence[tuple[str, str]]) -> None:
        """Arabic text, from right to left, of runs (text, colour); what does not fit is cut by the clip."""
        spans = "".join(f'<tspan fill="{colour}">{escape(text)}</tspan>' for text, colour in runs)
        self.parts.append(f'<text class="a" x="{RIGHT}" y="{self.y}" clip-path="url(#text)">{spans}</text>')

    def svg(self, title: str) -> str:
        """The finished picture, with a title for those who cannot see it."""
        height = self.y + 26
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
                f"<title>{escape(title)}</title>",
                f"<style>.m{{font:14px {MONO}}}.a{{font:17px {ARABIC};direction:rtl;unicode-bidi:plaintext}}</style>",
                f'<clipPath id="text"><rect x="150" y="0" width="{RIGHT - 150}" height="{height}"/></clipPath>',
                f'<rect width="{WIDTH}" height="{height}" rx="10" fill="{PAPER}"/>',
                *self.parts,
                "</svg>\n",
            ]
        )


def explain_svg() -> str:
    """What `toolkit explain` says of the first page in raw/, and the row that a build makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "dist"
        toolkit.build(ROOT / "raw", made, workers=1)
        explained = toolkit.explain(ROOT / "raw" / PAGE, tags=made / "tags.json")
        row = pq.read_table(made / "data").to_pylist()[0]
    drawing = Drawing(y=34)
    drawing.left(f"$ toolkit explain raw/{PAGE} --tags dist/tags.json", x=24, colour=DIM)
    _draw_page(drawing, explained)
    _draw_row(drawing, row)
    return drawing.svg("A page, line by line, and the row that it becomes")


def _draw_page(drawing: Drawing, explained: toolkit.Explanation) -> None:
    last = 0
    drawing.down(8)
    for line in explained.lines:
        if line.line not in SHOWN_LINES:
            continue
        if line.line > last + 1:
            drawing.down(20)
            drawing.left("⋮", x=40, colour=DIM, end=True)
        last = line.line
        drawing.down()
        drawing.left(str(line.line), x=46, colour=DIM, end=True)
        drawing.left(line.block, x=60, colour=DIM)
        drawing.right(list(_runs(line.parts)))
    if last < len(explained.lines):
        drawing.down(20)
        drawing.left("⋮", x=40, colour=DIM, end=True)


def _runs(parts: Sequence[Any]) -> Iterator[tuple[str, str]]:  # Any: the parts of an explained line
    for part in parts:
        before, after = BRACKETS.get(part.mark, ("", ""))
        text = _cut(part.text, 45 if part.mark == "teaser" else 104)
        yield f"{before}{text}{after} ", COLOURS[part.mark]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def _draw_row(drawing: Drawing, row: dict[str, Any]) -> None:  # Any: cells
    drawing.down(26)
    drawing.parts.append(f'<line x1="24" x2="{RIGHT}" y1="{drawing.y}" y2="{drawing.y}" stroke="{FRAME}"/>')
    drawing.down(28)
    drawing.left('>>> load_dataset("dist", split="train")[0]', x=24, colour=DIM)
    drawing.down(8)
    cells: list[tuple[str, Sequence[tuple[str, str]] | str]] = [
        ("id", row["id"]),
        ("headline", [(row["headline"], COLOURS["headline"])]),
        ("date", row["date"].isoformat()),
        ("body", [(_cut(row["body"], 96), INK)]),
        ("source", [(row["source"], COLOURS["source"])]),
        ("tags", [(f"[{tag}] ", COLOURS["tag"]) for tag in row["tags"]]),
    ]
    for name, value in cells:
        _draw_cell(drawing, name, value, f"{row['body'].count(NEWLINE) + 1} paragraphs" if name == "body" else "")
    for item in row["related"]:
        name = "related" if item is row["related"][0] else ""
        age = f" | {item['age']}" if item["age"] else ""
        _draw_cell(drawing, name, [(item["headline"], COLOURS["teaser"]), (age, COLOURS["age"])], item["kind"])
    _draw_cell(drawing, "page", f"{row['page']['file']} · sha256 {row['page']['sha256'][:16]}…")


def _draw_cell(drawing: Drawing, name: str, value: Sequence[tuple[str, str]] | str, note: str = "") -> None:
    drawing.down()
    drawing.left(name, x=46, colour="#79c0ff")
    if isinstance(value, str):
        drawing.left(value, x=160)
    else:
        drawing.left(note, x=160, colour=DIM)
        drawing.right(value)


PICTURES = {"explain.svg": explain_svg, "architecture.svg": architecture_svg}


def main() -> None:
    """Write every picture anew."""
    for name, draw in PICTURES.items():
        (IMAGES / name).write_text(draw(), encoding="utf-8")
        sys.stdout.write(f"docs/images/{name}\n")


if __name__ == "__main__":
    main()
