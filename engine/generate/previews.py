"""Pictures of sampled pairs for people who look in while training runs."""

from pathlib import Path

import numpy as np

from engine.events import CancelToken, PairSampled
from engine.generate.generator import PairGenerator
from engine.generate.sampling import sample_pairs
from engine.generate.sampling_choice import quick_sampling
from engine.pair import Pair

PREVIEW_PAIRS = 4
PREVIEW_STEPS = 12
CAPTION = "Synthetic, research use only"


def write_preview(path: Path, pairs: np.ndarray) -> None:
    """Write images above their heatmaps as one PNG, marked as synthetic.

    Args:
        pairs: (n, 2, 256, 256) in [-1, 1].
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    rows = [np.concatenate(list(pairs[:, channel]), axis=1) for channel in range(2)]
    grey = np.round((np.concatenate(rows) + 1) * 127.5).clip(0, 255).astype(np.uint8)
    note = PngInfo()
    note.add_text("Description", CAPTION)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(grey).save(path, pnginfo=note)


def sample_some(
    generator: PairGenerator, seed: int, count: int, steps: int, precision: str, token: CancelToken
) -> list[Pair]:
    """Pairs 0 … count - 1 of a seed, quickly and a few at a time; fewer once the token is stopped.

    Args:
        steps: network calls per pair at most.
    """
    sampler, steps = quick_sampling(generator.settings, steps)
    drawn: list[Pair] = []
    for start in range(0, count, PREVIEW_PAIRS):
        indices = range(start, min(start + PREVIEW_PAIRS, count))
        events = sample_pairs(generator, seed, indices, sampler, steps, token, precision)
        drawn += [event.pair for event in events if isinstance(event, PairSampled)]
    return drawn
