"""Full use by keyboard and by screen reader: every control has a name, is reached and is seen."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from app.theme import apply_theme, set_theme

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QTextEdit,
)
PAGES = ("show_welcome", "show_run", "show_review")
DIALOGS = ("settings", "shortcuts", "export")
pytestmark = pytest.mark.usefixtures("without_torch")


def inner(widget):
    """Whether Qt made the widget as a part of another one."""
    place = widget.parentWidget()
    view = isinstance(place, QAbstractScrollArea) and place.viewport() is widget
    return view or widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)


def controls(root):
    """The controls that are shown inside a widget, without those of its dialogs."""
    return [
        one
        for one in root.findChildren(QWidget)
        if one.window() is root.window()
        and one.isVisible()
        and not inner(one)
        and (isinstance(one, CONTROLS) or one.focusPolicy() & Qt.FocusPolicy.TabFocus)
    ]


def spoken(widget):
    """What a screen reader calls a widget."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


def said(widget):
    """A widget in words, for a failing test."""
    text = widget.text() if hasattr(widget, "text") else ""
    place = widget.parentWidget()
    return f"{type(widget).__name__} {text!r} {widget.toolTip()!r} in {type(place).__name__}"


@pytest.fixture
def page(window, request):
    """A page of the window with a project."""
    getattr(window, request.param)()
    return window


@pytest.fixture
def dialog(window, request):
    """A dialog of the window."""
    window.actions_by_name[request.param].trigger()
    opened = window.exporting.dialog if request.param == "export" else window.habits.dialog
    yield opened
    opened.close()


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_every_control_of_a_page_has_a_name(page):
    found = controls(page)
    assert len(found) > 8
    assert [said(one) for one in found if not spoken(one)] == []


@pytest.mark.parametrize("dialog", DIALOGS, indirect=True)
def test_every_control_of_a_dialog_has_a_name(dialog):
    found = controls(dialog)
    assert len(found) > 3
    assert [said(one) for one in found if not spoken(one)] == []


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_every_control_of_a_page_that_only_has_an_icon_has_a_tip(page):
    bare = [one for one in controls(page) if isinstance(one, QAbstractButton) and not one.text()]
    assert [said(one) for one in bare if not one.toolTip() and one.objectName() != "card"] == []


def reached(qtbot):
    """The widgets that Tab goes through, from the first round to where it began."""
    start = QApplication.focusWidget()
    found = []
    for _ in range(200):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        found.append(QApplication.focusWidget())
        if found[-1] is start or found[-1] is None:
            break
    return found


def passed_over(widget):
    """Whether Tab may pass a control by: it takes no keys, or its neighbour's arrows lead to it."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    exclusive = isinstance(widget, QAbstractButton) and (
        widget.autoExclusive() or (group is not None and group.exclusive())
    )
    return isinstance(widget, QProgressBar) or (exclusive and not widget.isChecked())


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_tab_goes_through_every_control_of_a_page_and_back(page, qtbot):
    page.header.findChild(QAbstractButton).setFocus()
    found = reached(qtbot)
    assert found[-1] is page.header.findChild(QAbstractButton)
    wanted = [one for one in controls(page) if one.isEnabled() and not passed_over(one)]
    assert [said(one) for one in wanted if one not in found] == []


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_tab_goes_down_the_page(page, qtbot):
    """From the header to the page's body, never back up to the header before the round is over."""
    page.header.findChild(QAbstractButton).setFocus()
    in_header = [page.header.isAncestorOf(one) for one in reached(qtbot)[:-1]]
    assert in_header == sorted(in_header, reverse=True)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_the_control_that_has_the_focus_looks_otherwise(page, theme, qapp):
    set_theme(theme)
    unseen = []
    for one in controls(page):
        if one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus:
            corner = one.mapTo(page, QPoint(0, 0))
            area = (corner, one.size())
            page.setFocus()
            before = picture(page, *area)
            one.setFocus(Qt.FocusReason.TabFocusReason)
            if picture(page, *area) == before:
                unseen.append(said(one))
    apply_theme(qapp)
    assert unseen == []


def picture(window, corner: QPoint, size: QSize):
    """A part of the window, as it is drawn."""
    return window.grab(QRect(corner, size)).toImage()
