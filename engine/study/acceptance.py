"""The acceptance study: how many of its pairs does the gate accept? (the paper's Table 1)

Per data share every generator is trained on the share's radiographs and draws so many runs of so
many pairs, each run with a seed of its own; every pair is judged under every policy.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.canvas import CANVAS_SIZE
from engine.errors import SettingsError
from engine.events import CancelToken, Event, JobFinished, JobStarted
from engine.study.generators import PRESETS_BY_NAME, Source, check_sources
from engine.study.pairs import InterruptedStudy, Making, generate_pairs, go_on, train_source
from engine.study.shares import Share, parse_shares, share_of

if TYPE_CHECKING:
    from engine.assess.prior import Prior
    from engine.review.project import ReviewProject
    from engine.study.folder import StudyFolder
    from engine.study.radiographs import StudyRadiographs

POLICIES = ("paper", "refined")
SEEDS_APART = 1000  # between the seeds of two studies' first runs
SHEET_ROW = 6  # pairs in a row of the contact sheet


@dataclass(frozen=True)
class AcceptanceRequest:
    """All that the study needs.

    out: the study's folder, new or to go on with; data: a landmark data set's folder.
    shares: of the training radiographs, as `engine.study.shares.parse_shares` reads them.
    sources: the generators; a review project is taken as one run of what it holds.
    runs, pairs: how many runs of how many pairs. train_seconds, train_steps: of each training.
    smoke: a run in which everything happens and no number says anything.
    """

    out: Path
    data: Path | None = None
    shares: tuple[str, ...] = ("100%",)
    sources: tuple[Source, ...] = tuple(Source(n, p) for n, p in PRESETS_BY_NAME.items())
    runs: int = 10
    pairs: int = 100
    train_seconds: float | None = None
    train_steps: int | None = None
    anatomy: str = "hand"
    split: str | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    smoke: bool = False


@dataclass(frozen=True)
class Accepted:
    """What one generator beside one share came to: per policy the accepted share of every run."""

    share: Share
    source: str
    pairs: int
    shares: dict[str, np.ndarray]


def acceptance(request: AcceptanceRequest, token: CancelToken) -> Iterator[Event]:
    """Run the study; a folder that holds finished steps of the same study goes on from them.

    Yields:
        the events of the trainings and generations, `Notice`, and `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the request, the data or the folder.
    """
    _check(request)
    yield JobStarted("Acceptance study", "step")
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


def _check(request: AcceptanceRequest) -> None:
    if request.runs < 1 or request.pairs < 1:
        raise SettingsError(f"{request.runs} runs of {request.pairs} pairs: choose at least 1")
    timed = request.train_seconds is not None or request.train_steps is not None
    check_sources(request.sources, request.data, timed, request.smoke)


@dataclass
class _Study:
    """One run of the study: what is read once, and the steps in their order."""

    request: AcceptanceRequest
    token: CancelToken
    folder: "StudyFolder" = field(init=False)
    radiographs: "StudyRadiographs" = field(init=False)
    sentences: list[str] = field(default_factory=list)

    def run(self) -> Iterator[Event]:
        from engine.study.acceptance_report import write_report
        from engine.study.folder import StudyFolder
        from engine.study.radiographs import read_study_radiographs

        request = self.request
        assert request.data is not None
        self.radiographs = yield from read_study_radiographs(
            request.data, request.anatomy, request.split
        )
        shares = parse_shares(request.shares, len(self.radiographs.train))
        self.folder = StudyFolder.open(
            request.out, "acceptance", self._what_steps_depend_on(), request.seed
        )
        found: list[Accepted] = []
        for share in shares:
            for source in request.sources:
                found.append((yield from self._judged(share, source)))
        self.sentences = yield from write_report(self.folder, found, self.radiographs.anatomy)

    def _judged(self, share: Share, source: Source) -> Generator[Event, None, Accepted]:
        """All runs of one generator beside one share."""
        runs = 1 if source.is_project else self.request.runs
        steps = [run_step(share, source.name, run) for run in range(runs)]
        for run, step in enumerate(steps):
            if not self.folder.is_done(step):
                project, prior = yield from self._project(share, source, run)
                self.folder.finish(step, *self._verdicts(project, prior))
            go_on(self.token)
        values = [self.folder.values(step) for step in steps]
        return Accepted(
            share,
            source.name,
            sum(one["pairs"] for one in values),
            {p: np.array([one["accepted"][p] / one["pairs"] for one in values]) for p in POLICIES},
        )

    def _project(
        self, share: Share, source: Source, run: int
    ) -> "Generator[Event, None, tuple[Path, Prior]]":
        """The review project of a run, and the prior that its pairs are judged by."""
        from engine.assess.prior import Prior, fit_prior
        from engine.generate.weights import read_prior_arrays

        if source.is_project:
            assert source.given is not None
            own = share_of(self.radiographs.train, share, self.request.seed)
            return source.given, fit_prior(own.points, self.radiographs.anatomy)
        name, making = f"{share.slug}-{source.name}", self._making(run)
        out = self.folder.folder / "generators" / name
        weights = yield from train_source(source, self._share_file(share), out, making, self.token)
        project = self.folder.folder / "projects" / f"{name}-{run}"
        yield from generate_pairs(weights, project, making, self.token)
        return project, Prior.from_arrays(read_prior_arrays(weights))

    def _making(self, run: int) -> Making:
        request = self.request
        return Making(
            count=request.pairs,
            policy="refined",
            seed=request.seed * SEEDS_APART + run,
            anatomy=request.anatomy,
            device=request.device,
            precision=request.precision,
            train_seconds=request.train_seconds,
            train_steps=request.train_steps,
        )

    def _share_file(self, share: Share) -> Path:
        from engine.data.canvas_set import write_canvas_set

        path = self.folder.folder / "radiographs" / f"{share.slug}.npz"
        if not path.is_file():
            write_canvas_set(path, share_of(self.radiographs.train, share, self.request.seed))
        return path

    def _verdicts(
        self, folder: Path, prior: "Prior"
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Every pair of a project under every policy; and a few pairs of either kind to be seen."""
        from engine.assess.gate import assess_batch
        from engine.review.project import ReviewProject

        with ReviewProject.open(folder) as project:
            ids = [row.identifier for row in project.rows() if not row.is_real]
            pairs = [project.pair(identifier) for identifier in ids]
            seeds = [project.origin(identifier).index for identifier in ids]
            accepted, reasons = {}, {}
            for policy in POLICIES:
                judged = assess_batch(pairs, prior, self.radiographs.anatomy, policy, seeds)
                accepted[policy] = sum(one.accepted for one in judged)
                codes = [reason.code for one in judged for reason in one.reasons]
                reasons[policy] = {code: codes.count(code) for code in sorted(set(codes))}
                verdicts = [one.accepted for one in judged]
            seen = _sheet(project, ids, verdicts)
        return {"pairs": len(ids), "accepted": accepted, "reasons": reasons}, seen

    def _what_steps_depend_on(self) -> dict[str, Any]:
        from engine.study.localisation_request import depends_on

        request = self.request
        return {
            "data": self.radiographs.fingerprint,
            "shares": list(request.shares),
            "generators": [depends_on(source) for source in request.sources],
            "pairs": request.pairs,
            "training_time": request.train_seconds,
            "training_steps": request.train_steps,
            "smoke": request.smoke,
        }


def _sheet(project: "ReviewProject", ids: list[str], verdicts: list[bool]) -> dict[str, np.ndarray]:
    """The first accepted and the first refused pairs, (n, 2, 256, 256) 8-bit grey values each."""
    kinds = {"accepted": True, "refused": False}
    sheet = {}
    for name, kind in kinds.items():
        of_kind = [i for i, v in zip(ids, verdicts, strict=True) if v is kind][:SHEET_ROW]
        planes = [project.pair(identifier).channels() for identifier in of_kind]
        grey = np.round((np.array(planes) + 1) * 127.5).clip(0, 255).astype(np.uint8)
        sheet[name] = grey.reshape(len(planes), 2, CANVAS_SIZE, CANVAS_SIZE)
    return sheet


def run_step(share: Share, name: str, run: int) -> str:
    """The step in which one run of a generator was judged."""
    return f"run-{share.slug}-{name}-{run}"


def _smoke_request(
    request: AcceptanceRequest, token: CancelToken
) -> Generator[Event, None, AcceptanceRequest]:
    """The request with all that makes a smoke run small."""
    from engine.study import smoke

    data = yield from smoke.smoke_data(request.out, request.data, token)
    sources = yield from smoke.smoke_sources(request.out, data, request.anatomy, token)
    return replace(
        request,
        data=data,
        sources=sources,
        runs=2,
        pairs=smoke.PAIRS,
        train_steps=smoke.STEPS,
        train_seconds=None,
    )
