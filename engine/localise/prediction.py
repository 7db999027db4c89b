"""Where a localiser finds the landmarks of radiographs on a canvas."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from engine.data.canvas_set import in_range
from engine.generate.precision import autocast
from engine.localise.network import Localiser

BATCH = 8


@dataclass(frozen=True)
class Predictions:
    """n radiographs: points and sigmas (n, L, 2), x and y in pixels of the pictures given."""

    points: np.ndarray
    sigmas: np.ndarray


def predict(localiser: Localiser, images: np.ndarray, precision: str = "float32") -> Predictions:
    """Find the landmarks of square radiographs; another side than the localiser's is resampled.

    Args:
        images: (n, s, s), uint16 grey levels or floats in [-1, 1].
    """
    device = next(localiser.parameters()).device
    side, own = images.shape[-1], localiser.settings.side
    points, sigmas = [], []
    localiser.eval()
    for start in range(0, len(images), BATCH):
        part = images[start : start + BATCH]
        scaled = in_range(part) if part.dtype == np.uint16 else part.astype(np.float32)
        batch = torch.from_numpy(np.ascontiguousarray(scaled))[:, None].to(device)
        if side != own:
            batch = F.interpolate(
                batch, (own, own), mode="bilinear", align_corners=False, antialias=True
            )
        batch = batch.contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), autocast(device, precision):
            found, spread = localiser.locate(batch)
        points.append((found.float().cpu().numpy().astype(np.float64) + 0.5) * (side / own) - 0.5)
        sigmas.append(spread.float().cpu().numpy().astype(np.float64) * (side / own))
    shape = (0, localiser.landmarks, 2)
    return Predictions(
        np.concatenate(points) if points else np.zeros(shape),
        np.concatenate(sigmas) if sigmas else np.zeros(shape),
    )
