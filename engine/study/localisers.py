"""Train and test the localisers of a study."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.events import CancelToken, DeviceChosen, Event, Notice
from engine.study.arms import Arm
from engine.study.compositions import Composition, compose
from engine.study.pairs import within

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.data.canvas_set import CanvasSet
    from engine.localise.settings import LocaliserSettings
    from engine.study.localisation_request import LocalisationRequest
    from engine.study.radiographs import StudyRadiographs


@dataclass(frozen=True)
class Trained:
    """One localiser, tested.

    values: what it was trained on (`real_ids`, `duplicated_ids`, `synthetic_ids`, `images`), how
    long (`steps`, `seconds`) and its `mean_error` in mm. arrays: `points` and `sigmas` (n, L, 2) in
    pixels of its canvas and `errors` (n, L) in mm, of the test radiographs.
    """

    values: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(repr=False)


@dataclass(frozen=True)
class Laboratory:
    """What all trainings of a study share: the radiographs on the localiser's canvas, the settings
    and the device (`engine.jobs.device.Device`)."""

    request: "LocalisationRequest"
    settings: "LocaliserSettings"
    radiographs: "StudyRadiographs"
    device: Any

    def steps(self, arm: Arm) -> int:
        """Optimiser steps of every arm of a share, whatever joins it."""
        from engine.localise.training import total_steps

        return self.request.steps or total_steps(self.settings, arm.share.count)

    def train(
        self,
        arm: Arm,
        seed: int,
        pairs: tuple[Path | None, tuple[str, ...]],
        out: Path,
        token: CancelToken,
    ) -> Generator[Event, None, Trained]:
        """Train one localiser, or go on with it, and test it.

        Args:
            pairs: project and identifiers of the synthetic pairs that join.
            out: its folder.

        Raises:
            InterruptedStudy: the token ended it.
        """
        from engine.localise.training import LocaliserPlan, train_localiser

        made = compose(arm, self.radiographs.train, self.request.seed, *pairs)
        plan = LocaliserPlan(
            settings=replace(self.settings, seed=seed),
            data=made.data,
            out=out,
            metadata={"anatomy": self.request.anatomy, "version": version("ossa")},
            max_steps=self.steps(arm),
            pretrained=self.request.pretrained,
            **self.device.fabric,
        )
        yield from within(train_localiser(plan, token), token)
        found = find_landmarks(out, self.radiographs.test, self.device)
        errors = errors_in_millimetres(
            found["points"], self.radiographs.test, self.radiographs.anatomy
        )
        values = {**self._trained_on(made), **_trained_for(out)}
        values |= {"arm": arm.title, "seed": seed, "mean_error": float(errors.mean())}
        return Trained(values, {**found, "errors": errors})

    def _trained_on(self, made: Composition) -> dict[str, Any]:
        own = {*made.real_ids, *made.duplicated_ids, *made.synthetic_ids}
        return {
            "real_ids": list(made.real_ids),
            "duplicated_ids": list(made.duplicated_ids),
            "synthetic_ids": list(made.synthetic_ids),
            "images": len(made.data),
            "test_radiographs_among_them": len(own & set(self.radiographs.test.ids)),
        }


def _trained_for(out: Path) -> dict[str, Any]:
    from engine.localise.weights import read_localiser_info

    metadata = read_localiser_info(out).metadata
    return {"steps": metadata["step"], "minutes": metadata["minutes"]}


def open_laboratory(
    request: "LocalisationRequest", radiographs: "StudyRadiographs"
) -> Generator[Event, None, Laboratory]:
    """Choose the device and read the radiographs at the localiser's resolution.

    Args:
        radiographs: on the usual canvas; read again only where the localiser's is another.
    """
    from engine.jobs.device import choose_device, device_title
    from engine.jobs.localise import read_localiser_settings
    from engine.study.radiographs import read_study_radiographs

    settings = read_localiser_settings(request.localiser)
    device = choose_device(request.device, request.precision, training=True)
    for text in device.notices:
        yield Notice(text)
    yield DeviceChosen(device.name, device_title(device.name), device.precision)
    if settings.side != radiographs.train.side:
        assert request.data is not None
        radiographs = yield from read_study_radiographs(
            request.data, request.anatomy, request.split, settings.side
        )
    return Laboratory(request, settings, radiographs, device)


def find_landmarks(
    localiser: Path, radiographs: "CanvasSet | np.ndarray", device: Any
) -> dict[str, np.ndarray]:
    """Where a localiser sees the landmarks of radiographs: `points` and `sigmas` (n, L, 2) in their
    pixels.

    Args:
        localiser: a run's folder or file.
        radiographs: a canvas set, or images (n, s, s) as its.
    """
    from engine.localise.prediction import predict
    from engine.localise.weights import load_localiser, read_localiser_info

    images = radiographs if isinstance(radiographs, np.ndarray) else radiographs.images
    network = load_localiser(read_localiser_info(localiser)).to(device.name)
    found = predict(network, images)
    return {"points": found.points, "sigmas": found.sigmas}


def errors_in_millimetres(
    points: np.ndarray, radiographs: "CanvasSet", anatomy: "Anatomy"
) -> np.ndarray:
    """(n, L) distance of each landmark from its place, by each radiograph's own scale."""
    from engine.localise.metrics import millimetres_of, point_errors

    return point_errors(points, radiographs.points, millimetres_of(radiographs, anatomy))
