"""The localisation study: do generated radiographs make a localiser better? (the paper's Table 2)

Per data share a generator of each kind is trained on the share's radiographs and generates pairs;
those that are accepted join the share for the training of localisers. `engine.study.arms` says what
else is trained beside them, so that the answer means something.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from engine.events import CancelToken, Event, Notice
from engine.study import smoke
from engine.study.arms import Arm, arms_of, source_title
from engine.study.generators import Source, check_unseen
from engine.study.localisation_request import (
    LocalisationRequest,
    check,
    localiser_step,
    pairs_step,
)
from engine.study.pairs import generate_pairs, go_on, train_source
from engine.study.running import GeneratorStudy, as_job
from engine.study.shares import Share, share_of
from engine.study.synthetic import joining_of

__all__ = ["LocalisationRequest", "localisation"]


def localisation(request: LocalisationRequest, token: CancelToken) -> Iterator[Event]:
    """Run the study; a folder that holds finished steps of the same study goes on from them.

    Yields:
        the events of the trainings and generations, `Notice`, and `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the request, the data or the folder.
    """
    check(request)
    yield from as_job("Localisation study", "step", request.out, _sentences(request, token))


def _sentences(
    request: LocalisationRequest, token: CancelToken
) -> Generator[Event, None, list[str]]:
    if request.smoke:
        request = yield from _small(request, token)
    return (yield from _Study(request, token).run())


def _small(
    request: LocalisationRequest, token: CancelToken
) -> Generator[Event, None, LocalisationRequest]:
    return (
        yield from smoke.small(
            request,
            token,
            counts=(2,),
            curve_of=("phantom",),
            localiser=smoke.smoke_localiser(request.out),
            localisers=2,
            steps=smoke.STEPS,
        )
    )


class _Study(GeneratorStudy[LocalisationRequest]):
    """One run of the study: its steps in their order."""

    def run(self) -> Generator[Event, None, list[str]]:
        from engine.study.localisation_report import write_report

        arms: list[Arm] = []
        for share in (yield from self.open("localisation")):
            added = {}
            for source in self.request.sources:
                added[source.name] = yield from self._pairs(share, source)
            arms += arms_of(share, added)
        yield from self._train(arms)
        go_on(self.token)
        return (yield from write_report(self.folder, self.request, self.radiographs, arms))

    def _pairs(self, share: Share, source: Source) -> Generator[Event, None, list[int]]:
        """Make the pairs of one experiment; the numbers of images its generator adds."""
        wanted = self._counts(source)
        step = pairs_step(share, source.name)
        if not self.folder.is_done(step):
            project = yield from self._project(share, source)
            self.folder.finish(step, self._counted(project))
        go_on(self.token)
        values = self.folder.values(step)
        reached = [count for count in wanted if count <= len(values["ids"])]
        if len(reached) < len(wanted):
            yield Notice(
                f"{source_title(source.name)} beside {share.title}: only {len(values['ids'])} "
                f"pairs can join, so its curve ends before {max(wanted)}"
            )
        return [values["joined"], *reached]

    def _counted(self, project: Path) -> dict[str, Any]:
        """Which of a project's pairs join. The study's own are named from its folder, which may
        thus be moved."""
        from engine.review.project import ReviewProject

        with ReviewProject.open(project) as opened:
            experiment = joining_of(opened, self.request.pairs)
            everything = joining_of(opened)
        own = project.is_relative_to(self.folder.folder)
        place = project.relative_to(self.folder.folder) if own else project.resolve()
        return {**experiment.counts(), "ids": list(everything.ids), "project": place.as_posix()}

    def _counts(self, source: Source) -> tuple[int, ...]:
        return self.request.counts if source.name in self.request.curve_of else ()

    def _project(self, share: Share, source: Source) -> Generator[Event, None, Path]:
        """The review project with the pairs of an experiment."""
        if source.is_project:
            assert source.given is not None
            yield Notice(f"What the generator of {source.given} was trained on is not known")
            return source.given
        name, making = f"{share.slug}-{source.name}", self.making(policy=self.request.policy)
        data, run = self.share_file(share), self.generator_folder(name)
        weights = yield from train_source(source, data, run, making, self.token)
        yield from self._check_weights(weights, share, source)
        project = self.project_folder(name)
        until = max(self._counts(source), default=0)
        yield from generate_pairs(weights, project, making, self.token, until)
        return project

    def _check_weights(self, weights: Path, share: Share, source: Source) -> Iterator[Notice]:
        seen = check_unseen(weights, self.radiographs.test)
        if seen is None:
            yield Notice(
                f"What the weights of {source.name} were trained on is not known: no descriptors "
                "lie beside them, so test radiographs may have been among it"
            )
            return
        own = set(share_of(self.radiographs.train, share, self.request.seed).ids)
        strange = len(set(seen) - own)
        if strange:
            yield Notice(
                f"The weights of {source.name} were trained on {strange} radiographs that are not "
                f"among the {share.count} of this share"
            )

    def _train(self, arms: list[Arm]) -> Iterator[Event]:
        from engine.generate.checkpoint import STATE_NAME
        from engine.study.localisers import open_laboratory

        laboratory = yield from open_laboratory(self.request, self.radiographs)
        total = len(arms) * self.request.localisers
        for number, (arm, seed) in enumerate(trainings(arms, self.request.localisers), 1):
            step = localiser_step(arm, seed)
            if not self.folder.is_done(step):
                yield Notice(f"Localiser {number} of {total}: {arm.title}, seed {seed}")
                pairs = self._joined(arm)
                out = self.folder.folder / "localisers" / step
                done = yield from laboratory.train(arm, seed, pairs, out, self.token)
                self.folder.finish(step, done.values, done.arrays)
                # What training would go on from is four times the localiser, and of no more use.
                (out / STATE_NAME).unlink(missing_ok=True)
            go_on(self.token)

    def _joined(self, arm: Arm) -> tuple[Path | None, tuple[str, ...]]:
        """Project and identifiers of the synthetic pairs of an arm."""
        if not arm.is_synthetic:
            return None, ()
        values = self.folder.values(pairs_step(arm.share, arm.source))
        return self.folder.folder / values["project"], tuple(values["ids"][: arm.added])


def trainings(arms: list[Arm], localisers: int) -> Iterator[tuple[Arm, int]]:
    """All trainings: first one localiser of every arm, so that a first answer comes early."""
    return ((arm, seed) for seed in range(localisers) for arm in arms)
