"""The copy check as jobs need it: beside a training, and beside weights that pairs come from."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError
from engine.events import Event, Notice

if TYPE_CHECKING:
    from engine.anatomy import Anatomy
    from engine.assess.assessment import Assessment
    from engine.assess.prior import Prior
    from engine.assess.training_descriptors import CopyCheck
    from engine.data.canvas_set import CanvasSet
    from engine.generate.copy_watch import CopyCount, CopyWatch
    from engine.pair import Pair

_POLICY = "refined"


def watch_for_copies(
    radiographs: "CanvasSet",
    prior: "Prior",
    anatomy: "Anatomy",
    out: Path,
    data: Path,
    anatomy_name: str,
    split: str | None,
) -> "Generator[Event, None, CopyWatch]":
    """What a training into `out` needs to look for copies of its `radiographs`.

    The real radiographs of the data set's test part say how near a real one comes; that they cannot
    be read is said and stops nothing.

    Raises:
        WeightsError: the run's folder holds descriptors that are none.
    """
    from engine.assess.training_descriptors import describe_training, load_descriptors
    from engine.generate.run_files import DESCRIPTORS_NAME

    check = load_descriptors(out / DESCRIPTORS_NAME, prior, radiographs.fingerprint)
    if check is None:
        held_out = yield from _held_out(data, anatomy_name, split)
        yield Notice(f"Describing {len(radiographs)} radiographs for the copy check")
        check = describe_training(radiographs, prior, held_out)
    return _watch(check, prior, anatomy)


def _watch(check: "CopyCheck", prior: "Prior", anatomy: "Anatomy") -> "CopyWatch":
    from engine.assess.copy_statistics import more_than_chance, report_copies
    from engine.assess.gate import assess_batch
    from engine.assess.training_descriptors import save_descriptors
    from engine.generate.copy_watch import CopyCount, CopyWatch

    def count(pairs: "list[Pair]") -> "CopyCount":
        labelled = assess_batch(pairs, prior, anatomy, _POLICY)
        risks = [
            check.check(pair.image, one.landmarks)
            for pair, one in zip(pairs, labelled, strict=True)
        ]
        held_out = check.known.held_out
        report = report_copies(risks, held_out.tolist())
        copying = more_than_chance(report.copies, report.checked, len(held_out))
        return CopyCount(report.checked, report.copies, report.suspects, copying)

    return CopyWatch(count=count, describe=lambda path: save_descriptors(path, check))


def _held_out(
    data: Path, anatomy_name: str, split: str | None
) -> "Generator[Event, None, CanvasSet | None]":
    from engine.jobs.radiographs import read_canvas_radiographs

    if not data.is_dir():
        return None
    try:
        held_out, _ = yield from read_canvas_radiographs(data, anatomy_name, split, "test")
    except DataError as error:
        yield Notice(f"The copy check goes without test radiographs: {error}")
        return None
    return held_out


def copy_check_of(weights: Path, prior: "Prior", metadata: dict[str, Any]) -> "CopyCheck | None":
    """The copy check of a weights file, None where no descriptors of its radiographs lie beside.

    Raises:
        WeightsError: the file beside the weights holds no descriptors.
    """
    from engine.assess.training_descriptors import load_descriptors
    from engine.generate.run_files import DESCRIPTORS_NAME

    fingerprint = str(metadata.get("data_fingerprint", ""))
    return load_descriptors(weights.parent / DESCRIPTORS_NAME, prior, fingerprint)


def with_copy_risk(
    assessment: "Assessment", pair: "Pair", check: "CopyCheck | None", leave_out: str | None = None
) -> "Assessment":
    """The assessment with what the copy check says, unchanged without one."""
    from dataclasses import replace

    if check is None:
        return assessment
    risk = check.check(pair.image, assessment.landmarks, leave_out)
    return replace(assessment, copy_risk=risk)


NOT_CHECKED = (
    "Copies are not checked: no descriptors of these weights' training radiographs lie beside them"
)
