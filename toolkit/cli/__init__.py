"""The command line: parse, call the API, report, give back the exit code."""

from toolkit.cli.main import main

__all__ = ["main"]
