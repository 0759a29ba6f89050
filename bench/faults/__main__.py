"""`python -m bench.faults WHAT`: builds under faults; `--help` tells what there is."""

import sys

from bench.faults.commands import main

if __name__ == "__main__":
    sys.exit(main())
