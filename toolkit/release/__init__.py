"""Release: datasets compared with those that came before, and given to readers as versions."""

from toolkit.release.comparer import diff

__all__ = ["diff"]
