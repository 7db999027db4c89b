"""The generation job: sample pairs, assess each, keep them in a review project."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SettingsError
from engine.events import (
    CancelToken,
    DeviceChosen,
    Event,
    JobFinished,
    JobStarted,
    Notice,
    PairAssessed,
    PairSampled,
)
from engine.jobs.copies import NOT_CHECKED, copy_check_of, with_copy_risk
from engine.jobs.drawing import Drawing
from engine.jobs.image_check import ImageChecker, image_checker_of
from engine.jobs.resting import RestLimit, Rests, rest_limit

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.assess.assessment import Assessment
    from engine.assess.prior import Prior
    from engine.assess.training_descriptors import CopyCheck
    from engine.review.project import ReviewProject

GIVE_UP_AFTER = 50  # pairs drawn per pair wanted, before `until_accepted` gives up


@dataclass(frozen=True)
class GenerateRequest:
    """All that a generation needs.

    weights: a run's folder or a weights file, None for the built-in generator; project: the
    review project, made if need be.
    count: pairs 0 … count - 1 of the seed are to exist in the end, whoever made them; or
    until_accepted: go on until the gate has accepted that many pairs of this seed.
    sampler, steps: None for the weights' own default. batch_size: None for one that starts small
    and grows as far as it pays (`engine.jobs.batch_size`).
    localiser: looks at every image alone and has a pair refused whose labels lie elsewhere; None
    leaves images unchecked.
    pause_at_undecided: rest while so many pairs of the project have no reviewer's decision, and go
    on by itself once half of them are left, so that neither waits for the other all the time, or
    when `CancelToken.resume` asks for as many again; None never rests, a `RestLimit` can be changed
    while the job runs.
    """

    weights: Path | None
    project: Path
    count: int | None = 24
    until_accepted: int | None = None
    seed: int = 0
    sampler: str | None = None
    steps: int | None = None
    batch_size: int | None = None
    policy: str = "refined"
    localiser: Path | None = None
    device: str = "auto"
    precision: str = "auto"
    pause_at_undecided: int | RestLimit | None = None


def generate(request: GenerateRequest, token: CancelToken) -> Iterator[Event]:
    """Sample, assess and store pairs; those of the same weights, seed and settings that the project
    holds already are not made again, so a job that was killed goes on where it was.

    Yields:
        `JobStarted`, `Notice`, `DeviceChosen`, `SamplingStep`, `PairAssessed`, `ReviewAwaited`,
        `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the weights, the project or the request.
    """
    from engine.anatomy import load_anatomy
    from engine.assess.gate import find_policy
    from engine.assess.prior import Prior
    from engine.generate.builtin import builtin_weights
    from engine.generate.sampling_choice import choose_sampling
    from engine.generate.weights import load_generator, read_prior_arrays, read_weights_info
    from engine.jobs.device import choose_device, device_title
    from engine.review.project import ReviewProject
    from engine.review.project_limits import judged_by

    info = read_weights_info(request.weights or builtin_weights())
    sampler, steps = choose_sampling(info.settings, request.sampler, request.steps)
    _check(request)
    policy = find_policy(request.policy)
    prior_arrays = read_prior_arrays(info.path)
    prior = Prior.from_arrays(prior_arrays)
    policy.check(prior)
    copy_check = copy_check_of(info.path, prior, info.metadata)
    checked_anatomy = load_anatomy(info.metadata["anatomy"])
    image_checker = image_checker_of(request.localiser, checked_anatomy, request.device)
    device = choose_device(request.device, request.precision, training=False)
    for text in device.notices:
        yield Notice(text)
    with ReviewProject.open_or_create(request.project, info.metadata["anatomy"]) as project:
        for text in project.notices:
            yield Notice(text)
        project.store_prior(prior_arrays)
        if copy_check is None:
            yield Notice(NOT_CHECKED)
        else:
            project.store_held_out(info.hash, copy_check.known.held_out.tolist())
        settings = {
            "preset": info.settings.preset,
            "sampler": sampler,
            "steps": steps,
            "device": device.name.partition(":")[0],
            "precision": device.precision,
            "version": version("ossa"),
        }
        judging_prior, anatomy = judged_by(project, policy.name, prior)
        run = _Generation(
            request=request,
            info_hash=info.hash,
            settings=settings,
            project=project,
            prior=judging_prior,
            anatomy=anatomy,
            copy_check=copy_check,
            image_checker=image_checker,
        )
        yield run.started()
        yield DeviceChosen(device.name, device_title(device.name), device.precision)
        drawing = Drawing(
            load_generator(info).to(device.name),
            request.seed,
            sampler,
            steps,
            device.precision,
            request.batch_size,
        )
        yield from run.pairs(drawing, token)
        yield JobFinished(run.summary(token))


@dataclass
class _Generation:
    """One generation into one project: what is there already and what has come."""

    request: GenerateRequest
    info_hash: str
    settings: dict[str, Any]
    project: "ReviewProject"
    prior: "Prior"
    anatomy: "Anatomy"
    copy_check: "CopyCheck | None" = None
    image_checker: ImageChecker | None = None
    sampled: int = 0
    accepted: int = 0
    checked: int = 0
    copies: int = 0
    images_checked: int = 0
    images_disagree: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.present = self.project.sampled_indices(
            self.info_hash, self.request.seed, self.settings
        )
        self.rests = Rests(rest_limit(self.request.pause_at_undecided), self.project.undecided)
        self.accepted_before = 0
        if self.request.until_accepted is not None:
            self.accepted_before = sum(
                row.accepted_by_gate and self._is_ours(row.identifier)
                for row in self.project.rows()
            )

    def _is_ours(self, identifier: str) -> bool:
        origin = self.project.origin(identifier)
        ours = (self.info_hash, self.request.seed, self.settings)
        return (origin.weights_hash, origin.seed, origin.settings) == ours

    def started(self) -> JobStarted:
        if self.request.until_accepted is not None:
            return JobStarted(
                "Generating", "accepted pair", self.request.until_accepted, self.accepted_before
            )
        total = self.request.count or 0
        done = sum(1 for index in self.present if index < total)
        return JobStarted("Generating", "pair", total, done)

    def pairs(self, drawing: Drawing, token: CancelToken) -> Iterator[Event]:
        def following(size: int) -> list[int]:
            return list(islice(self._missing(), min(self._batch(size), self.rests.room)))

        while not token.stopped and next(self._missing(), None) is not None:
            yield from self.rests.rest(token)
            ahead = (self.request.count or self.request.until_accepted or 0) - len(self.present)
            for event in drawing.pairs(following, ahead, token):
                yield self._assessed(event) if isinstance(event, PairSampled) else event
        self.seconds = drawing.seconds

    def _missing(self) -> Iterator[int]:
        """Numbers of the pairs that are still to be made, in order, until the request is met."""
        request = self.request
        numbers = iter(range(request.count or 0))
        if request.until_accepted is not None:
            numbers = iter(range(GIVE_UP_AFTER * request.until_accepted))
        for index in numbers:
            if request.until_accepted is not None and self.total_accepted >= request.until_accepted:
                return
            if index not in self.present:
                yield index

    def _batch(self, batch_size: int) -> int:
        if self.request.until_accepted is None:
            return batch_size
        return max(1, min(batch_size, self.request.until_accepted - self.total_accepted))

    @property
    def total_accepted(self) -> int:
        return self.accepted_before + self.accepted

    def _assessed(self, event: PairSampled) -> PairAssessed:
        from engine.assess.gate import assess
        from engine.assess.image_check import disagrees
        from engine.review.project import Origin

        assessment = assess(
            event.pair, self.prior, self.anatomy, self.request.policy, seed=event.index
        )
        assessment = with_copy_risk(assessment, event.pair, self.copy_check)
        if self.image_checker is not None:
            assessment = self.image_checker.check(assessment, event.pair)
        origin = Origin(self.info_hash, self.request.seed, event.index, self.settings)
        identifier = self.project.add_pair(event.pair, assessment, origin)
        self.present.add(event.index)
        self.sampled += 1
        self.accepted += assessment.accepted
        self._count_copy(assessment)
        self.images_checked += assessment.image is not None
        self.images_disagree += disagrees(assessment)
        return PairAssessed(identifier, event.index, event.pair, assessment)

    def _count_copy(self, assessment: "Assessment") -> None:
        risk = assessment.copy_risk
        self.checked += risk is not None
        self.copies += risk is not None and risk.level == "copy"

    def summary(self, token: CancelToken) -> dict[str, Any]:
        wanted = self.request.until_accepted
        return {
            "project": str(self.project.folder),
            "sampled": self.sampled,
            "accepted": self.accepted,
            "acceptance": self.accepted / self.sampled if self.sampled else None,
            "copy_checked": self.checked,
            "copies": self.copies,
            "copy_rate": self.copies / self.checked if self.checked else None,
            "images_checked": self.images_checked,
            "images_disagree": self.images_disagree,
            "seconds_per_pair": self.seconds / self.sampled if self.sampled else None,
            "gave_up": wanted is not None and self.total_accepted < wanted and not token.stopped,
        }


def _check(request: GenerateRequest) -> None:
    rest_limit(request.pause_at_undecided)
    if not 0 <= request.seed < 2**64:
        raise SettingsError(f"seed {request.seed} is not between 0 and 2^64 - 1")
