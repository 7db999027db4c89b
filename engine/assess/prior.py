"""What the training shapes say about a landmark set, before any picture is seen.

The prior is fitted once on the training shapes, travels with the weights, and is all that
assessing needs: where landmarks lie on the canvas, how long the edges between them are, and what
their mean shape looks like.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.plausibility import fit_statistics
from engine.assess.shape_model import fit_shape_model
from engine.assess.shape_statistics import ShapeStatistics
from engine.assess.student_t import fit_student_t
from engine.assess.topology import learn_topology
from engine.canvas import millimetres_per_pixel
from engine.errors import DataError, WeightsError

MINIMUM_SHAPES = 5
_FORMAT = {"format": "ossa-prior", "version": "1"}


@dataclass(frozen=True)
class Prior:
    """What assessing knows of an anatomy; L landmarks, E edges, t modes.

    anatomy: name of the landmark set it was fitted for.
    mean_positions: (L, 2) mean position on the canvas, pixels (x, y).
    millimetres_per_pixel: mean scale of the training shapes on the canvas.
    edges: (E, 2) landmark indices, the learned topology (connected).
    edge_lengths: (E,) mean length in mm.
    edge_t: (E, 3) degrees of freedom, location and scale (mm) of the length's Student-t.
    mean_shape: (L, 2) Procrustes mean in mm, centred, upright as on the canvas.
    modes: (t, 2L) orthonormal principal modes of the aligned shapes, strongest first.
    mode_variances: (t,) variance along each mode in mm².
    shape_count: how many shapes it was fitted on.
    statistics: what policy `refined` needs; None in a prior of before it existed.
    """

    anatomy: str
    mean_positions: np.ndarray
    millimetres_per_pixel: float
    edges: np.ndarray
    edge_lengths: np.ndarray
    edge_t: np.ndarray
    mean_shape: np.ndarray
    modes: np.ndarray
    mode_variances: np.ndarray
    shape_count: int
    statistics: ShapeStatistics | None = None

    @property
    def landmark_count(self) -> int:
        return len(self.mean_positions)

    def require_statistics(self) -> ShapeStatistics:
        """The statistics of form.

        Raises:
            WeightsError: the prior has none.
        """
        if self.statistics is None:
            raise WeightsError(
                "policy 'refined' needs shape statistics, which this prior was fitted without: "
                "train again, fit the prior again, or use policy 'paper'"
            )
        return self.statistics

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Every field as an array (float64, int64; the name as UTF-8 bytes), for safetensors."""
        own = [field.name for field in fields(self) if field.name != "statistics"]
        arrays = {name: np.asarray(getattr(self, name)) for name in own}
        if self.statistics is not None:
            arrays |= self.statistics.to_arrays()
        arrays["anatomy"] = np.frombuffer(self.anatomy.encode(), dtype=np.uint8)
        return {name: np.array(array, order="C") for name, array in arrays.items()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "Prior":
        """The prior that `to_arrays` wrote; other arrays in the dictionary are left alone.

        Raises:
            WeightsError: an array is missing or has the wrong shape or type.
        """
        try:
            prior = cls(
                anatomy=arrays["anatomy"].astype(np.uint8).tobytes().decode(),
                mean_positions=arrays["mean_positions"].astype(np.float64),
                millimetres_per_pixel=float(arrays["millimetres_per_pixel"].item()),
                edges=arrays["edges"].astype(np.int64),
                edge_lengths=arrays["edge_lengths"].astype(np.float64),
                edge_t=arrays["edge_t"].astype(np.float64),
                mean_shape=arrays["mean_shape"].astype(np.float64),
                modes=arrays["modes"].astype(np.float64),
                mode_variances=arrays["mode_variances"].astype(np.float64),
                shape_count=int(arrays["shape_count"].item()),
                statistics=ShapeStatistics.from_arrays(arrays),
            )
        except KeyError as error:
            raise WeightsError(f"the prior lacks {error}: fit it again") from error
        except (UnicodeDecodeError, ValueError) as error:
            raise WeightsError(f"the prior cannot be read ({error}): fit it again") from error
        _check(prior)
        return prior

    def save(self, path: Path) -> None:
        """Write a safetensors file, beside and then replaced."""
        from safetensors.numpy import save

        beside = Path(path).with_name(f".{Path(path).name}.new")
        beside.write_bytes(save(self.to_arrays(), metadata=_FORMAT))
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Prior":
        """Read what `save` wrote.

        Raises:
            WeightsError: no such file, or one that does not hold a prior.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            return cls.from_arrays(load(Path(path).read_bytes()))
        except OSError as error:
            raise WeightsError(f"{path} cannot be read: {error.strerror}") from error
        except (SafetensorError, WeightsError) as error:
            raise WeightsError(f"{path} holds no prior: {error}") from error


def fit_prior(points: np.ndarray, anatomy: Anatomy) -> Prior:
    """Fit the prior on training shapes.

    Args:
        points: (n, L, 2) canvas coordinates in pixels.
        anatomy: the landmark set; its scale pair gives each shape its millimetres.

    Raises:
        DataError: fewer than `MINIMUM_SHAPES` shapes, a wrong number of landmarks, or a shape
            without a scale.
    """
    points = np.asarray(points, dtype=np.float64)
    _check_shapes(points, anatomy)
    scales = shape_scales(points, anatomy)
    scale = float(scales.mean())
    edges = learn_topology(points * scale)
    lengths = edge_lengths(points * scale, edges)
    model = fit_shape_model(points * scales[:, None, None])
    return Prior(
        anatomy=anatomy.name,
        mean_positions=points.mean(axis=0),
        millimetres_per_pixel=scale,
        edges=edges,
        edge_lengths=lengths.mean(axis=0),
        edge_t=np.array([fit_student_t(column) for column in lengths.T]),
        mean_shape=model.mean_shape,
        modes=model.modes,
        mode_variances=model.variances,
        shape_count=len(points),
        statistics=fit_statistics(points, scales, edges, model.mean_shape, anatomy),
    )


def shape_scales(points: np.ndarray, anatomy: Anatomy) -> np.ndarray:
    """(n,) millimetres per canvas pixel: of each shape's scale pair, or the anatomy's own."""
    if anatomy.scale_pair is None:
        return np.full(len(points), anatomy.millimetres_per_pixel, dtype=np.float64)
    return millimetres_per_pixel(points, anatomy.scale_pair.indices, anatomy.scale_pair.length)


def edge_lengths(points: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Lengths (…, E) of `edges` (E, 2) between `points` (…, L, 2), in the unit of the points."""
    return np.linalg.norm(points[..., edges[:, 0], :] - points[..., edges[:, 1], :], axis=-1)


def _check_shapes(points: np.ndarray, anatomy: Anatomy) -> None:
    count = anatomy.landmark_count
    if points.ndim != 3 or points.shape[1:] != (count, 2):
        raise DataError(
            f"anatomy '{anatomy.name}' has {count} landmarks with x and y, "
            f"the training shapes have an array of {points.shape}"
        )
    if len(points) < MINIMUM_SHAPES:
        raise DataError(
            f"{len(points)} training shapes are too few for a prior: "
            f"give at least {MINIMUM_SHAPES} annotated radiographs"
        )
    # Without a scale pair no two landmarks need to lie apart.
    first, second = anatomy.scale_pair.indices if anatomy.scale_pair else (0, 0)
    width = np.linalg.norm(points[:, first] - points[:, second], axis=-1)
    if anatomy.scale_pair is None:
        width = np.ones(len(points))
    finite = np.isfinite(points).all(axis=(1, 2))
    for row in np.flatnonzero(~finite | ~(width > 0)):
        what = "a coordinate is not a number"
        if finite[row]:
            names = anatomy.landmark_names
            what = f"{names[first]} and {names[second]} lie at one point, so it has no scale"
        raise DataError(
            f"training shape {row} (of 0 … {len(points) - 1}): {what}; correct or remove it"
        )


def _check(prior: Prior) -> None:
    landmarks, edges = prior.mean_positions.size // 2, prior.edges.size // 2
    modes = prior.mode_variances.size
    expected = {
        "mean_positions": (landmarks, 2),
        "edges": (edges, 2),
        "edge_lengths": (edges,),
        "edge_t": (edges, 3),
        "mean_shape": (landmarks, 2),
        "modes": (modes, 2 * landmarks),
        "mode_variances": (modes,),
    }
    for name, shape in expected.items():
        found = getattr(prior, name)
        if found.shape != shape or not np.isfinite(found).all():
            raise WeightsError(
                f"the prior's {name} is not a finite array of {shape} but one of {found.shape}: "
                "fit it again"
            )
    _check_statistics(prior, landmarks, edges)
    if edges and not (prior.edges.min() >= 0 and prior.edges.max() < landmarks):
        raise WeightsError("the prior's edges name landmarks that it does not have: fit it again")
    positive = prior.millimetres_per_pixel > 0 and (prior.edge_t[:, [0, 2]] > 0).all()
    if not (positive and np.isfinite(prior.millimetres_per_pixel)):
        raise WeightsError("the prior's scales are not positive numbers: fit it again")


def _check_statistics(prior: Prior, landmarks: int, edges: int) -> None:
    own = prior.statistics
    if own is not None and (len(own.mean), len(own.edge_vectors)) != (landmarks, edges):
        raise WeightsError("the prior's statistics are of another topology: fit it again")
