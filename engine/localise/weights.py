"""Localiser files: one safetensors with the network and what it errs by, and JSON metadata.

Nothing is unpickled. A file that is not what it says is refused with one line.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import SettingsError, WeightsError
from engine.generate.weights import weights_path
from engine.localise.settings import LocaliserSettings

FORMAT = "ossa-localiser-1"
HELD_OUT = "held_out."


@dataclass(frozen=True)
class LocaliserInfo:
    """What a localiser's file says of itself.

    hash: 16 hexadecimal digits of the file's BLAKE2b; metadata: landmarks, anatomy, step …
    """

    path: Path
    hash: str
    settings: LocaliserSettings
    metadata: dict[str, Any]


@dataclass(frozen=True)
class HeldOutErrors:
    """How a localiser erred on n annotated radiographs that it was not trained on.

    errors: (n, L, 2) found minus annotated, x and y in mm; sigmas: (n, L, 2) what it said, in mm.
    """

    errors: np.ndarray
    sigmas: np.ndarray


def save_localiser(
    path: Path,
    tensors: dict[str, Any],
    settings: LocaliserSettings,
    metadata: dict,
    held_out: HeldOutErrors | None = None,
) -> None:
    """Write a localiser beside `path`, then replace it."""
    import torch

    from engine.generate.checkpoint import replace_safetensors

    stored = {f"network.{name}": tensor for name, tensor in tensors.items()}
    if held_out is not None:
        for name, values in (("errors", held_out.errors), ("sigmas", held_out.sigmas)):
            stored[HELD_OUT + name] = torch.from_numpy(np.asarray(values, dtype=np.float32))
    header = {"format": FORMAT, "settings": settings.to_toml(), "metadata": json.dumps(metadata)}
    replace_safetensors(path, stored, header)


def read_localiser_info(path: Path) -> LocaliserInfo:
    """Settings, metadata and hash of a localiser's file or run folder, without loading torch.

    Raises:
        WeightsError: it is not a localiser of Ossa.
    """
    from safetensors import SafetensorError, safe_open

    source = weights_path(path)
    try:
        with safe_open(source, framework="numpy") as stored:
            header = stored.metadata() or {}
        if header.get("format") != FORMAT:
            raise WeightsError(
                f"{source} is not a localiser of Ossa (format {header.get('format')!r}, "
                f"expected {FORMAT!r})"
            )
        settings = LocaliserSettings.from_toml(header["settings"], str(source))
        metadata = json.loads(header["metadata"])
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{source} is not a safetensors file: {error}") from error
    except (KeyError, json.JSONDecodeError, SettingsError) as error:
        raise WeightsError(f"{source} is not a localiser this version reads: {error}") from error
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=8))
    return LocaliserInfo(source, digest.hexdigest(), settings, metadata)


def load_localiser(info: LocaliserInfo) -> Any:
    """The network of a localiser's file, ready to predict on the CPU
    (`engine.localise.network.Localiser`).

    Raises:
        WeightsError: tensors that do not fit the settings.
    """
    from engine.localise.network import Localiser

    network = Localiser(info.settings, int(info.metadata["landmarks"]))
    try:
        network.load_state_dict(_network_tensors(info))
    except RuntimeError as error:
        raise WeightsError(f"{info.path} does not fit its own settings") from error
    return network.eval()


def _network_tensors(info: LocaliserInfo) -> dict[str, Any]:
    from safetensors.torch import load_file

    return {
        name.removeprefix("network."): tensor
        for name, tensor in load_file(info.path).items()
        if name.startswith("network.")
    }


def keep_held_out_errors(info: LocaliserInfo, held_out: HeldOutErrors) -> None:
    """Write the localiser's file again, with these errors in it."""
    save_localiser(info.path, _network_tensors(info), info.settings, info.metadata, held_out)


def read_held_out_errors(info: LocaliserInfo) -> HeldOutErrors | None:
    """The errors that were measured on held-out radiographs; None if none were."""
    from safetensors import safe_open

    with safe_open(info.path, framework="numpy") as stored:
        if HELD_OUT + "errors" not in stored.keys():  # noqa: SIM118
            return None
        return HeldOutErrors(
            stored.get_tensor(HELD_OUT + "errors"), stored.get_tensor(HELD_OUT + "sigmas")
        )
