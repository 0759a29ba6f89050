"""Assembly: staged shards -> every file of a dataset, still in the staging folder."""

from toolkit.assembly.files import Assembled, assemble
from toolkit.assembly.values import Passed, Recipe

__all__ = ["Assembled", "Passed", "Recipe", "assemble"]
