"""The quality study: fidelity, coverage and copying of generated pairs, each for itself.

Per data share every generator draws pairs; they are compared with the share's radiographs in two
spaces, aligned shapes and aligned pictures. Beside them stand real radiographs that were held out
(the most that can be hoped for) and the same with their landmarks disturbed and their pictures
blurred (what must come out worse).
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.events import CancelToken, Event, JobFinished, JobStarted
from engine.study.generators import Source
from engine.study.pairs import InterruptedStudy, Making, generate_pairs, go_on, train_source
from engine.study.quality_request import QualityRequest, check, what_steps_depend_on
from engine.study.shares import Share, parse_shares, share_of

__all__ = ["QualityRequest", "quality"]

if TYPE_CHECKING:
    from engine.assess.training_descriptors import CopyCheck
    from engine.study.folder import StudyFolder
    from engine.study.radiographs import StudyRadiographs

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


def quality(request: QualityRequest, token: CancelToken) -> Iterator[Event]:
    """Run the study; a folder that holds finished steps of the same study goes on from them.

    Yields:
        the events of the trainings and generations, `Notice`, and `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the request, the data or the folder.
    """
    check(request)
    yield JobStarted("Quality study", "step")
    study = _Study(request, token)
    try:
        if request.smoke:
            study.request = yield from _smoke_request(request, token)
        yield from study.run()
    except InterruptedStudy:
        kept = "finished steps are kept, the same command goes on"
        yield JobFinished({"out": str(request.out), "interrupted": kept})
        return
    yield JobFinished({"out": str(request.out), "sentences": study.sentences})


@dataclass
class _Study:
    """One run of the study: what is read once, and the steps in their order."""

    request: QualityRequest
    token: CancelToken
    folder: "StudyFolder" = field(init=False)
    radiographs: "StudyRadiographs" = field(init=False)
    sentences: list[str] = field(default_factory=list)

    def run(self) -> Iterator[Event]:
        from engine.study.folder import StudyFolder
        from engine.study.quality_report import write_report
        from engine.study.radiographs import read_study_radiographs

        request = self.request
        assert request.data is not None
        self.radiographs = yield from read_study_radiographs(
            request.data, request.anatomy, request.split
        )
        kept = what_steps_depend_on(request, self.radiographs)
        self.folder = StudyFolder.open(request.out, "quality", kept, request.seed)
        found: list[Compared] = []
        references: dict[Share, References] = {}
        for share in parse_shares(request.shares, len(self.radiographs.train)):
            found += yield from self._share(share)
            references[share] = References(**self.folder.arrays(f"references-{share.slug}"))
        self.sentences = yield from write_report(self.folder, found, references)

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
        from engine.data.canvas_set import write_canvas_set

        if source.is_project:
            assert source.given is not None
            return source.given
        request, name = self.request, f"{share.slug}-{source.name}"
        data = self.folder.folder / "radiographs" / f"{share.slug}.npz"
        if not data.is_file():
            write_canvas_set(data, share_of(self.radiographs.train, share, request.seed))
        making = Making(
            count=request.pairs,
            policy="refined",
            seed=request.seed,
            anatomy=request.anatomy,
            device=request.device,
            precision=request.precision,
            train_seconds=request.train_seconds,
            train_steps=request.train_steps,
        )
        out = self.folder.folder / "generators" / name
        weights = yield from train_source(source, data, out, making, self.token)
        project = self.folder.folder / "projects" / name
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


def _smoke_request(
    request: QualityRequest, token: CancelToken
) -> Generator[Event, None, QualityRequest]:
    """The request with all that makes a smoke run small."""
    from engine.study import smoke

    data = yield from smoke.smoke_data(request.out, request.data, token)
    sources = yield from smoke.smoke_sources(request.out, data, request.anatomy, token)
    return replace(
        request,
        data=data,
        sources=sources,
        pairs=smoke.PAIRS,
        train_steps=smoke.STEPS,
        train_seconds=None,
    )
