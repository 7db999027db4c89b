"""Which process this is, where a launcher (torchrun, SLURM) has started several."""

import os


def is_first_process() -> bool:
    """Whether this process is the one that writes and speaks."""
    return int(os.environ.get("RANK", os.environ.get("SLURM_PROCID", "0"))) == 0
