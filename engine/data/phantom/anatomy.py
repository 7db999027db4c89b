"""A hand's proportions: where the phantom's 37 landmarks lie, in millimetres.

The hand is a tree of segments, each with its own length and direction. What a whole hand shares are
four factors (growth, slenderness, finger spread, the wrist's deviation); the rest is each segment's
own. The figures stand in ``resources/phantom/hand.toml``.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources as importlib_resources

import numpy as np

LANDMARKS = 37
WRIST_WIDTH = 50.0  # mm, between landmarks 1 and 5
_LIMIT = 2.8  # standard deviations; what lies further out is folded back


@dataclass(frozen=True)
class Segment:
    """From landmark `start` to `end`; spreads are [growth, slenderness, finger spread, own].

    length in mm, its spread as a share; angle and its spread in radians, clockwise in the picture.
    """

    start: int
    end: int
    reference: str
    length: float
    length_spread: np.ndarray
    angle: float
    angle_spread: np.ndarray


@dataclass(frozen=True)
class Brace:
    """A distance across the tree, in mm; its spread as a share, ordered as a segment's."""

    start: int
    end: int
    length: float
    length_spread: np.ndarray


@dataclass(frozen=True)
class Proportions:
    """The segments in an order in which each starts at a known landmark, and the hand's factors."""

    segments: tuple[Segment, ...]
    braces: tuple[Brace, ...]
    factors: dict


@dataclass(frozen=True)
class HandShape:
    """landmarks: (37, 2) mm, x to the right and y down; age in years.

    growth: standardised; ray: direction of the middle metacarpal, forearm: of the forearm, both
    (2,) unit vectors pointing distally.
    """

    landmarks: np.ndarray
    age: float
    growth: float
    ray: np.ndarray
    forearm: np.ndarray


@cache
def proportions() -> Proportions:
    """The figures that ship with Ossa."""
    source = importlib_resources.files("resources") / "phantom" / "hand.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    segments = tuple(
        Segment(
            start=row["from"],
            end=row["to"],
            reference=row["reference"],
            length=row["length"],
            length_spread=np.array(row["length_spread"]) / 100,
            angle=float(np.radians(row["angle"])),
            angle_spread=np.radians(row["angle_spread"]),
        )
        for row in table["segment"]
    )
    braces = tuple(
        Brace(row["from"], row["to"], row["length"], np.array(row["length_spread"]) / 100)
        for row in table["brace"]
    )
    return Proportions(segments, braces, table["factors"])


def bounded_normal(rng: np.random.Generator, size: int | None = None) -> np.ndarray:
    """Standard normal numbers; those beyond 2.8 are folded back, so that no hand is monstrous."""
    drawn = np.asarray(rng.standard_normal(size))
    return np.where(np.abs(drawn) > _LIMIT, np.sign(drawn) * (2 * _LIMIT) - drawn, drawn)


def direction(angle: float) -> np.ndarray:
    """Unit vector of an angle that counts clockwise from the picture's upward direction."""
    return np.array([np.sin(angle), -np.cos(angle)])


def sample_hand(rng: np.random.Generator, age: float | None = None) -> HandShape:
    """Draw one hand.

    Args:
        rng: all randomness comes from here.
        age: in years; drawn evenly over the range of the figures when left out.
    """
    figures = proportions()
    low, high = figures.factors["age"]
    drawn_age = float(rng.uniform(low, high))
    age = drawn_age if age is None else age
    factors, growth = _draw_factors(rng, age, figures.factors)
    ray, wrist = factors["ray"], factors["ray"] + factors["wrist"]
    landmarks = np.zeros((LANDMARKS, 2))
    landmarks[5] = WRIST_WIDTH * direction(wrist)
    arrival = {15: ray}
    shared = factors["shared"]
    for segment in figures.segments:
        own = bounded_normal(rng, 2)
        length = segment.length * np.exp(segment.length_spread @ [*shared, own[0]])
        turn = segment.angle + segment.angle_spread @ [*shared, own[1]]
        reference = {"ray": ray, "wrist": wrist}.get(segment.reference, arrival.get(segment.start))
        angle = float(reference + turn)
        landmarks[segment.end] = landmarks[segment.start] + length * direction(angle)
        arrival[segment.end] = angle
    drawn = np.array(
        [
            brace.length * np.exp(brace.length_spread @ [*shared, bounded_normal(rng)])
            for brace in figures.braces
        ]
    )
    landmarks = _close(landmarks, drawn, figures)
    return HandShape(landmarks, age, growth, direction(ray), direction(wrist - np.pi / 2))


def _draw_factors(rng: np.random.Generator, age: float, figures: dict) -> tuple[dict, float]:
    low, high = figures["age"]
    own = figures["growth_own_share"]
    standard_age = (age - (low + high) / 2) / ((high - low) / np.sqrt(12))
    growth = float(np.sqrt(1 - own**2) * standard_age + own * bounded_normal(rng))
    slenderness, spread, deviation, turn = bounded_normal(rng, 4)
    wrist_mean, wrist_deviation = np.radians(figures["wrist_angle"])
    ray_mean, ray_deviation = np.radians(figures["ray_angle"])
    # Who bends the wrist turns the hand in the picture too: the forearm lies where it lay.
    turn = -0.5 * deviation + np.sqrt(0.75) * turn
    factors = {
        "shared": (growth, float(slenderness), float(spread)),
        "wrist": float(wrist_mean + wrist_deviation * deviation),
        "ray": float(ray_mean + ray_deviation * turn),
    }
    return factors, growth


def _close(landmarks: np.ndarray, drawn: np.ndarray, figures: Proportions) -> np.ndarray:
    """Move the landmarks so that the braces come near their `drawn` lengths.

    Each segment's vector and each brace's length was drawn from its own distribution; the landmarks
    that agree best with all of them (least squares, each in units of its own spread; Gauss-Newton)
    are a draw from their product (perturb-and-MAP, Papandreou and Yuille 2011, exact where linear).
    """
    segments = figures.segments
    weights = np.array([_stiffness(segment) for segment in segments])
    graph = np.zeros((len(segments), LANDMARKS))
    for row, segment in enumerate(segments):
        graph[row, [segment.start, segment.end]] = -1, 1
    kept = graph @ landmarks
    starts = np.array([brace.start for brace in figures.braces])
    ends = np.array([brace.end for brace in figures.braces])
    stiffness = 1 / np.array([brace.length * brace.length_spread[3] for brace in figures.braces])
    rows = np.arange(len(drawn))
    free = np.setdiff1d(np.arange(LANDMARKS), (1, 5))
    stiff = np.kron(graph * weights[:, None], np.eye(2)).reshape(-1, LANDMARKS, 2)
    for _ in range(4):
        across = landmarks[ends] - landmarks[starts]
        length = np.linalg.norm(across, axis=1)
        unit = across / np.maximum(length, 1e-6)[:, None] * stiffness[:, None]
        braced = np.zeros((len(drawn), LANDMARKS, 2))
        braced[rows, ends], braced[rows, starts] = unit, -unit
        jacobian = np.concatenate([stiff, braced])[:, free].reshape(-1, 2 * len(free))
        residual = np.concatenate(
            [((kept - graph @ landmarks) * weights[:, None]).ravel(), (drawn - length) * stiffness]
        )
        step = np.linalg.lstsq(jacobian, residual, rcond=None)[0]
        landmarks = landmarks.copy()
        landmarks[free] += step.reshape(-1, 2)
    return landmarks


def _stiffness(segment: Segment) -> float:
    """One over the standard deviation of a segment's vector in mm, the same in all directions."""
    along, across = segment.length_spread[3], segment.angle_spread[3]
    return 1 / float(segment.length * np.hypot(along, across) / np.sqrt(2))
