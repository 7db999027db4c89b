"""How a study runs: as a job that ends well when it is interrupted, and what its steps share."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.events import CancelToken, Event, JobFinished, JobStarted
from engine.study.pairs import InterruptedStudy, Making
from engine.study.request import StudyRequest
from engine.study.shares import Share, parse_shares, share_of

if TYPE_CHECKING:
    from engine.study.folder import StudyFolder
    from engine.study.radiographs import StudyRadiographs

Request = TypeVar("Request", bound=StudyRequest)
_KEPT = "finished steps are kept, the same command goes on"


def as_job(
    title: str, unit: str, out: Path, study: Generator[Event, None, list[str]]
) -> Iterator[Event]:
    """A study as a job.

    Args:
        study: yields what happens, and returns what it found in sentences.

    Yields:
        `JobStarted`, the study's events, and `JobFinished` with ``sentences``, or with
        ``interrupted`` where the study was ended before it found something.
    """
    yield JobStarted(title, unit)
    try:
        sentences = yield from study
    except InterruptedStudy:
        yield JobFinished({"out": str(out), "interrupted": _KEPT})
        return
    yield JobFinished({"out": str(out), "sentences": sentences})


@dataclass
class GeneratorStudy(Generic[Request]):
    """One run of a study of generators: what is read once, and what its steps are made with."""

    request: Request
    token: CancelToken
    folder: "StudyFolder" = field(init=False)
    radiographs: "StudyRadiographs" = field(init=False)

    def open(self, name: str) -> Generator[Event, None, tuple[Share, ...]]:
        """Read the radiographs and open the study's folder; the shares that are studied.

        Raises:
            OssaError: what is wrong with the data or the folder.
        """
        from engine.study.folder import StudyFolder
        from engine.study.radiographs import read_study_radiographs

        request = self.request
        assert request.data is not None
        self.radiographs = yield from read_study_radiographs(
            request.data, request.anatomy, request.split
        )
        shares = parse_shares(request.shares, len(self.radiographs.train))
        kept = request.what_steps_depend_on(self.radiographs)
        self.folder = StudyFolder.open(request.out, name, kept, request.seed)
        return shares

    def making(self, seed: int | None = None, policy: str = "refined") -> Making:
        """How the study's generators are trained and generate.

        Args:
            seed: of the pairs, None for the study's own.
        """
        request = self.request
        return Making(
            count=request.pairs,
            policy=policy,
            seed=request.seed if seed is None else seed,
            anatomy=request.anatomy,
            device=request.device,
            precision=request.precision,
            train_seconds=request.train_seconds,
            train_steps=request.train_steps,
        )

    def share_file(self, share: Share) -> Path:
        """A canvas file with the share's radiographs, so that a generator can see no others."""
        from engine.data.canvas_set import write_canvas_set

        path = self.folder.folder / "radiographs" / f"{share.slug}.npz"
        if not path.is_file():
            write_canvas_set(path, share_of(self.radiographs.train, share, self.request.seed))
        return path

    def generator_folder(self, name: str) -> Path:
        """Where a generator of the study is trained."""
        return self.folder.folder / "generators" / name

    def project_folder(self, name: str) -> Path:
        """Where a generator's pairs are kept."""
        return self.folder.folder / "projects" / name
