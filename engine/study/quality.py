"""The quality study: fidelity, coverage and copying of generated pairs, each for itself.

Per data share every generator draws pairs; they are compared with the share's radiographs in two
spaces, aligned shapes and aligned pictures. Beside them stand real radiographs that were held out
(the most that can be hoped for) and the same with their landmarks disturbed and their pictures
blurred (what must come out worse).
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import SettingsError
from engine.events import CancelToken, Event
from engine.study.generators import Source
from engine.study.pairs import generate_pairs, go_on, train_source
from engine.study.request import StudyRequest
from engine.study.running import GeneratorStudy, as_job
from engine.study.shares import Share, share_of
from engine.study.smoke import small

if TYPE_CHECKING:
    from engine.assess.training_descriptors import CopyCheck

Cases = Sequence[tuple[np.ndarray, np.ndarray]]
HELD_OUT, DISTURBED, GENERATED = "held out", "disturbed", "all"
ACCEPTED = "accepted"
_JITTER = 4.0  # canvas pixels that disturbed landmarks are moved by, standard deviation
_BLUR = 3.0  # canvas pixels


@dataclass(frozen=True)
class Compared:
    """A set of pictures with landmarks beside the radiographs of a share: the distances of each to
    each, and which of them the gate accepted (all, for real ones)."""

    share: Share
    source: str
    looks: np.ndarray
    shapes: np.ndarray
    accepted: np.ndarray
    copies: int
    suspects: int
    ratios: np.ndarray
    nearest: np.ndarray


@dataclass(frozen=True)
class References:
    """Distances among the radiographs of a share, (N, N) each."""

    looks: np.ndarray
    shapes: np.ndarray


def quality(request: StudyRequest, token: CancelToken) -> Iterator[Event]:
    """Run the study; a folder that holds finished steps of the same study goes on from them.

    Yields:
        the events of the trainings and generations, `Notice`, and `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the request, the data or the folder.
    """
    if request.pairs < 1:
        raise SettingsError(f"{request.pairs} pairs: choose at least 1")
    request.check_sources()
    yield from as_job("Quality study", "step", request.out, _sentences(request, token))


def _sentences(request: StudyRequest, token: CancelToken) -> Generator[Event, None, list[str]]:
    if request.smoke:
        request = yield from small(request, token)
    return (yield from _Study(request, token).run())


class _Study(GeneratorStudy[StudyRequest]):
    """One run of the study: its steps in their order."""

    def run(self) -> Generator[Event, None, list[str]]:
        from engine.study.quality_report import write_report

        found: list[Compared] = []
        references: dict[Share, References] = {}
        for share in (yield from self.open("quality")):
            found += yield from self._share(share)
            references[share] = References(**self.folder.arrays(f"references-{share.slug}"))
        return (yield from write_report(self.folder, found, references))

    def _share(self, share: Share) -> Generator[Event, None, list[Compared]]:
        """Everything that is compared with one share's radiographs."""
        test, rng = self.radiographs.test, np.random.default_rng(self.request.seed)
        images = test.images_in_range(slice(None))
        real: dict[str, Cases] = {
            HELD_OUT: list(zip(images, test.points, strict=True)),
            DISTURBED: _disturbed(images, test.points, rng),
        }
        known = None
        for name, cases in real.items():
            step = f"{name.replace(' ', '-')}-{share.slug}"
            if not self.folder.is_done(step):
                known = known or self._known(share)
                self._compare(step, known, cases, np.ones(len(cases), dtype=bool))
            go_on(self.token)
        for source in self.request.sources:
            step = f"generated-{share.slug}-{source.name}"
            if not self.folder.is_done(step):
                project = yield from self._project(share, source)
                known = known or self._known(share)
                self._compare(step, known, *_cases_of(project, self.request.pairs))
            go_on(self.token)
        names = {HELD_OUT: f"held-out-{share.slug}", DISTURBED: f"disturbed-{share.slug}"}
        names |= {s.name: f"generated-{share.slug}-{s.name}" for s in self.request.sources}
        return [self._compared(share, name, step) for name, step in names.items()]

    def _known(self, share: Share) -> "CopyCheck":
        """The share's radiographs described; how far they lie from each other is kept."""
        from engine.assess.copy_check import shape_distances
        from engine.assess.prior import fit_prior
        from engine.assess.training_descriptors import describe_training

        own = share_of(self.radiographs.train, share, self.request.seed)
        known = describe_training(own, fit_prior(own.points, self.radiographs.anatomy))
        likeness = known.known.images @ known.known.images.T
        looks = np.sqrt(np.maximum(2 - 2 * likeness, 0))
        shapes = np.stack([shape_distances(s, known.known.shapes) for s in known.known.shapes])
        arrays = {"looks": looks.astype(np.float32), "shapes": shapes.astype(np.float32)}
        self.folder.finish(f"references-{share.slug}", {"radiographs": len(own)}, arrays)
        return known

    def _compare(self, step: str, known: "CopyCheck", cases: Cases, accepted: np.ndarray) -> None:
        """Keep how far each picture and its landmarks lie from every radiograph of the share."""
        from engine.assess.copy_check import shape_distances
        from engine.assess.copy_descriptors import describe, middle
        from engine.assess.copy_risk import CopyLevel

        looks, shapes, kept, risks = [], [], [], []
        for index, (image, points) in enumerate(cases):
            shifted = describe(image, points, known.frame)
            if shifted is None:
                continue
            own = middle(shifted)
            likeness = known.known.images @ (own / max(float(np.linalg.norm(own)), 1e-9))
            looks.append(np.sqrt(np.maximum(2 - 2 * likeness, 0)))
            shapes.append(shape_distances(points, known.known.shapes))
            risks.append(known.check(image, points))
            kept.append(index)
        told = [risk for risk in risks if risk is not None]
        count = len(known.known.ids)
        self.folder.finish(
            step,
            {
                "pairs": len(cases),
                "compared": len(kept),
                "copies": sum(risk.level is CopyLevel.COPY for risk in told),
                "suspects": sum(risk.level is CopyLevel.SUSPECT for risk in told),
            },
            {
                "looks": np.array(looks, dtype=np.float32).reshape(-1, count),
                "shapes": np.array(shapes, dtype=np.float32).reshape(-1, count),
                "accepted": accepted[kept],
                "ratios": np.array([risk.ratio for risk in told]),
                "nearest": np.array([risk.distance for risk in told]),
            },
        )

    def _compared(self, share: Share, name: str, step: str) -> Compared:
        values, arrays = self.folder.values(step), self.folder.arrays(step)
        return Compared(
            share=share,
            source=name,
            looks=arrays["looks"],
            shapes=arrays["shapes"],
            accepted=arrays["accepted"],
            copies=values["copies"],
            suspects=values["suspects"],
            ratios=arrays["ratios"],
            nearest=arrays["nearest"],
        )

    def _project(self, share: Share, source: Source) -> Generator[Event, None, Path]:
        if source.is_project:
            assert source.given is not None
            return source.given
        name, making, data = f"{share.slug}-{source.name}", self.making(), self.share_file(share)
        run, project = self.generator_folder(name), self.project_folder(name)
        weights = yield from train_source(source, data, run, making, self.token)
        yield from generate_pairs(weights, project, making, self.token)
        return project


def _disturbed(images: np.ndarray, points: np.ndarray, rng: np.random.Generator) -> Cases:
    from scipy.ndimage import gaussian_filter

    blurred = [gaussian_filter(image, _BLUR) for image in images]
    return list(zip(blurred, points + rng.normal(0, _JITTER, points.shape), strict=True))


def _cases_of(project: Path, count: int) -> tuple[Cases, np.ndarray]:
    """Pictures and labelled landmarks of a project, and which of them the gate accepted."""
    from engine.review.project import ReviewProject

    with ReviewProject.open(project) as opened:
        rows = [row for row in opened.rows() if not row.is_real][:count]
        cases = [
            (opened.pair(r.identifier).image, opened.effective_assessment(r.identifier).landmarks)
            for r in rows
        ]
    return cases, np.array([row.accepted_by_gate for row in rows], dtype=bool)
