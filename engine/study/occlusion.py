"""The occlusion study: every finger tip of every test radiograph hidden (the paper's Fig. 3).

The paper shows one hand on which synthetic training radiographs kept a localiser from going astray.
Here every hand and finger takes part, so that chance finds are told from a rule.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import SettingsError
from engine.events import CancelToken, Event, JobStarted, Notice, UnitsDone
from engine.study.folder import SMOKE_NAME, StudyFolder, read_step
from engine.study.localisation_request import ARMS_STEP, LocalisationRequest
from engine.study.occlusion_tables import Occluded, Occlusions
from engine.study.pairs import go_on, within
from engine.study.running import as_job

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.data.canvas_set import CanvasSet
    from engine.study.radiographs import StudyRadiographs


@dataclass(frozen=True)
class OcclusionRequest:
    """All that the study needs.

    out: the study's folder, new or to go on with; data: a landmark data set's folder, whose test
    part is used; None for that of `study`.
    study: a finished localisation study whose localisers are tested; or localisers: name and file,
    several of one name being trainings that differ by their seed. The first name is what the others
    are compared with.
    """

    out: Path
    data: Path | None = None
    study: Path | None = None
    localisers: tuple[tuple[str, Path], ...] = ()
    anatomy: str = "hand"
    split: str | None = None
    seed: int = 0
    device: str = "auto"
    smoke: bool = False


@dataclass(frozen=True)
class Tested:
    """The localisers by name, each with one file per seed, and which names are compared."""

    files: dict[str, tuple[Path, ...]]
    compared: tuple[tuple[str, str], ...]


def occlusion(request: OcclusionRequest, token: CancelToken) -> Iterator[Event]:
    """Run the study; a folder that holds finished steps of the same study goes on from them.

    Yields:
        `JobStarted`, `Notice`, `UnitsDone`, `JobFinished`.

    Raises:
        OssaError: in one line, what is wrong with the request, the data or the localisers.
    """
    yield from as_job("Occlusion study", "localiser", request.out, _sentences(request, token))


def _sentences(request: OcclusionRequest, token: CancelToken) -> Generator[Event, None, list[str]]:
    if request.smoke and request.study is None:
        request = yield from _smoke(request, token)
    return (yield from _run(request, token))


def _smoke(
    request: OcclusionRequest, token: CancelToken
) -> Generator[Event, None, OcclusionRequest]:
    """The request with localisers to test, from a smoke run of the localisation study."""
    from engine.study.localisation import localisation

    folder = request.out / SMOKE_NAME / "localisation"
    localisers = LocalisationRequest(
        folder, request.data, anatomy=request.anatomy, device=request.device, smoke=True
    )
    yield from within(localisation(localisers, token), token)
    return replace(request, study=folder)


def _run(request: OcclusionRequest, token: CancelToken) -> Generator[Event, None, list[str]]:
    from engine.localise.occlusion import fingers
    from engine.study.occlusion_report import write_report

    tested, data = _tested(request)
    bench = yield from _open_bench(request, data, tested)
    files = [(name, file) for name, of in tested.files.items() for file in of]
    yield JobStarted("Hiding finger tips", "localiser", len(files))
    for number, (name, file) in enumerate(files, 1):
        step = f"localiser-{number}"
        if not bench.folder.is_done(step):
            bench.folder.finish(step, {"name": name, "file": str(file)}, bench.measure(file))
        yield UnitsDone(number)
        go_on(token)
    names = [group.name for group in fingers(bench.anatomy)]
    study = Occlusions(_gathered(bench.folder, files, bench.side), tested.compared, tuple(names))
    return (yield from write_report(bench, study, request.smoke))


def _tested(request: OcclusionRequest) -> tuple[Tested, Path]:
    """What is tested, and on which data."""
    if (request.study is None) == (not request.localisers):
        raise SettingsError(
            "name a finished localisation study (--from DIR) or localisers (--localiser NAME=PATH)"
        )
    if request.study is None:
        if request.data is None:
            raise SettingsError("name the radiographs with --data")
        files: dict[str, tuple[Path, ...]] = {}
        for name, file in request.localisers:
            files[name] = (*files.get(name, ()), file)
        if len({len(of) for of in files.values()}) > 1:
            raise SettingsError("give every name as many localisers: they are compared in pairs")
        first, *others = files
        return Tested(files, tuple((name, first) for name in others)), request.data
    arms = read_step(request.study, ARMS_STEP)
    places = {
        name: tuple(request.study / "localisers" / step for step in steps)
        for name, steps in arms["localisers"].items()
    }
    compared = tuple((one, other) for one, other in arms["compared"])
    return Tested(places, compared), request.data or Path(arms["data"])


@dataclass
class Bench:
    """Where localisers are tested: the folder, the test radiographs and the device."""

    request: OcclusionRequest
    folder: StudyFolder
    data: Path
    radiographs: "dict[int, StudyRadiographs]" = field(repr=False)
    device: Any = None

    @property
    def anatomy(self) -> "Anatomy":
        return next(iter(self.radiographs.values())).anatomy

    @property
    def side(self) -> int:
        """Of the canvas that figures are drawn on, the smallest there is."""
        return min(self.radiographs)

    def test(self, side: int) -> "CanvasSet":
        """The test radiographs on a canvas of that side."""
        return self.radiographs[side].test

    def measure(self, file: Path) -> dict[str, np.ndarray]:
        """Errors of one localiser in mm: `whole` (n, L) and `hidden` (n, F, L); `points`
        (n, F, L, 2) where it sees the landmarks with a tip hidden."""
        from engine.localise.occlusion import fingers
        from engine.localise.weights import read_localiser_info
        from engine.study.localisers import errors_in_millimetres, find_landmarks

        test = self.test(read_localiser_info(file).settings.side)
        whole = find_landmarks(file, test, self.device)["points"]
        seen, errors = [], []
        for finger in range(len(fingers(self.anatomy))):
            points = find_landmarks(file, self.hidden(test, finger), self.device)["points"]
            seen.append(points)
            errors.append(errors_in_millimetres(points, test, self.anatomy))
        return {
            "whole": errors_in_millimetres(whole, test, self.anatomy),
            "hidden": np.stack(errors, axis=1),
            "points": np.stack(seen, axis=1),
            "side": np.array(test.side),
        }

    def hidden(self, test: "CanvasSet", finger: int) -> np.ndarray:
        """All test radiographs with the tip of one finger hidden, the same for every localiser."""
        from engine.localise.occlusion import fingers, occlude_tip

        group = fingers(self.anatomy)[finger]
        return np.stack(
            [
                occlude_tip(
                    image,
                    test.points[index],
                    group,
                    np.random.default_rng((self.request.seed, index, finger)),
                )
                for index, image in enumerate(test.images)
            ]
        )


def _open_bench(
    request: OcclusionRequest, data: Path, tested: Tested
) -> Generator[Event, None, Bench]:
    from engine.jobs.device import choose_device
    from engine.localise.weights import read_localiser_info
    from engine.study.radiographs import read_study_radiographs

    infos = {name: [read_localiser_info(f) for f in of] for name, of in tested.files.items()}
    sides = sorted({info.settings.side for of in infos.values() for info in of})
    radiographs = {}
    for side in sides:
        radiographs[side] = yield from read_study_radiographs(
            data, request.anatomy, request.split, side
        )
    kept = {
        "data": radiographs[sides[0]].fingerprint,
        "localisers": {name: [info.hash for info in of] for name, of in infos.items()},
        "smoke": request.smoke,
    }
    device = choose_device(request.device, "auto", training=False)
    for text in device.notices:
        yield Notice(text)
    folder = StudyFolder.open(request.out, "occlusion", kept, request.seed)
    return Bench(request, folder, data, radiographs, device)


def _gathered(folder: StudyFolder, files: list[tuple[str, Path]], side: int) -> dict[str, Occluded]:
    """The finished steps by name, seeds stacked; points in pixels of a canvas of `side`."""
    arrays: dict[str, list[dict[str, np.ndarray]]] = {}
    for number, (name, _) in enumerate(files, 1):
        arrays.setdefault(name, []).append(folder.arrays(f"localiser-{number}"))
    return {
        name: Occluded(
            whole=np.stack([one["whole"] for one in of]),
            hidden=np.stack([one["hidden"] for one in of]),
            points=(of[0]["points"] + 0.5) * (side / of[0]["side"]) - 0.5,
        )
        for name, of in arrays.items()
    }
