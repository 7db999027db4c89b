"""One phantom: a hand drawn on a film, and where its 37 landmarks lie on it."""

from dataclasses import dataclass

import numpy as np

from engine.data.phantom.anatomy import HandShape, bounded_normal, proportions, sample_hand
from engine.data.phantom.film import expose, sample_exposure
from engine.data.phantom.finger_bones import finger_bones, ossification
from engine.data.phantom.furniture import add_furniture
from engine.data.phantom.soft_tissue import soft_tissue
from engine.data.phantom.solid import Grid, LongBone, Texture, add_long_bone, add_plate
from engine.data.phantom.wrist_bones import carpal_bones, forearm_bones

LONG_SIDE = 640
_SHAPE, _PLACE, _BONES, _GRAIN, _FLESH, _FILM, _FURNITURE = range(7)  # streams of randomness


@dataclass(frozen=True)
class PhantomSettings:
    """long_side: of the picture in pixels; age: in years, drawn for each hand when None;
    furniture: whether markers, tape and collimation borders lie on the film."""

    long_side: int = LONG_SIDE
    age: float | None = None
    furniture: bool = True


@dataclass(frozen=True)
class Phantom:
    """pixels: (height, width) uint8; landmarks: (37, 2) pixels (x, y), all inside the picture;
    millimetres_per_pixel for a wrist width of 50 mm; age in years."""

    pixels: np.ndarray
    landmarks: np.ndarray
    millimetres_per_pixel: float
    age: float


def draw_phantom(seed: int, index: int, settings: PhantomSettings | None = None) -> Phantom:
    """Phantom number `index` of a seed: always the same, whatever else is drawn."""
    settings = settings or PhantomSettings()
    hand, grid = place_hand(seed, index, settings)
    attenuation = draw_skeleton(hand, grid, seed, index)
    attenuation += soft_tissue(hand, grid, _stream(seed, index, _FLESH))
    film = _stream(seed, index, _FILM)
    grey = expose(attenuation, grid, sample_exposure(film), film)
    if settings.furniture:
        add_furniture(grey, grid, hand.landmarks, _stream(seed, index, _FURNITURE))
    return Phantom(
        pixels=np.clip(np.rint(grey), 0, 255).astype(np.uint8),
        landmarks=hand.landmarks / grid.pitch,
        millimetres_per_pixel=grid.pitch,
        age=hand.age,
    )


def draw_skeleton(hand: HandShape, grid: Grid, seed: int, index: int) -> np.ndarray:
    """Line integrals (height, width) of what the bones attenuate beyond soft tissue."""
    grown = ossification(_bone_age(hand))
    texture = _texture(_stream(seed, index, _GRAIN))
    rng = _stream(seed, index, _BONES)
    skeleton = grid.zeros()
    bones = [
        *finger_bones(hand, grown, rng),
        *carpal_bones(hand, grown, rng),
        *forearm_bones(hand, grown, rng),
    ]
    for bone in bones:
        if isinstance(bone, LongBone):
            add_long_bone(skeleton, grid, bone, texture)
        else:
            add_plate(skeleton, grid, bone, texture)
    return skeleton


def place_hand(seed: int, index: int, settings: PhantomSettings) -> tuple[HandShape, Grid]:
    """The hand of a phantom, its landmarks in mm from the picture's first pixel, and the grid."""
    hand = sample_hand(_stream(seed, index, _SHAPE), settings.age)
    figures = proportions().factors
    rng = _stream(seed, index, _PLACE)
    top, right, bottom, left = (
        max(least, mean + spread * float(bounded_normal(rng)))
        for mean, spread, least in figures["margins"]
    )
    low, high = hand.landmarks.min(axis=0), hand.landmarks.max(axis=0)
    width, height = high - low + (left + right, top + bottom)
    narrowest, widest = figures["aspect"]
    # A film is never wider than the widest nor narrower than the narrowest of its kind.
    height = max(height, width / widest)
    spare = max(0.0, narrowest * height - width)
    left, width = left + spare / 2, width + spare
    pitch = height / settings.long_side
    grid = Grid(int(np.ceil(width / pitch)), settings.long_side, float(pitch))
    moved = hand.landmarks - low + (left, top)
    return HandShape(moved, hand.age, hand.growth, hand.ray, hand.forearm), grid


def _bone_age(hand: HandShape) -> float:
    """Skeletal age follows growth: 12.6 years at the mean, 3.6 for each standard deviation."""
    return float(np.clip(12.6 + 3.6 * hand.growth, 5.0, 19))


def _stream(seed: int, index: int, part: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, index, part))))


def _texture(rng: np.random.Generator) -> Texture:
    """Trabeculae: noise stretched along the bone, looked up at (along, across) in mm."""
    from scipy import ndimage

    side, step = 256, 0.2
    noise = rng.standard_normal((side, side)).astype(np.float32)
    fine = ndimage.gaussian_filter(noise, (3.4, 0.9), mode="wrap")
    coarse = ndimage.gaussian_filter(noise[::-1], (16.0, 9.0), mode="wrap")
    table = 0.8 * fine / fine.std() + 0.4 * coarse / coarse.std()

    def look_up(along: np.ndarray, across: np.ndarray) -> np.ndarray:
        row = np.mod((along / step).astype(np.int32), side)
        column = np.mod((across / step).astype(np.int32), side)
        return table[row, column]

    return look_up
