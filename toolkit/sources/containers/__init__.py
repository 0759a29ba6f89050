"""Containers: archives and files of records to documents, one after another, in bounded memory.

Of an open file or stream `zips` and `tars` read `members`, `records` reads lines of JSON, and `wet` what was crawled;
`*_starts` say where a large one may be cut.
"""

from toolkit.sources.containers.records import line_starts, read_lines
from toolkit.sources.containers.tars import read_tar, tar_starts
from toolkit.sources.containers.wet import read_wet
from toolkit.sources.containers.zips import read_zip, zip_starts

__all__ = ["line_starts", "read_lines", "read_tar", "read_wet", "read_zip", "tar_starts", "zip_starts"]
