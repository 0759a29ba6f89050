"""What the process that workers are forked from imports last: its owner may fork other processes from it, too."""

import sys

if sys.modules.get("hypothesis", sys) is None:  # as `tune_process` leaves it
    del sys.modules["hypothesis"]
