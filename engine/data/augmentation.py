"""Variations of a pair for training on few hands: rotation, scale, shift and grey values.

Only parameters and coordinates here: the warp itself runs where the images are (on the device, by
the training loop, from `AugmentationDraw.matrices`); `augment_pair` is the readable reference.
There is no mirror: all radiographs show the same hand, and a mirrored one would be another anatomy.

The generator is told what was done to each pair (`AugmentationDraw.conditioning`), zeros meaning
nothing, so that sampling with zeros gives hands as they were recorded and no augmentation leaks
(Karras et al. 2022, "Elucidating the design space of diffusion-based generative models", F.2).
"""

from dataclasses import dataclass, replace

import numpy as np

from engine.canvas import CANVAS_SIZE
from engine.errors import SettingsError

PARAMETER_NAMES = (
    "rotation",
    "log_scale",
    "shift_x",
    "shift_y",
    "log_gamma",
    "log_contrast",
    "brightness",
)
CONDITIONING_SIZE = len(PARAMETER_NAMES)
_CENTRE = (CANVAS_SIZE - 1) / 2


@dataclass(frozen=True)
class Augmentation:
    """How far a pair may be varied; every parameter is drawn evenly from [-limit, limit].

    probability: chance that a pair is varied, for geometry and for grey values apart; the others
        stay as recorded, so that the generator sees its sampling condition often.
    rotation: degrees about the canvas centre. scale: largest factor is 1 + scale, the smallest its
    inverse. shift: canvas pixels along each axis. gamma, contrast: like scale, factors.
    brightness: grey levels added, on the [0, 1] range.
    """

    probability: float = 0.7
    rotation: float = 12.0
    scale: float = 0.1
    shift: float = 8.0
    gamma: float = 0.25
    contrast: float = 0.15
    brightness: float = 0.05

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise SettingsError(
                f"augmentation.probability is {self.probability}, must be between 0 and 1"
            )
        for name in ("rotation", "scale", "shift", "gamma", "contrast", "brightness"):
            value = getattr(self, name)
            if not 0 <= value < np.inf:
                raise SettingsError(f"augmentation.{name} is {value}, must be 0 or more")

    @classmethod
    def none(cls) -> "Augmentation":
        """Every pair stays as it was recorded."""
        return cls(probability=0.0)

    def limits(self) -> np.ndarray:
        """Largest magnitude of each parameter, (p,) in the order of `PARAMETER_NAMES`."""
        return np.array(
            [
                np.deg2rad(self.rotation),
                np.log1p(self.scale),
                self.shift,
                self.shift,
                np.log1p(self.gamma),
                np.log1p(self.contrast),
                self.brightness,
            ]
        )


@dataclass(frozen=True)
class AugmentationDraw:
    """What is done to each of n pairs.

    parameters: (n, p) float64 in the order of `PARAMETER_NAMES`; rotation in radians.
    limits: (p,) largest magnitude of each, which the conditioning is scaled by.
    """

    parameters: np.ndarray
    limits: np.ndarray

    def __len__(self) -> int:
        return len(self.parameters)

    @property
    def gamma(self) -> np.ndarray:
        """(n,) exponents of the grey values on the [0, 1] range."""
        return np.exp(self._column("log_gamma"))

    @property
    def contrast(self) -> np.ndarray:
        """(n,) factors about mid-grey."""
        return np.exp(self._column("log_contrast"))

    @property
    def brightness(self) -> np.ndarray:
        """(n,) grey levels added, on the [0, 1] range."""
        return self._column("brightness")

    def conditioning(self) -> np.ndarray:
        """(n, p) float32 in [-1, 1]: what the generator is told; zeros are no augmentation."""
        unit = np.where(self.limits > 0, self.limits, 1.0)
        return (self.parameters / unit).astype(np.float32)

    def matrices(self) -> np.ndarray:
        """(n, 2, 3) float64 maps of canvas points (x, y, 1), about the canvas centre.

        x' = s R (x - c) + c + t; a positive rotation turns x towards y, clockwise as displayed.
        """
        angle, scale = self._column("rotation"), np.exp(self._column("log_scale"))
        cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
        linear = np.stack([cosine, -sine, sine, cosine], axis=-1).reshape(-1, 2, 2)
        shift = self.parameters[:, 2:4] + _CENTRE - linear.sum(axis=2) * _CENTRE
        return np.concatenate([linear, shift[:, :, None]], axis=2)

    def row(self, index: int) -> "AugmentationDraw":
        """The draw of one pair alone, still with a leading axis of length 1."""
        return replace(self, parameters=self.parameters[index : index + 1])

    def _column(self, name: str) -> np.ndarray:
        return self.parameters[:, PARAMETER_NAMES.index(name)]


def draw_augmentation(rng: np.random.Generator, settings: Augmentation, n: int) -> AugmentationDraw:
    """Draw the variations of n pairs, evenly between the limits of `settings`."""
    limits = settings.limits()
    parameters = rng.uniform(-1, 1, (n, CONDITIONING_SIZE)) * limits
    varied = rng.random((n, 2)) < settings.probability
    geometric = np.arange(CONDITIONING_SIZE) < PARAMETER_NAMES.index("log_gamma")
    return AugmentationDraw(
        parameters=np.where(np.where(geometric, varied[:, :1], varied[:, 1:]), parameters, 0.0),
        limits=limits,
    )


def transform_points(draw: AugmentationDraw, points: np.ndarray) -> np.ndarray:
    """Where the landmarks (n, L, 2) of n pairs come to lie, in canvas pixels."""
    matrices = draw.matrices()
    moved = np.asarray(points, dtype=np.float64) @ matrices[:, :, :2].transpose(0, 2, 1)
    return moved + matrices[:, None, :, 2]


def keep_on_canvas(draw: AugmentationDraw, points: np.ndarray) -> AugmentationDraw:
    """Change shifts as little as needed for landmarks (n, L, 2) to stay on the canvas.

    A landmark pushed off would leave a heatmap without its blob, and teach the generator to omit
    it. A shape that is larger than the canvas is centred. Shifts may leave the settings' limits by
    as much as rotation and scale push the shape out; the conditioning then says so. A pair that is
    not varied stays as recorded.
    """
    correction = shift_onto_canvas(transform_points(draw, points))
    parameters = draw.parameters.copy()
    varied = parameters[:, :4].any(axis=1, keepdims=True)
    parameters[:, 2:4] += np.where(varied, correction, 0.0)
    return replace(draw, parameters=parameters)


def shift_onto_canvas(points: np.ndarray) -> np.ndarray:
    """The smallest shifts (n, 2) that bring landmarks (n, L, 2) onto the canvas, pair by pair; a
    shape that is larger than the canvas is centred."""
    low, high = points.min(axis=1), points.max(axis=1)
    most_left, most_right = -low, CANVAS_SIZE - 1 - high
    return np.where(
        most_left > most_right,
        (most_left + most_right) / 2,
        np.clip(0.0, most_left, most_right),
    )


def change_grey_values(
    image: np.ndarray, gamma: np.ndarray, contrast: np.ndarray, brightness: np.ndarray
) -> np.ndarray:
    """Grey values of images in [-1, 1], after the warp; arguments broadcast against the images.

    With u = (image + 1) / 2: u' = clip(contrast (u^gamma - 1/2) + 1/2 + brightness, 0, 1).
    """
    grey = np.clip((image + 1) / 2, 0, 1) ** gamma
    grey = np.clip(contrast * (grey - 0.5) + 0.5 + brightness, 0, 1)
    return 2 * grey - 1


def augment_pair(
    image: np.ndarray, points: np.ndarray, draw: AugmentationDraw
) -> tuple[np.ndarray, np.ndarray]:
    """Vary one pair: the reference that any faster warp must agree with.

    Args:
        image: (256, 256) in [-1, 1].
        points: (L, 2) canvas coordinates.
        draw: a draw of length 1 (`AugmentationDraw.row`).

    Returns:
        The image, float32 in [-1, 1], bilinearly resampled, black where nothing was recorded; and
        the landmarks (L, 2). Heatmaps are drawn anew from the landmarks, never resampled.
    """
    from scipy import ndimage

    matrix = draw.matrices()[0]
    inverse = np.linalg.inv(matrix[:, :2])
    # ndimage maps output (row, column) to input (row, column): both axes in reverse of (x, y).
    warped = ndimage.affine_transform(
        image.astype(np.float64),
        inverse[::-1, ::-1],
        offset=(-inverse @ matrix[:, 2])[::-1],
        order=1,
        mode="grid-constant",
        cval=-1.0,
    )
    grey = change_grey_values(warped, draw.gamma, draw.contrast, draw.brightness)
    return grey.astype(np.float32), transform_points(draw, points[None])[0]
