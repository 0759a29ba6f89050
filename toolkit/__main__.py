"""`toolkit` and `python -m toolkit`: one command."""

import os
import signal


def main() -> None:
    """Run the command line; SIGINT ends it without a word as long as it imports what it needs."""
    signal.signal(signal.SIGINT, lambda number, _frame: os._exit(128 + number))
    from toolkit.cli import main as run  # noqa: PLC0415 - takes 0.1 s, in which Python would tell it by a traceback

    run()


if __name__ == "__main__":
    main()
