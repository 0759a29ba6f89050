"""The command line: parse, call the API, report, give back the exit code.

- `main` is the program. The verbs are in `building`, `validating`, `releasing` and `reporting`, short ones in `main`;
  `options` are those that several share, `defaults` come from files, `usage` is what `--help` shows.
- Verbs print by `summaries`, `findings`, `publications` and `explanations`. `console` shows messages and progress, and
  makes exit codes of errors; `streams` are where all of it goes.
- `headstart` forks workers before the work begins.
"""

from toolkit.cli.main import main

__all__ = ["main"]
