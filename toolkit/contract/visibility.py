"""What counts as visible in a text: everything but white space, controls and characters that show nothing."""

from __future__ import annotations

from typing import Final

_NOTHING_TO_SEE: Final = (
    (0x0000, 0x0020),  # C0 controls and the space
    (0x007F, 0x00A0),  # delete, C1 controls, no-break space
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x1680, 0x1680),  # Ogham space mark
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian selectors and vowel separator
    (0x2000, 0x200F),  # spaces, zero width characters, direction marks
    (0x2028, 0x202F),  # separators, bidi embeddings, narrow no-break space
    (0x205F, 0x206F),  # mathematical space, invisible operators, bidi isolates
    (0x2800, 0x2800),  # blank braille pattern
    (0x3000, 0x3000),  # ideographic space
    (0x3164, 0x3164),  # Hangul filler
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # zero width no-break space
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF9, 0xFFFB),  # interlinear annotation
)

VISIBLE_RE2: Final = (
    "[^" + "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in _NOTHING_TO_SEE) + r"\x{E0000}-\x{E0FFF}]"
)
"""A regular expression of RE2 that finds a visible character; U+E0000 to U+E0FFF are tags and selectors."""

VISIBLE_JSON: Final = "[^" + "".join(rf"\u{first:04x}-\u{last:04x}" for first, last in _NOTHING_TO_SEE) + "]"
r"""The same for JSON Schema, whose patterns reach no further than `\uffff` in every reader."""
