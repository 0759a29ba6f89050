"""`toolkit` and `python -m toolkit`: one command."""

from toolkit.cli import main

if __name__ == "__main__":
    main()
