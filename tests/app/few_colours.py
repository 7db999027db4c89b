"""A picture in 256 colours that keeps what counts in it: flat surfaces, greys, overlay colours."""

from pathlib import Path

import numpy as np

_FLAT, _GREYS, _BRIGHT = 40, 80, 136
_COLOURFUL = 40  # difference of channels from which a pixel is no grey


def reduce_colours(file: Path) -> None:
    """Rewrite a PNG with a palette: the window's surfaces and the radiograph's greys as they are,
    and the rest for the few pixels that tell fingers and verdicts apart."""
    from PIL import Image

    picture = Image.open(file).convert("RGB")
    pixels = np.asarray(picture).reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    flat = colours[np.argsort(counts)[-_FLAT:]]
    greys = np.linspace(0, 255, _GREYS).round()[:, None].repeat(3, axis=1)
    bright = colours[np.ptp(colours.astype(int), axis=1) >= _COLOURFUL]
    few = Image.fromarray(bright[None].astype(np.uint8)).quantize(
        _BRIGHT, method=Image.Quantize.MEDIANCUT
    )
    chosen = np.array(few.getpalette(), dtype=np.uint8).reshape(-1, 3)[:_BRIGHT]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.concatenate([flat, greys, chosen]).astype(np.uint8).tobytes())
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(file, optimize=True)
