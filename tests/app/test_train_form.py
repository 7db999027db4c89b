"""The form that starts a training: what the run begins with."""

import pytest

from app.engine_thread import Job
from app.preset_words import preset_title
from engine.generate import builtin
from engine.generate.settings import PRESETS


@pytest.fixture
def with_generator(tmp_path, monkeypatch):
    """An installation that has a built-in generator."""
    (tmp_path / "weights").mkdir()
    monkeypatch.setenv(builtin.VARIABLE, str(tmp_path / "weights"))


@pytest.fixture
def without_generator(tmp_path, monkeypatch):
    """An installation that has none."""
    monkeypatch.delenv(builtin.VARIABLE, raising=False)
    monkeypatch.setattr(builtin, "_folder", lambda: tmp_path)


@pytest.fixture
def request_of(monkeypatch, tmp_path):
    """Fills in a window's form and presses its button; what it asks of the engine, if anything."""
    asked = []

    def nothing_to_do(**request):
        asked.append(request)
        return Job("test", "Nothing", lambda _token: iter(()), uses_torch=False, quiet=True)

    monkeypatch.setattr("app.jobs.train", nothing_to_do)

    def press(window):
        asked.clear()
        form = window.run_panel.train_form
        form.data.line.setText(str(tmp_path / "data"))
        form.out.line.setText(str(tmp_path / "run"))
        form.start.click()
        return asked[0] if asked else None

    return press


def offered(window):
    form = window.run_panel.train_form
    return [form.begin_with.itemText(place) for place in range(form.begin_with.count())]


def begin_with(window, text):
    form = window.run_panel.train_form
    form.begin_with.setCurrentText(text)
    return form


@pytest.mark.usefixtures("with_generator")
def test_a_run_begins_with_nothing_unless_told_otherwise(open_window, request_of):
    window = open_window(None)
    assert offered(window) == ["nothing", "the built-in generator", "weights of another run …"]
    assert window.run_panel.train_form.weights.isHidden()
    assert request_of(window)["start_from"] is None


@pytest.mark.usefixtures("with_generator")
def test_a_run_can_begin_with_the_built_in_generator(open_window, request_of):
    window = open_window(None)
    begin_with(window, "the built-in generator")
    assert request_of(window)["start_from"] == "builtin"


@pytest.mark.usefixtures("without_generator")
def test_a_generator_that_is_not_there_is_not_offered(open_window):
    assert offered(open_window(None)) == ["nothing", "weights of another run …"]


@pytest.mark.usefixtures("without_generator")
def test_a_run_can_begin_with_other_weights_which_have_to_be_named(
    open_window, request_of, tmp_path
):
    window = open_window(None)
    form = begin_with(window, "weights of another run …")
    assert not form.weights.isHidden()
    assert request_of(window) is None
    assert form.problem.text() == "Choose the weights to begin with, or begin with nothing"
    form.weights.line.setText(str(tmp_path / "before"))
    assert request_of(window)["start_from"] == str(tmp_path / "before")
    assert form.problem.isHidden()


def test_every_preset_is_told_in_plain_words(open_window):
    form = open_window(None).run_panel.train_form
    told = {}
    for place, name in enumerate(PRESETS):
        form.preset.setCurrentIndex(place)
        assert form.preset.currentData() == name
        assert form.preset.currentText() == preset_title(name)
        told[name] = form.about.text()
    assert {"fast", "paper", "vae", "gan"} <= set(told)
    assert all(told.values())
    assert len(set(told.values())) == len(told)
    assert not form.about.isHidden()


@pytest.mark.usefixtures("without_generator", "without_torch")
def test_the_frame_of_the_focus_follows_the_form_that_is_shown(open_window):
    window = open_window()
    window.show_run()
    generate, train = (window.run_panel._tabs[name] for name in ("generate", "train"))
    generate.setFocus()
    window.run_panel.show_form("train")
    assert train.hasFocus()
