"""The start page: try the built-in generator, open a project, or train on one's own hands."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from app.actions import Actions
from app.icons import Picture
from app.recent_projects import RecentProjects
from app.widgets import SYNTHETIC, column, label, restyle, row


class WelcomePage(QWidget):
    """Three ways to begin, and the projects opened before."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("page")
        mark = Picture("ossa", 64)
        self.recent = RecentProjects()
        self.try_now = _card(actions["try_now"], "Try it now", _trying(actions["try_now"]))
        restyle(self.try_now, "role", "primary")
        cards = QWidget()
        cards.setLayout(
            row(
                self.try_now,
                _card(actions["open"], "Open a project", "Go on reviewing where you were"),
                _card(actions["show_run"], "Train on my radiographs",
                      "Make a generator from your own annotated hands"),
                spacing=16,
            )
        )  # fmt: skip
        title = label("Ossa", "hero")
        line = label("Generate, judge and curate synthetic hand radiographs.", "muted")
        head = QWidget()
        head.setLayout(row(mark, 8, _two_lines(title, line), None, spacing=8))
        body = QWidget()
        body.setFixedWidth(864)
        layout = column(head, 24, cards, 24, self.recent, 16, spacing=8)
        start = _link("start an empty project", actions["new"])
        guide = _link("Guide: ten minutes to an export", actions["guide"])
        foot = QWidget()
        foot.setLayout(
            row(label("Or drop a folder here (a project, radiographs, image pairs), or", "muted"),
                start, None, guide, spacing=4)
        )  # fmt: skip
        layout.addWidget(foot)
        body.setLayout(layout)
        synthetic = label(SYNTHETIC, "synthetic")
        page = column(None, body, None, synthetic, margins=24)
        for part in (body, synthetic):
            page.setAlignment(part, Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(page)


def _link(text: str, action: QAction) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("role", "link")
    made.setAutoDefault(True)
    made.setToolTip(action.toolTip())
    made.clicked.connect(action.trigger)
    return made


def _card(action: QAction, title: str, line: str) -> QPushButton:
    made = QPushButton()
    made.setObjectName("card")
    made.setAutoDefault(True)
    made.setAccessibleName(title)
    made.setAccessibleDescription(line)
    made.setToolTip(action.toolTip())
    made.setEnabled(action.isEnabled())
    action.enabledChanged.connect(made.setEnabled)
    picture = Picture(action_icon(action), 28, "accent")
    text = label(line, "muted")
    text.setWordWrap(True)
    layout = column(picture, 4, label(title, "title"), text, None, margins=18, spacing=4)
    made.setLayout(layout)
    for part in (picture, text):
        part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    made.clicked.connect(action.trigger)
    return made


def _trying(action: QAction) -> str:
    if action.isEnabled():
        return "Hands from the built-in generator, judged at once"
    return "This installation has no built-in generator"


def action_icon(action: QAction) -> str:
    """The icon's name on the start page; some ways in have one of another action."""
    name = action.objectName()
    return {"show_run": "train", "try_now": "generate"}.get(name, name)


def _two_lines(first: QWidget, second: QWidget) -> QWidget:
    made = QWidget()
    made.setLayout(column(first, second, spacing=2))
    return made
