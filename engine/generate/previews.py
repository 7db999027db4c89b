"""Pictures of sampled pairs for people who look in while training runs."""

from pathlib import Path

import numpy as np

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
