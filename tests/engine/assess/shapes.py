"""Made-up stick hands with the 37 landmarks of anatomy `hand`, for tests without real data.

All numbers are invented, in millimetres around the middle of the wrist, y downwards.
"""

import numpy as np

MILLIMETRES_PER_PIXEL = 1.05
_ORIGIN = np.array([125.0, 195.0])

_WRIST = np.array(
    [
        [-22, 30],
        [-25, 15],
        [-5, 22],
        [1, 23],
        [22, 32],
        [25, 13],
        [-14, 2],
        [-2, 6],
        [13, 3],
        [-9, -8],
        [2, -7],
        [12, -11],
        [20, -6],
    ],
    dtype=float,
)
# Landmark of the metacarpal base, its place, degrees from upright, bone lengths, the other joints.
_RAYS = (
    (17, (26, -9), 40, (42, 33, 27), (18, 19, 20)),
    (16, (13, -20), 10, (65, 42, 25, 19), (21, 22, 23, 24)),
    (15, (4, -21), 0, (63, 46, 29, 20), (25, 26, 27, 28)),
    (14, (-6, -20), -9, (55, 43, 28, 20), (29, 30, 31, 32)),
    (13, (-15, -17), -20, (50, 34, 21, 18), (33, 34, 35, 36)),
)


def stick_hands(count: int, seed: int = 0, articulation: float = 1.0) -> np.ndarray:
    """Hands of varying size, pose and finger spread: (count, 37, 2) canvas pixels.

    `articulation` scales the random part; 0 gives the same hand `count` times.
    """
    rng = np.random.default_rng(seed)
    return np.stack([_stick_hand(rng, articulation) for _ in range(count)])


def _stick_hand(rng: np.random.Generator, articulation: float) -> np.ndarray:
    hand = np.zeros((37, 2))
    hand[:13] = _WRIST + articulation * rng.normal(0, 0.8, (13, 2))
    for base, place, degrees, bones, joints in _RAYS:
        hand[base] = np.array(place) + articulation * rng.normal(0, 0.8, 2)
        direction = degrees + articulation * rng.normal(0, 3)
        joint = hand[base]
        for bone, landmark in zip(bones, joints, strict=True):
            direction += articulation * rng.normal(0, 2)
            length = bone * (1 + articulation * rng.normal(0, 0.03))
            angle = np.deg2rad(direction)
            joint = joint + length * np.array([np.sin(angle), -np.cos(angle)])
            hand[landmark] = joint
    return _place(hand, rng, articulation)


def _place(hand: np.ndarray, rng: np.random.Generator, articulation: float) -> np.ndarray:
    angle = np.deg2rad(articulation * rng.normal(0, 3))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    size = (1 + articulation * rng.normal(0, 0.04)) / MILLIMETRES_PER_PIXEL
    return _ORIGIN + articulation * rng.normal(0, 3, 2) + size * hand @ turn.T
