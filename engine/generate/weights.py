"""Weights files: one safetensors with the network, the prior and JSON metadata.

Nothing is unpickled. A file that is not what it says is refused with one line.
"""

import hashlib
import json
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import SettingsError, WeightsError
from engine.generate.settings import DiffusionSettings, GeneratorSettings

FORMAT = "ossa-weights-1"
WEIGHTS_NAME = "weights.safetensors"
_PRIOR, _NETWORK, _GUIDE = "prior.", "network.", "guide."
_LEADING = tuple(f"{network}embed_heatmap_step." for network in (_NETWORK, _GUIDE))
LAYOUT = "layout_"  # of the layouts that a generator draws, beside its networks
_TOLD_LAYOUT = tuple(f"{network}enter_layout." for network in (_NETWORK, _GUIDE))


@dataclass(frozen=True)
class WeightsInfo:
    """What a weights file says of itself.

    hash: 16 hexadecimal digits of the file's BLAKE2b; metadata: step, pairs_seen, anatomy,
    data_fingerprint, version …
    """

    path: Path
    hash: str
    settings: GeneratorSettings
    metadata: dict[str, Any]


def weights_path(path: Path) -> Path:
    """The weights file that `path` means: itself, or the one in a run's folder.

    Raises:
        WeightsError: there is none.
    """
    candidate = path / WEIGHTS_NAME if path.is_dir() else path
    if not candidate.is_file():
        raise WeightsError(f"no weights at {path}: name a run's folder or a .safetensors file")
    return candidate


def save_weights(path: Path, tensors: dict, settings: GeneratorSettings, metadata: dict) -> None:
    """Write weights beside `path`, then replace it.

    Args:
        tensors: torch tensors by name, the generator's own and ``prior.…``.
    """
    from engine.generate.checkpoint import replace_safetensors

    header = {"format": FORMAT, "settings": settings.to_toml(), "metadata": json.dumps(metadata)}
    replace_safetensors(path, tensors, header)


def read_weights_info(path: Path) -> WeightsInfo:
    """Settings, metadata and hash of a weights file or a run's folder, without loading torch.

    Raises:
        WeightsError: it is not a weights file of Ossa.
    """
    source = weights_path(path)
    settings, metadata = _read_description(source)
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=8))
    return WeightsInfo(source, digest.hexdigest(), settings, metadata)


def read_weights_settings(path: Path) -> GeneratorSettings:
    """The settings of a weights file or a run's folder, without reading the whole file.

    Raises:
        WeightsError: it is not a weights file of Ossa.
    """
    return _read_description(weights_path(path))[0]


def read_prior_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of the prior that travels with the weights (`engine.assess.prior.Prior`).

    Raises:
        WeightsError: the file holds none.
    """
    from safetensors import SafetensorError, safe_open

    source = weights_path(path)
    try:
        with safe_open(source, framework="numpy") as stored:
            names = [name for name in stored.keys() if name.startswith(_PRIOR)]  # noqa: SIM118
            arrays = {name.removeprefix(_PRIOR): stored.get_tensor(name) for name in names}
    except SafetensorError as error:
        raise WeightsError(f"{source} is not a safetensors file: {error}") from error
    if not arrays:
        raise WeightsError(f"{source} holds no prior: train again with this version")
    return arrays


def read_tensors(info: WeightsInfo, prefix: str = "") -> dict[str, Any]:
    """The torch tensors of a weights file whose names begin with `prefix`, without it.

    They keep the precision they are stored in, half or single.
    """
    from safetensors.torch import load_file

    return {
        name.removeprefix(prefix): tensor
        for name, tensor in load_file(info.path).items()
        if name.startswith(prefix)
    }


def load_generator(info: WeightsInfo) -> Any:
    """The generator of a weights file, float32 on the CPU, whatever precision the file stores
    (`engine.generate.generator.PairGenerator`).

    Raises:
        WeightsError: tensors that do not fit the settings.
    """
    from engine.generate.families import make_generator

    generator = make_generator(info.settings)
    _fill(generator, info)
    return generator.eval()


def fits(info: WeightsInfo, settings: GeneratorSettings) -> bool:
    """Whether a generator of `settings` can take over the networks of a weights file: the same
    networks, trained to do the same, told of augmentation or not. The lead of the image may be
    new to it, since a network learns that on top (not the other way round), and so may the layout
    and the guide; a layout may have other components and another sigma.
    """
    theirs, ours = info.settings, settings
    if theirs.family == "diffusion":
        told = (theirs.augmentation is None, ours.augmentation is None)
        same_process = _with_lead_of(ours.diffusion, theirs.diffusion) == ours.diffusion
        keeps_layout = theirs.layout is None or ours.layout is not None
        return (
            theirs.network == ours.network and same_process and keeps_layout and told[0] == told[1]
        )
    return (theirs.vae, theirs.gan) == (ours.vae, ours.gan)


def _with_lead_of(
    ours: DiffusionSettings | None, theirs: DiffusionSettings | None
) -> DiffusionSettings | None:
    """Their process with our lead where they had none."""
    if ours is None or theirs is None:
        return theirs
    return replace(theirs, lead=theirs.lead or ours.lead)


def load_networks(info: WeightsInfo, settings: GeneratorSettings, generator: Any) -> None:
    """Give a generator of `settings` the networks of a weights file, to train on from there; what
    layouts it draws it keeps, since they belong to the radiographs.

    Raises:
        WeightsError: the file's network is another one, or was trained to predict something else;
            or tensors that do not fit the file's settings.
    """
    if not fits(info, settings):
        raise WeightsError(
            f"{info.path} holds a generator of other settings (preset {info.settings.preset}): "
            f"train from it with the preset it was made with, or begin from nothing"
        )
    new = [LAYOUT] if info.settings.diffusion == settings.diffusion else [LAYOUT, *_LEADING]
    if info.settings.layout is None and settings.layout is not None:
        new.extend(_TOLD_LAYOUT)
    if info.settings.guide != settings.guide:
        new.append(_GUIDE)
    _fill(generator, info, tuple(new))


def _fill(generator: Any, info: WeightsInfo, new: tuple[str, ...] = ()) -> None:
    """Give the generator what the file holds; what begins with one of `new` stays as it is."""
    own = {name: t for name, t in generator.state_dict().items() if name.startswith(new)}
    stored = {
        name: tensor.float()
        for name, tensor in read_tensors(info).items()
        if not name.startswith((_PRIOR, *new))
    }
    try:
        generator.load_state_dict(stored | own)
    except RuntimeError as error:
        line = textwrap.shorten(str(error).splitlines()[-1], 160)
        raise WeightsError(f"{info.path} does not fit its own settings: {line}") from error


def _read_description(source: Path) -> tuple[GeneratorSettings, dict[str, Any]]:
    header = _read_header(source)
    try:
        if header.get("format") != FORMAT:
            raise WeightsError(
                f"{source} is not an Ossa weights file (format {header.get('format')!r}, "
                f"expected {FORMAT!r})"
            )
        settings = GeneratorSettings.from_toml(header["settings"], str(source))
        return settings, json.loads(header["metadata"])
    except (KeyError, json.JSONDecodeError, SettingsError) as error:
        raise WeightsError(f"{source} is not a weights file this version reads: {error}") from error


def _read_header(source: Path) -> dict[str, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(source, framework="numpy") as stored:
            return stored.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{source} is not a safetensors file: {error}") from error
