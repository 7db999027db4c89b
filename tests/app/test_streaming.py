"""Real jobs through the window: pairs stream in from a tiny generator, and go out again."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

pytest.importorskip("torch")

from engine.events import CancelToken
from engine.jobs.train import TrainRequest, train
from tests.app.conftest import PAIRS, REVIEWER
from tests.engine.hand_dataset import write_dataset, write_settings
from tests.engine.localise.localiser_files import write_localiser

PATIENCE = 30_000  # milliseconds; a job on a busy machine
MADE = 6


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A generator that was trained for two steps on a processor."""
    folder = tmp_path_factory.mktemp("tiny")
    patch = pytest.MonkeyPatch()
    patch.setenv("OSSA_CACHE", str(folder / "cache"))
    request = TrainRequest(
        data=write_dataset(folder / "hands"),
        out=folder / "run",
        preset=str(write_settings(folder / "tiny.toml")),
        max_steps=2,
        device="cpu",
    )
    list(train(request, CancelToken()))
    patch.undo()
    return request.out


@pytest.fixture
def begin(window, weights, qtbot):
    """Fills the form as a person would, and presses its button."""

    def press_generate(count, run=weights):
        form = window.run_panel.generate_form
        form.weights.line.setText(str(run))
        form.count.setValue(count)
        window.show_run()
        qtbot.mouseClick(form.start, Qt.MouseButton.LeftButton)

    return press_generate


def wait_for_end(window, qtbot):
    """What the banner says when no job is left."""
    qtbot.waitUntil(lambda: window.engine.current is None, timeout=PATIENCE)
    return window.banner.text


def inspected(window):
    return "\n".join(found.text() for found in window.review.inspector.findChildren(QLabel))


def test_pairs_stream_into_the_sheet_one_after_the_other(window, begin, qtbot):
    sheet, grown, counted = window.review.sheet, [], []

    def note():
        running = window.engine.current is not None
        grown.append((sheet.pairs.rowCount(), running))

    sheet.pairs.rowsInserted.connect(note)
    window.review.counts_changed.connect(
        lambda: counted.append(window.project.counts().accepted + window.project.counts().rejected)
    )
    sheet.go_to(3)
    begin(MADE)
    said = wait_for_end(window, qtbot)
    assert said.startswith("Generating finished: ")
    assert said.endswith(f" of {MADE} accepted")
    assert grown[-1] == (PAIRS + MADE, True)
    assert counted == sorted(counted)
    assert counted[-1] == PAIRS + MADE
    assert sheet.place == 3
    assert window.project.counts().total == PAIRS + MADE
    assert not window.strip.isVisible()
    assert any("RESEARCH USE ONLY" in found.text() and found.isVisible()
               for found in window.run_panel.findChildren(QLabel))  # fmt: skip


def test_a_pair_can_be_decided_on_while_others_arrive(window, begin, qtbot):
    begin(MADE)
    window.show_review()
    with qtbot.waitSignal(window.review.sheet.pairs.rowsInserted, timeout=PATIENCE):
        pass
    qtbot.keyClick(window, Qt.Key.Key_R)
    wait_for_end(window, qtbot)
    assert window.project.counts().decided == 1
    assert window.project.rows()[0].decided_by == REVIEWER


def test_stopping_keeps_what_was_generated(window, begin, qtbot):
    with qtbot.waitSignal(window.review.sheet.pairs.rowsInserted, timeout=PATIENCE):
        begin(500)
    qtbot.mouseClick(window.strip.stop, Qt.MouseButton.LeftButton)
    assert window.strip.text == "Stopping after this step …"
    said = wait_for_end(window, qtbot)
    assert said.startswith("Generating stopped; what was made is kept: ")
    made = window.project.counts().total
    assert PAIRS < made < PAIRS + 500
    assert window.review.sheet.pairs.rowCount() == made


@pytest.mark.parametrize(("usual_error", "said"), [(0.2, "disagrees"), (300.0, "agrees")])
def test_a_localiser_looks_at_the_images_where_one_is_chosen(
    window, begin, tmp_path, qtbot, usual_error, said
):
    localiser = write_localiser(tmp_path / "localiser.safetensors", usual_error)
    assert "Image not checked by a localiser" in inspected(window)
    window.run_panel.generate_form.localiser.line.setText(str(localiser))
    begin(1)
    wait_for_end(window, qtbot)
    window.show_review()
    window.review.sheet.go_to(window.review.sheet.pairs.rowCount() - 1)
    assert f"Image {said} with the labels, by a localiser" in inspected(window)


def test_a_localiser_that_is_none_is_told_before_a_pair_is_drawn(window, begin, tmp_path, qtbot):
    window.run_panel.generate_form.localiser.line.setText(str(tmp_path / "nowhere"))
    begin(1)
    assert "nowhere" in wait_for_end(window, qtbot)
    assert window.project.counts().total == PAIRS


def test_weights_that_are_none_are_told_in_one_line(window, begin, tmp_path, qtbot):
    begin(MADE, tmp_path / "nowhere")
    said = wait_for_end(window, qtbot)
    assert "nowhere" in said
    assert "\n" not in said
    assert window.run_panel.generate_form.start.isEnabled()
    assert window.project.counts().total == PAIRS
