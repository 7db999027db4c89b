"""The acceptance study: how many of its pairs does the gate accept? (the paper's Table 1)

Per data share every generator is trained on the share's radiographs and draws so many runs of so
many pairs, each run with a seed of its own; every pair is judged under every policy.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.canvas import CANVAS_SIZE
from engine.errors import SettingsError
from engine.events import CancelToken, Event
from engine.study.generators import Source
from engine.study.pairs import generate_pairs, go_on, train_source
from engine.study.request import StudyRequest
from engine.study.running import GeneratorStudy, as_job
from engine.study.shares import Share, share_of
from engine.study.smoke import small

if TYPE_CHECKING:
    from engine.assess.prior import Prior
    from engine.review.project import ReviewProject

POLICIES = ("paper", "refined")
SEEDS_APART = 1000  # between the seeds of two studies' first runs
SHEET_ROW = 6  # pairs in a row of the contact sheet


@dataclass(frozen=True)
class AcceptanceRequest(StudyRequest):
    """All that the study needs: runs of so many pairs, beside what every study is asked. A review
    project is one run."""

    pairs: int = 100
    runs: int = 10


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
    if request.runs < 1 or request.pairs < 1:
        raise SettingsError(f"{request.runs} runs of {request.pairs} pairs: choose at least 1")
    request.check_sources()
    yield from as_job("Acceptance study", "step", request.out, _sentences(request, token))


def _sentences(request: AcceptanceRequest, token: CancelToken) -> Generator[Event, None, list[str]]:
    if request.smoke:
        request = yield from small(request, token, runs=2)
    return (yield from _Study(request, token).run())


class _Study(GeneratorStudy[AcceptanceRequest]):
    """One run of the study: its steps in their order."""

    def run(self) -> Generator[Event, None, list[str]]:
        from engine.study.acceptance_report import write_report

        found: list[Accepted] = []
        for share in (yield from self.open("acceptance")):
            for source in self.request.sources:
                found.append((yield from self._judged(share, source)))
        return (yield from write_report(self.folder, found, self.radiographs.anatomy))

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
        name = f"{share.slug}-{source.name}"
        making = self.making(self.request.seed * SEEDS_APART + run)
        data, out = self.share_file(share), self.generator_folder(name)
        weights = yield from train_source(source, data, out, making, self.token)
        project = self.project_folder(f"{name}-{run}")
        yield from generate_pairs(weights, project, making, self.token)
        return project, Prior.from_arrays(read_prior_arrays(weights))

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
