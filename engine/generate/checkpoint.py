"""The state of training on disk: everything a run needs to go on as if it had never stopped."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.errors import WeightsError
from engine.settings_file import RunSettings

FORMAT = "ossa-training-2"
STATE_NAME = "state.safetensors"


@dataclass(frozen=True)
class Progress:
    """How far training has come; `elapsed` counts seconds of training over all resumptions.

    copying_since: the step at which samples were first seen to copy training radiographs.

    The order of the data, the augmentation and the noise are functions of the step alone, so the
    step is all there is to say of them.
    """

    step: int = 0
    pairs_seen: int = 0
    elapsed: float = 0.0
    copying_since: int | None = None


def replace_safetensors(path: Path, tensors: dict[str, Tensor], header: dict[str, str]) -> None:
    """Write tensors beside `path`, flush them to the disk, then replace it."""
    from safetensors.torch import save_file

    beside = path.with_name(path.name + ".part")
    save_file({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, beside, header)
    with beside.open("rb") as stream:
        os.fsync(stream.fileno())
    beside.replace(path)


def save_state(
    path: Path,
    model: nn.Module,
    average: dict[str, Tensor],
    optimiser: torch.optim.Optimizer,
    progress: Progress,
    settings: RunSettings,
    fingerprint: str,
) -> None:
    """Write weights, their average and the optimiser's moments to `path`."""
    tensors = {f"weights.{name}": t for name, t in model.state_dict().items()}
    tensors |= {f"average.{name}": t for name, t in average.items()}
    names = [name for name, _ in model.named_parameters()]
    for index, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"adam.{key}.{names[index]}": value for key, value in moments.items()}
    header = {
        "format": FORMAT,
        "progress": json.dumps(asdict(progress)),
        "settings": settings.to_toml(),
        "fingerprint": fingerprint,
    }
    replace_safetensors(path, tensors, header)


def read_state_header(path: Path) -> tuple[Progress, str, str]:
    """Progress, settings (as TOML) and data fingerprint of a state file.

    Raises:
        WeightsError: it is not one.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stored:
            header = stored.metadata() or {}
        if header.get("format") != FORMAT:
            raise WeightsError(f"{path} is not a training state of this version of Ossa")
        progress = Progress(**json.loads(header["progress"]))
        return progress, header["settings"], header["fingerprint"]
    except (SafetensorError, OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise WeightsError(f"{path} is damaged: {error}; delete the run and train anew") from error


def load_state(
    path: Path,
    model: nn.Module,
    average: dict[str, Tensor],
    optimiser: torch.optim.Optimizer,
) -> None:
    """Put the tensors of a state file where `save_state` took them from.

    Raises:
        WeightsError: they do not fit.
    """
    from safetensors.torch import load_file

    stored = load_file(path)
    groups: dict[str, dict[str, Tensor]] = {"weights": {}, "average": {}, "adam": {}}
    for name, tensor in stored.items():
        group, rest = name.split(".", 1)
        groups[group][rest] = tensor
    try:
        model.load_state_dict(groups["weights"])
        for name, tensor in average.items():
            tensor.copy_(groups["average"][name])
    except (RuntimeError, KeyError) as error:
        raise WeightsError(f"{path} does not fit the run's settings") from error
    parameters = dict(model.named_parameters())
    indices = {name: index for index, name in enumerate(parameters)}
    moments: dict[int, dict[str, Tensor]] = {}
    for key_and_name, tensor in groups["adam"].items():
        key, name = key_and_name.split(".", 1)
        if tensor.ndim:
            # The fused optimiser walks weights and moments side by side in memory, so the moments
            # need the weights' memory format, which the file does not keep.
            tensor = torch.empty_like(parameters[name]).copy_(tensor)
        moments.setdefault(indices[name], {})[key] = tensor
    state = optimiser.state_dict()
    optimiser.load_state_dict({**state, "state": moments})
