"""What the inspector says of the copy check: a line, and the figures behind it."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt

from app.copy_risk_panel import NOT_CHECKED, CopyRiskPanel
from engine.assess.copy_risk import CopyLevel, CopyRisk

LEVELS = [
    (CopyLevel.COPY, "held out of an export"),
    (CopyLevel.SUSPECT, "Suspiciously near"),
    (CopyLevel.NONE, "no proof of anonymity"),
]


def risk(level=CopyLevel.NONE):
    return CopyRisk(level, "3142", 0.2, 0.25, 0.04, "3143", 3.04, 0.8)


@pytest.fixture
def panel(qtbot):
    made = CopyRiskPanel()
    qtbot.addWidget(made)
    made.show()
    return made


def press(qtbot, panel):
    qtbot.mouseClick(panel.more, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(("level", "words"), LEVELS)
def test_the_level_is_told_in_one_short_line(panel, level, words):
    panel.show_risk(risk(level))
    assert words in panel.line.text()
    assert len(panel.line.text()) < 60
    assert not panel.figures.isVisible()


def test_the_figures_are_shown_on_demand_without_symbols(panel, qtbot):
    panel.show_risk(risk())
    press(qtbot, panel)
    told = panel.figures.text()
    assert panel.figures.isVisible()
    assert "training radiograph 3142\n25 % as far from it as" in told
    assert "a copy is below 33 %" in told
    assert "4 % of held-out real radiographs" in told
    assert "those of 3143: 3.0 mm apart, 80 % as far as" in told
    assert "d1" not in told
    press(qtbot, panel)
    assert not panel.figures.isVisible()


def test_figures_that_were_asked_for_stay_from_pair_to_pair(panel, qtbot):
    panel.show_risk(risk())
    press(qtbot, panel)
    panel.show_risk(None)
    assert not panel.figures.isVisible()
    panel.show_risk(risk(CopyLevel.COPY))
    assert panel.figures.isVisible()


def test_a_pair_that_was_not_checked_says_so_and_has_no_figures(panel):
    panel.show_risk(None)
    assert panel.line.text() == NOT_CHECKED
    assert not panel.more.isVisible()
