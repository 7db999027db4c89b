"""The inspector's "Check exactly": what the exact solution of a pair's field says, in words."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.exact_checks import ExactAnswer
from app.reason_button import ReasonButton
from app.widgets import column, label, row
from engine.anatomy import Anatomy
from engine.assess.assessment import Reason

if TYPE_CHECKING:
    from engine.assess.exact_check import ExactCheck

_ASK = "Check exactly"
_TIP = (
    "Compare the labels with the exact optimum of the pair's Markov random field, solved by pgmpy "
    "over the likeliest candidates of each landmark"
)
_WAIT = "Solving; the first check takes some seconds to get ready"
_NAMED = 5


class ExactPanel(QWidget):
    """A button that asks, and the answer for the pair that is shown."""

    asked = Signal()
    chosen = Signal(object)

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__()
        self._anatomy = anatomy
        self._identifier = ""
        self._findings: list[ReasonButton] = []
        self.button = QPushButton(_ASK)
        self.button.setToolTip(_TIP)
        self.button.setAccessibleDescription(_TIP)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._on_clicked)
        self.text = label(role="muted", name="Exact check")
        self.text.setWordWrap(True)
        self.text.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        layout = column(margins=0, spacing=6)
        layout.addLayout(row(self.button, None))
        layout.addLayout(self._list)
        layout.addWidget(self.text)
        self.setLayout(layout)

    @property
    def findings(self) -> list[ReasonButton]:
        """Where labels differ, each a button that highlights the landmarks."""
        return list(self._findings)

    def show_pair(self, identifier: str) -> None:
        """Another pair is shown: what was said of the one before goes."""
        if identifier != self._identifier:
            self._identifier = identifier
            self._say("", ())
            self._wait(False)

    @Slot(object)
    def show_answer(self, answer: ExactAnswer) -> None:
        """Say what came of the check, if its pair is still the one that is shown."""
        if answer.identifier != self._identifier:
            return
        self._wait(False)
        if answer.check is None:
            self._say(answer.problem, ())
        else:
            self._say(exact_text(answer.check), differences(answer.check, self._anatomy))

    @Slot()
    def _on_clicked(self) -> None:
        self._wait(True)
        self._say(_WAIT, ())
        self.asked.emit()

    def _wait(self, waiting: bool) -> None:
        self.button.setEnabled(not waiting)
        self.button.setText("Checking…" if waiting else _ASK)

    def _say(self, text: str, found: tuple[Reason, ...]) -> None:
        self.text.setText(text)
        self.text.setVisible(bool(text))
        for button in self._findings:
            if button.isChecked():
                button.click()  # its landmarks are highlighted no longer
            self._list.removeWidget(button)
            button.deleteLater()
        self._findings = [ReasonButton(reason, "finding") for reason in found]
        for button in self._findings:
            button.chosen.connect(self.chosen)
            self._list.addWidget(button)


def exact_text(check: "ExactCheck") -> str:
    """What agrees with the exact optimum, and the two log scores."""
    lines = []
    if len(check.differs) == 0 == len(check.relabelled):
        lines.append("Belief propagation and the gate agree with the exact optimum")
    elif len(check.differs) == 0:
        lines.append("Belief propagation agrees with the exact optimum; the gate goes further")
    elif len(check.relabelled) == 0:
        lines.append("The gate agrees with the exact optimum")
    scores = f"{check.log_score:.2f}, exact optimum {check.exact_log_score:.2f}"
    lines.append(f"Log score {scores}")
    return "\n".join(lines)


def differences(check: "ExactCheck", anatomy: Anatomy) -> tuple[Reason, ...]:
    """Which landmarks belief propagation, and the gate, label otherwise than the exact optimum."""
    return tuple(
        Reason(code, _difference(who, landmarks, anatomy), tuple(landmarks.tolist()))
        for code, who, landmarks in (
            ("exact-belief-propagation", "Belief propagation", check.differs),
            ("exact-gate", "The gate", check.relabelled),
        )
        if len(landmarks)
    )


def _difference(who: str, landmarks: np.ndarray, anatomy: Anatomy) -> str:
    names = [f"{landmark} {anatomy.landmark_names[landmark]}" for landmark in landmarks[:_NAMED]]
    more = len(landmarks) - len(names)
    others = f"; and {more} more" if more else ""
    plural = "landmark" if len(landmarks) == 1 else "landmarks"
    return (
        f"{who} labels {len(landmarks)} {plural} otherwise than the exact optimum: "
        f"{'; '.join(names)}{others}"
    )
