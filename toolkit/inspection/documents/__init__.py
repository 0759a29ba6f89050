"""The documents of a dataset against the rest of it, by meaning: a file of the right hash may still lie.

`card` and `croissant` are made once more and compared (`differences`); `copies` are contract, layout and tags.
"""

from toolkit.inspection.documents.card import find_card_flaws
from toolkit.inspection.documents.copies import find_tags_flaws, read_contract, read_layout
from toolkit.inspection.documents.croissant import find_croissant_flaws

__all__ = ["find_card_flaws", "find_croissant_flaws", "find_tags_flaws", "read_contract", "read_layout"]
