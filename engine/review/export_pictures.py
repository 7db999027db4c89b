"""The pictures of an export: 8-bit grey files that carry their statement with them."""

import io

import numpy as np

JPEG_QUALITY = 100


def eight_bit(pixels: np.ndarray) -> np.ndarray:
    """Grey pixels as uint8: uint8 as it is, floating from [0, 1]."""
    if pixels.dtype == np.uint8:
        return pixels
    return np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def encode_jpeg(levels: np.ndarray, comment: str = "") -> bytes:
    """A (height, width) uint8 picture as a grey JPEG with a comment."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(levels)).save(
        buffer, format="JPEG", quality=JPEG_QUALITY, comment=comment.encode()
    )
    return buffer.getvalue()


def encode_png(levels: np.ndarray, comment: str) -> bytes:
    """A (height, width) uint8 picture as a grey PNG with a comment; no grey level changes."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Comment", comment)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(levels)).save(buffer, format="PNG", pnginfo=texts)
    return buffer.getvalue()
