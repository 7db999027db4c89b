"""What the forms of the run panel are made of: a card with fields and a button, and the fields."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QPushButton, QSpinBox, QWidget

from app.icons import icon
from app.job_state import Job
from app.settings import WindowSettings
from app.widgets import column, label, row
from engine.jobs.device import PRECISIONS


class Form(QFrame):
    """A card with fields and one button that asks for a job."""

    job_requested = Signal(object)

    def __init__(self, title: str, button: str, icon_name: str, settings: WindowSettings) -> None:
        super().__init__()
        self.setObjectName("card")
        self._settings = settings
        self._fields = QFormLayout()
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setHorizontalSpacing(12)
        self._fields.setVerticalSpacing(8)
        self._fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.problem = label(role="warning", name="What is missing")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._button = button
        self.start = QPushButton(icon(icon_name), button)
        self.start.setProperty("role", "primary")
        self.start.setAccessibleName(button)
        self.start.clicked.connect(self._on_start)
        self.device = combo("Device", [("auto", "Automatic")])
        self.precision = combo("Precision", [(name, name) for name in PRECISIONS])
        layout = column(label(title, "title"), margins=16, spacing=10)
        layout.addLayout(self._fields)
        layout.addWidget(self.problem)
        layout.addWidget(self.start)
        layout.addStretch(1)
        self.setLayout(layout)

    def set_devices(self, devices: Iterable[tuple[str, str]]) -> None:
        """Offer these devices; the choice stays if it is among them."""
        chosen = self.device.currentData()
        self.device.clear()
        for name, title in devices:
            self.device.addItem(title, name)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    def set_busy(self, busy: bool) -> None:
        """Whether a job runs, so that the next one waits; the button says so."""
        text = "Add to the queue" if busy else self._button
        if self.start.text() != text:
            self.start.setText(text)
            self.start.setAccessibleName(text)

    def job(self) -> Job:
        """The job the fields describe.

        Raises:
            ValueError: something is missing; the text says what.
        """
        raise ValueError("this form asks for nothing")

    @Slot()
    def _on_start(self) -> None:
        try:
            job = self.job()
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.problem.hide()
        self.job_requested.emit(job)

    def _add(self, title: str, *fields: QWidget) -> None:
        if len(fields) == 1:
            self._fields.addRow(label(title, "muted"), fields[0])
            return
        side_by_side = row(*fields)
        for place in range(len(fields)):
            side_by_side.setStretch(place, 1)
        self._fields.addRow(label(title, "muted"), side_by_side)


def combo(name: str, options: Sequence[tuple[str | None, str]]) -> QComboBox:
    """A choice among (value, text)."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setMinimumContentsLength(6)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for value, text in options:
        made.addItem(text, value)
    return made


def spin(
    name: str, low: int, high: int, value: int, prefix: str = "", suffix: str = "", zero: str = ""
) -> QSpinBox:
    """A whole number; `zero` is what its lowest value is called."""
    made = QSpinBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setRange(low, high)
    made.setValue(value)
    made.setPrefix(prefix)
    made.setSuffix(suffix)
    made.setSpecialValueText(zero)
    made.lineEdit().setTextMargins(6, 0, 6, 0)  # the stylesheet's padding does not reach it
    return made
