"""Draws docs/images/architecture.svg: the layers that pyproject.toml declares, and what flows through them."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"

NOTES = {
    "__main__": "the command",
    "pytest_plugin": "--article-dataset",
    "cli": "parse, call, report, exit code",
    "release": "diff and publish",
    "converter": "build",
    "inspector": "validate",
    "explainer": "explain",
    "reporter": "report",
    "rejects": "rejects",
    "assembly": "files of a dataset, in order",
    "inspection": "what is wrong with it",
    "reporting": "one page of HTML",
    "settings": "contract, layout, tags, card",
    "pipeline": "documents to checked rows, in two passes",
    "dataset": "shards, digest, facts, card, manifest",
    "contract": "what a row must be",
    "pages": "bytes to article and back",
    "sources": "inputs to documents",
    "engines": "where tasks run",
    "formats": "findings to text",
    "storage": "the only package that writes; one commit",
    "arguments": "what callers pass, checked",
    "arrays": "types of numpy arrays",
    "json_text": "JSON that is nothing else",
    "markdown_text": "any text in Markdown",
    "yaml_text": "YAML that knows its lines",
    "documents": "what sources give and pages take",
    "validation": "findings, all counted, some kept",
    "diagnostics": "a finding and its place",
    "codes": "every code there is",
    "errors": "exceptions and exit codes",
    "preloads": "what workers import first",
}
"""A few words for each module; one without a note is drawn with its name alone."""

FLOW = (
    ("page", "raw/*.txt"),
    ("Document", "sources"),
    ("Text", "pages"),
    ("Article | Reject", "pages"),
    ("RecordBatch", "pages"),
    ("Checked", "contract"),
    ("ShardFile", "dataset"),
    ("Manifest", "storage"),
)
"""The type of each stage of a build, and the package that makes it."""

WIDTH, LEFT, TOP = 980, 70, 118
ROW, BOX, GAP = 54, 46, 10
STYLE = (
    "text{font-family:system-ui,'Segoe UI','Noto Sans',sans-serif;fill:#1f2328;text-anchor:middle}"
    ".n{font-size:15px;font-weight:600}.d{font-size:12px;fill:#59636e}.f{font-size:12px;font-weight:600}"
    ".b{fill:#f6f8fa;stroke:#d1d9e0}.g{fill:#ddf4ff;stroke:#54aeff}.a{stroke:#59636e;fill:none;stroke-width:1.5}"
)

MARKER = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#59636e"/></marker>'
)


def layers() -> list[list[str]]:
    """Modules of each layer, from the top down; those of one layer never import each other."""
    contracts = tomllib.loads(PYPROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return [row.split(" | ") for row in contracts[0]["layers"]]


def architecture_svg() -> str:
    """The picture of the architecture."""
    rows = layers()
    height = TOP + ROW * len(rows) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>What flows through a build, and the layers of the package: imports go down only</title>",
        f"<style>{STYLE}</style>",
        MARKER,
        f'<rect width="{WIDTH}" height="{height}" rx="10" fill="#ffffff"/>',
        *_flow(),
        *_side(height),
    ]
    for number, names in enumerate(rows):
        parts += _layer(names, TOP + ROW * number)
    return "\n".join([*parts, "</svg>\n"])


def _flow() -> list[str]:
    """The stages of a build, side by side."""
    width = (WIDTH - 30) / len(FLOW)
    parts = []
    for number, (name, wing) in enumerate(FLOW):
        x = 15 + width * number
        parts += _box(name, wing, x=x, y=22, width=width - 22, kind="g", label="f")
        if number + 1 < len(FLOW):
            parts.append(
                f'<line class="a" x1="{x + width - 21:.0f}" x2="{x + width - 2:.0f}" y1="45" y2="45" '
                'marker-end="url(#tip)"/>'
            )
    return parts


def _side(height: int) -> list[str]:
    """The arrow that says which way imports go."""
    middle = (TOP + height) / 2
    return [
        f'<line class="a" x1="44" x2="44" y1="{TOP}" y2="{height - 18}" marker-end="url(#tip)"/>',
        f'<text class="d" transform="translate(30 {middle:.0f}) rotate(-90)">imports go down only</text>',
    ]


def _layer(names: list[str], y: float) -> list[str]:
    width = (WIDTH - LEFT - 15 + GAP) / len(names)
    parts = []
    for number, name in enumerate(names):
        parts += _box(name, NOTES.get(name, ""), x=LEFT + width * number, y=y, width=width - GAP)
    return parts


def _box(name: str, note: str, *, x: float, y: float, width: float, kind: str = "b", label: str = "n") -> list[str]:
    middle = x + width / 2
    return [
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX}" rx="7"/>',
        f'<text class="{label}" x="{middle:.0f}" y="{y + BOX / 2 - 3:.0f}">{escape(name)}</text>',
        f'<text class="d" x="{middle:.0f}" y="{y + BOX / 2 + 15:.0f}">{escape(note)}</text>',
    ]
