"""Assembly: staged shards -> every file of a dataset, still in the staging folder.

`files` puts them there in order, with the tables of `rejects` and `duplicates`, and `descriptions`, which are card and
report; `values` are what they are made from.
"""

from toolkit.assembly.files import Assembled, assemble
from toolkit.assembly.values import Passed, Recipe

__all__ = ["Assembled", "Passed", "Recipe", "assemble"]
