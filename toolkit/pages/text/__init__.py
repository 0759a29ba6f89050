"""The text of a page: bytes -> canonical lines, and the folded copy on which what is printed is recognised.

`lines` decodes bytes, makes them canonical, and knows where in the page each line stands. `folding` takes from a copy
of a text what spelling leaves open, so that labels, ages and months are recognised; the text itself is kept as it is.
Both rest on `normal_forms`, and are called by all other parts of `pages`.
"""

from toolkit.pages.text.folding import fold, fold_digits, fold_words, plain_digits, without_signs
from toolkit.pages.text.lines import Text, canonical, decode, line_numbers, place, place_of_invisible, places

__all__ = [
    "Text",
    "canonical",
    "decode",
    "fold",
    "fold_digits",
    "fold_words",
    "line_numbers",
    "place",
    "place_of_invisible",
    "places",
    "plain_digits",
    "without_signs",
]
