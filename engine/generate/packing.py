"""Turn a run into one small weights file to hand out: half precision, with its prior."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import WeightsError
from engine.generate.weights import (
    LAYOUT,
    read_prior_arrays,
    read_tensors,
    read_weights_info,
    save_weights,
)


@dataclass(frozen=True)
class PackedWeights:
    """What was written: size in bytes, parameters, and the largest change by rounding."""

    path: Path
    size: int
    parameters: int
    largest_change: float


def pack_weights(source: Path, out: Path, licence: str, trained_on: str) -> PackedWeights:
    """Write the networks of `source` in half precision; prior, layouts and metadata as they are.

    Half precision keeps 11 bits of every weight; the network still computes in what it is asked to.

    Args:
        source: a run's folder or a weights file.
        licence: under which the file is handed out (an SPDX name), kept in its metadata.
        trained_on: in words, what the training radiographs were; likewise.

    Raises:
        WeightsError: `source` is no weights file, a weight is too large for half precision, or
            `out` cannot be written.
    """
    import torch

    info = read_weights_info(source)
    prior = read_prior_arrays(source)
    tensors, largest_change, parameters = {}, 0.0, 0
    for name, tensor in read_tensors(info).items():
        if name.startswith("prior."):
            continue
        if name.startswith(LAYOUT):
            tensors[name] = tensor
            continue
        half = tensor.half()
        if not half.isfinite().all():
            raise WeightsError(f"{info.path}: {name} does not fit half precision")
        largest_change = max(largest_change, float((half.float() - tensor.float()).abs().max()))
        parameters += tensor.numel()
        tensors[name] = half
    tensors |= {f"prior.{name}": torch.from_numpy(np.array(a)) for name, a in prior.items()}
    metadata = {**info.metadata, "licence": licence, "trained_on": trained_on}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        save_weights(out, tensors, info.settings, metadata)
    except OSError as error:
        raise WeightsError(f"cannot write {out}: {error.strerror or error}") from error
    return PackedWeights(out, out.stat().st_size, parameters, largest_change)
