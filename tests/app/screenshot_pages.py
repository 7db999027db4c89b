"""What every picture shows: how each page is brought to where it is worth a look."""

import random
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.agreement_lists import LOOKING
from app.job_state import Job
from engine.events import (
    CancelToken,
    DeviceChosen,
    JobStarted,
    Notice,
    PairAssessed,
    SamplingStep,
)

if TYPE_CHECKING:
    from tests.app.screenshot_stage import Stage

_OVERLAYS = ("heatmap", "landmarks", "labels", "edges", "shape", "residuals", "candidates")
_READ = 20  # pictures of a blinded reading


def _welcome(_stage: "Stage") -> None:
    """The window as it is before any project was opened."""


def _triage(stage: "Stage") -> None:
    stage.go_to(16)
    stage.trigger("accept")


def _viewer(stage: "Stage") -> None:
    stage.go_to(19)
    stage.switch(*_OVERLAYS)
    stage.window.review.inspector.reason_buttons[0].click()


def _compare(stage: "Stage") -> None:
    stage.go_to(18)
    stage.trigger("compare_4")


def _compare_training(stage: "Stage") -> None:
    stage.go_to(12)
    stage.trigger("compare_training")


def _correction(stage: "Stage") -> None:
    """Landmarks that the heatmap lacks are put where they belong."""
    stage.go_to(7)
    found = stage.window.project.assessment(stage.window.review.sheet.current.identifier)
    stage.trigger("correct")
    stage.wait()
    for landmark in np.flatnonzero(found.chosen < 0):
        stage.drag_landmark(int(landmark), *found.expected[landmark] + 1.0)


def _reading(stage: "Stage") -> None:
    _begin_reading(stage)
    stage.window.studies.reading.stage.press(Qt.Key.Key_G)


def _reading_results(stage: "Stage") -> None:
    _begin_reading(stage)
    guesses = random.Random(4)
    page = stage.window.studies.reading
    while page.reading:
        page.stage.press(guesses.choice((Qt.Key.Key_G, Qt.Key.Key_R)))
        page.stage.press(guesses.choice((Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)))


def _begin_reading(stage: "Stage") -> None:
    stage.trigger("show_reading")
    page = stage.window.studies.reading
    page.start.count.setValue(_READ)
    page.start.begin.click()
    stage.wait(lambda: page.reading)


def _agreement(stage: "Stage") -> None:
    stage.trigger("show_agreement")
    limits = stage.window.studies.agreement.limits
    stage.wait(lambda: LOOKING not in [one.text() for one in limits.findChildren(QLabel)])


def _run(stage: "Stage") -> None:
    window = stage.window
    window.show_run()
    window.run_panel.show_form("generate")
    window.submit(Job("generate", "Generating", _made_up(stage), False, detail="200 pairs"))
    window.submit(Job("export", "Exporting", _nothing, False, detail="to curated"))
    stage.wait(lambda: window.run_panel.acceptance.isVisible() and _shown(stage) >= 40)


def _train(stage: "Stage") -> None:
    stage.window.show_run()
    stage.window.run_panel.show_form("train")


def _reassess(stage: "Stage") -> None:
    """What a narrower limit would change, pair by pair."""
    stage.trigger("reassess")
    dialog = stage.window.studies.dialog
    limit = dialog.fields["refined"]["shape"]
    limit.setValue(0.6 * limit.value())
    dialog.attempt.click()
    stage.wait(dialog.keep.isVisible)


def _settings(stage: "Stage") -> None:
    stage.trigger("settings")


def _shortcuts(stage: "Stage") -> None:
    stage.trigger("shortcuts")


def _export(stage: "Stage") -> None:
    stage.trigger("export")


def _shown(stage: "Stage") -> int:
    state = stage.window.engine.current_state
    return 0 if state is None else state.assessed


def _nothing(_token: CancelToken) -> Iterator[Any]:
    yield JobStarted("Exporting", "pair", 1)


def _made_up(stage: "Stage") -> Callable[[CancelToken], Iterator[Any]]:
    """A generation as the window sees it, with the project's own pairs in place of new ones."""
    rows, project = stage.window.project.rows(), stage.window.project

    def events(token: CancelToken) -> Iterator[Any]:
        yield JobStarted("Generating", "pair", 200)
        yield DeviceChosen("cpu", "Processor, 2 cores", "float32")
        yield Notice("Weights: hands.safetensors, preset fast")
        for index, row in enumerate(rows):
            for done in range(1, 37, 6):
                yield SamplingStep(done, 36)
                time.sleep(0.003)
            pair, found = project.pair(row.identifier), project.assessment(row.identifier)
            yield PairAssessed(row.identifier, index, pair, found)
            if index == 41:
                break
        while not token.stopped:
            time.sleep(0.02)

    return events


WITHOUT_PROJECT = ("welcome",)
PAGES: dict[str, Callable[["Stage"], None]] = {
    "welcome": _welcome,
    "triage": _triage,
    "viewer": _viewer,
    "compare": _compare,
    "compare-training": _compare_training,
    "correction": _correction,
    "reading": _reading,
    "reading-results": _reading_results,
    "agreement": _agreement,
    "reassess": _reassess,
    "run": _run,
    "train": _train,
    "settings": _settings,
    "shortcuts": _shortcuts,
    "export": _export,
}
