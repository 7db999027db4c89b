"""How much memory this process uses, of the machine and of the device that it computes on."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class MemoryUse:
    """Bytes: `process` of the machine's memory; `device` of `device_total` on a GPU, None where
    there is none or it does not say."""

    process: int
    device: int | None = None
    device_total: int | None = None


def memory_use(device: str = "cpu") -> MemoryUse:
    """Ask now; takes well under a millisecond and waits for no computation.

    Args:
        device: as torch names it. Torch is asked only where it is loaded already.
    """
    import psutil

    process = psutil.Process().memory_info().rss
    torch = sys.modules.get("torch")
    if torch is None:
        return MemoryUse(process)
    if device.startswith("cuda"):
        total = torch.cuda.get_device_properties(device).total_memory
        return MemoryUse(process, torch.cuda.memory_reserved(device), total)
    if device == "mps":
        return MemoryUse(process, torch.mps.driver_allocated_memory())
    return MemoryUse(process)
