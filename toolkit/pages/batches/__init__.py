"""Many ordinary pages at once, read on their UTF-8."""

from toolkit.pages.batches.reader import PageReader, Readings, Refused

__all__ = ["PageReader", "Readings", "Refused"]
