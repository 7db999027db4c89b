"""Full memory, in the words of every device."""

import torch

_WORDS = ("out of memory", "can't allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that memory is full; CPUs and Apple's GPUs say so in words alone."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(w in str(error).lower() for w in _WORDS)


def release_memory() -> None:
    """Hand back what torch keeps for later, so that a smaller batch finds room in one piece."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
