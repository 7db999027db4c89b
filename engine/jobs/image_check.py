"""The cross-check as jobs need it: a localiser looks at the image of a pair, at nothing else."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import WeightsError

if TYPE_CHECKING:
    import numpy as np

    from engine.anatomy import Anatomy
    from engine.assess.assessment import Assessment
    from engine.assess.image_sight import ImageLimits, ImageSight
    from engine.localise.weights import LocaliserInfo
    from engine.pair import Pair


@dataclass(frozen=True)
class ImageChecker:
    """A localiser, on its device, and what its errors on held-out radiographs allow."""

    localiser: Any
    hash: str
    limits: "ImageLimits"
    anatomy: "Anatomy"

    def look(self, images: "np.ndarray") -> "list[ImageSight]":
        """What it sees on images (n, 256, 256), uint16 or in [-1, 1]."""
        from engine.assess.image_sight import ImageSight
        from engine.localise.prediction import predict

        found = predict(self.localiser, images)
        return [ImageSight(self.hash, points, self.limits) for points in found.points]

    def check(self, assessment: "Assessment", pair: "Pair") -> "Assessment":
        """The assessment with what the localiser sees on the pair's image."""
        from engine.assess.image_check import with_image_sight

        return with_image_sight(assessment, self.look(pair.image[None])[0], self.anatomy)


def image_checker_of(
    localiser: Path | None, anatomy: "Anatomy", device: str = "auto"
) -> ImageChecker | None:
    """The cross-check of a localiser's file or run folder, None where none is named.

    Raises:
        WeightsError: no localiser, one of another landmark set, or one whose errors were not
            measured on enough held-out radiographs.
    """
    if localiser is None:
        return None
    from engine.assess.image_limits import fit_image_limits
    from engine.jobs.device import choose_device
    from engine.localise.weights import (
        load_localiser,
        read_held_out_errors,
        read_localiser_info,
    )

    info = read_localiser_info(localiser)
    _check_fit(info, anatomy)
    held_out = read_held_out_errors(info)
    if held_out is None:
        raise WeightsError(
            f"{info.path} holds no errors on held-out radiographs to judge images by: train it on "
            "a data set whose split has test radiographs"
        )
    limits = fit_image_limits(held_out.errors, anatomy)
    network = load_localiser(info).to(choose_device(device, "float32", training=False).name)
    return ImageChecker(network, info.hash, limits, anatomy)


def _check_fit(info: "LocaliserInfo", anatomy: "Anatomy") -> None:
    name, landmarks = str(info.metadata.get("anatomy", "")), info.metadata["landmarks"]
    other_name = not name.endswith(".toml") and name != anatomy.name
    if other_name or int(landmarks) != anatomy.landmark_count:
        raise WeightsError(
            f"{info.path} finds the {landmarks} landmarks of anatomy '{name}', not the "
            f"{anatomy.landmark_count} of '{anatomy.name}'"
        )
