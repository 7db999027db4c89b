"""Which device and precision a job computes with."""

import os
from dataclasses import dataclass
from typing import Any

from engine.errors import DeviceError

PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class Device:
    """A device (as torch names it), a precision (``float32`` or ``bfloat16``), and what to say."""

    name: str
    precision: str
    notices: tuple[str, ...] = ()

    @property
    def fabric(self) -> dict[str, Any]:
        """The same choice in Lightning Fabric's terms.

        Under torchrun or SLURM the launcher has said how many processes there are; alone, one.
        """
        kind, _, index = self.name.partition(":")
        local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        nodes = int(os.environ.get("WORLD_SIZE", local)) // local
        devices: int | list[int] = local
        if kind == "cuda" and local == 1:
            devices = [int(index or 0)]
        return {
            "accelerator": kind,
            "devices": devices,
            "nodes": nodes,
            "precision": {"float32": "32-true", "bfloat16": "bf16-mixed"}[self.precision],
        }


def available_devices() -> list[tuple[str, str]]:
    """What this machine offers, as (name, title); the first is the automatic choice."""
    import torch

    cores = os.cpu_count() or 1
    offered = [("auto", "Automatic"), ("cpu", f"CPU · {cores} cores")]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        offered.append((f"cuda:{index}", torch.cuda.get_device_name(index)))
    if torch.backends.mps.is_available():
        offered.append(("mps", "Apple GPU"))
    return offered


def device_title(name: str) -> str:
    """What people call a device that torch names so."""
    return dict(available_devices()).get(name, name)


def choose_device(device: str, precision: str, training: bool) -> Device:
    """The device to compute with; one that is missing or silent gives way to the next best.

    Args:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        precision: ``auto``, ``float32`` or ``bfloat16``. Automatic is bfloat16 where the hardware
            multiplies in it, except that sampling on a CPU keeps float32, so that a pair does not
            depend on the batch it is drawn in.

    Raises:
        DeviceError: a name that is none of these.
    """
    if precision not in PRECISIONS:
        raise DeviceError(f"no precision '{precision}'; there are: {', '.join(PRECISIONS)}")
    if device != "auto" and device.partition(":")[0] not in ("cpu", "cuda", "mps"):
        raise DeviceError(f"no device '{device}'; say auto, cpu, cuda, cuda:N or mps")
    offered = [name for name, _ in available_devices()[1:]]
    wanted = [device] if device != "auto" else []
    notices: list[str] = []
    for name in [*wanted, *(n for n in offered if n != "cpu"), "cpu"]:
        name = "cuda:0" if name == "cuda" else name
        fault = _fault(name, offered)
        if fault is None:
            return Device(name, _precision(name, precision, training), tuple(notices))
        notices.append(f"{name} {fault}; trying the next best device")
    raise DeviceError("not even the CPU computes here: reinstall torch")


def _fault(name: str, offered: list[str]) -> str | None:
    """Why a device cannot be used, or None."""
    import torch

    if name not in offered:
        return "is not on this machine"
    try:
        torch.ones(8, device=name).sum().item()
    except RuntimeError as error:
        return f"does not answer ({str(error).splitlines()[0]})"
    return None


def _precision(name: str, precision: str, training: bool) -> str:
    import torch

    if precision != "auto":
        return precision
    if name.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    if name == "cpu" and training and _cpu_multiplies_bfloat16():
        return "bfloat16"
    return "float32"


def _cpu_multiplies_bfloat16() -> bool:
    from torch.cpu import _is_amx_tile_supported, _is_avx512_bf16_supported

    return bool(_is_avx512_bf16_supported() or _is_amx_tile_supported())
