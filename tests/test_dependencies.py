"""What pyproject.toml promises of its dependencies can be tried."""

import re
import tomllib
from itertools import chain

from snippets import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
USED = ("ray", "s3", "sign", "warc")
"""The extras that the package itself imports; those of tests and documentation may be newer."""


def test_the_lowest_versions_are_the_lower_bounds():
    wanted = chain(PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in USED))
    bounds = [re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+),<\d+$", each).expand(r"\1==\2") for each in wanted]
    lines = (ROOT / "constraints-lowest.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == sorted(bounds)
