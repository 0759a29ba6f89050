"""What the process that workers are forked from imports before all else."""

from toolkit.engines.tuning import tune_process

tune_process()
