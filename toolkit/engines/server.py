"""What the process that workers are forked from imports before all else."""

from toolkit.engines.sparing import spare

spare()
