"""The export dialog: what goes out, as what, where to, and why the rest stays."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QPushButton,
    QWidget,
)

from app import jobs
from app.counting_choice import CountingChoice
from app.export_words import copies_text, going_text, staying_lines
from app.icons import icon
from app.settings import WindowSettings
from app.widgets import SYNTHETIC, PathField, column, label, row
from engine.assess.copy_risk import CopyLevel
from engine.data.splits import split_names, usual_split
from engine.jobs.export import TAKES_REAL_IMAGES
from engine.review.export_choice import NEEDS_EVERY_LANDMARK, Wanted, sort_pairs
from engine.review.project import ReviewProject

_FORMATS = (
    ("nfdp", "NFDP: pictures, coordinates, splits", "With real radiographs it trains NFDP"),
    ("coco", "COCO keypoints with visibility", "Read by pycocotools and all that builds on it"),
    ("csv", "CSV: a row for every pair and landmark", "For spreadsheets and statistics"),
)
_LINES = 6  # as many as can be said about what stays


class ExportDialog(QDialog):
    """Collects an export request; the export itself is a job of the engine thread.

    Raises `ProjectError` when the project cannot be read.
    """

    job_requested = Signal(object)

    def __init__(
        self,
        project: ReviewProject,
        reviewer: str,
        settings: WindowSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(600)
        self._project = project.folder
        self._rows = project.rows()
        self._lacking = project.lacking_landmarks()
        self._reviewer = reviewer
        self._settings = settings
        self._make_choices(project)
        self._make_places()
        self._lay_out()
        self._follow_format()
        self._follow_real_data()

    def _make_choices(self, project: ReviewProject) -> None:
        self.format = QComboBox()
        self.format.setAccessibleName("Format")
        for place, (name, text, tip) in enumerate(_FORMATS):
            self.format.addItem(text, name)
            self.format.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self.format.setCurrentIndex(
            max(0, self.format.findData(self._settings.text("export_format")))
        )
        self.format.currentIndexChanged.connect(self._follow_format)
        self.counting = CountingChoice()
        self.counting.setToolTip(
            "Where several reviewers decided; it becomes the project's rule with the export"
        )
        self.counting.show_rules(project.counting(), project.reviewers())
        self.counting.counting_chosen.connect(self._count)
        self.only_decided = QCheckBox("Only pairs that a reviewer has decided on")
        self.only_decided.setToolTip("Without it, the gate's verdict counts where nobody decided")
        self.only_decided.toggled.connect(self._count)
        self.include_copies = QCheckBox(copies_text(0))
        self.include_copies.setToolTip("They show a patient's radiograph almost as it is")
        self.include_copies.toggled.connect(self._count)

    def _make_places(self) -> None:
        self.out = PathField("Folder to export to", "A new or empty folder", "new-folder")
        self.overwrite = QCheckBox("Replace what an earlier export left there")
        self.together = QCheckBox("Together with the real training radiographs")
        self.together.setToolTip("The folder then trains a localiser as it stands")
        self.together.toggled.connect(self._follow_real_data)
        self.real_data = PathField("Folder with real radiographs", "Images, all.csv and cv")
        self.real_data.set_default(self._settings.text("data"))
        self.real_data.changed.connect(self._follow_real_data)
        self.split = QComboBox()
        self.split.setAccessibleName("Split of the radiographs")
        self.split.setToolTip("Which radiographs train and which test")

    def _lay_out(self) -> None:
        self.summary = label("", "figure", "What goes out")
        self.staying = label("", "muted", "What stays here")
        self.staying.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.staying.setMinimumHeight(_LINES * self.staying.fontMetrics().lineSpacing())
        card = QFrame()
        card.setObjectName("card")
        card.setLayout(column(self.summary, self.staying, margins=(14, 10, 14, 10), spacing=4))
        self.problem = label(role="warning", name="What is missing")
        self.problem.hide()
        self.start = QPushButton(icon("export"), "Export")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.clicked.connect(self._on_start)
        close = QPushButton("Close")
        close.setAutoDefault(False)  # Return exports, also once something is there to export
        close.clicked.connect(self.reject)
        buttons = QWidget()
        buttons.setLayout(row(self.problem, None, close, self.start))
        self._fields = fields = QFormLayout()
        fields.setHorizontalSpacing(12)
        fields.setVerticalSpacing(10)
        fields.addRow(label("Format", "muted"), self.format)
        fields.addRow(label("Whose decision counts", "muted"), self.counting)
        fields.addRow("", self.only_decided)
        fields.addRow("", self.include_copies)
        fields.addRow(label("Destination", "muted"), self.out)
        fields.addRow("", self.overwrite)
        fields.addRow("", self.together)
        fields.addRow(label("Radiographs", "muted"), self.real_data)
        fields.addRow(label("Split", "muted"), self.split)
        fields.setRowVisible(self.counting, self.counting.count() > 2)
        copies = any(pair.copy_level is CopyLevel.COPY for pair in self._rows)
        fields.setRowVisible(self.include_copies, copies)
        note = label("A manifest goes along: origin, verdict, decisions, corrections.", "muted")
        layout = column(label("Export", "title"), margins=22, spacing=12)
        layout.addLayout(fields)
        # Below the choices, so that none of them moves under the pointer while it is made.
        for part in (card, note, label(SYNTHETIC, "synthetic"), buttons):
            layout.addWidget(part)
        self.setLayout(layout)

    @property
    def _wanted(self) -> Wanted:
        return Wanted(
            counting=self.counting.currentData(),
            only_decided=self.only_decided.isChecked(),
            include_copies=self.include_copies.isChecked(),
        )

    @Slot()
    def _count(self) -> None:
        """Say how many pairs go out as the choices stand, and why the others stay."""
        needs_all = self.format.currentData() in NEEDS_EVERY_LANDMARK
        sorting = sort_pairs(self._rows, self._lacking if needs_all else (), self._wanted)
        self.summary.setText(going_text(sorting, len(self._rows)))
        self.staying.setText("\n".join(staying_lines(sorting)))
        self.start.setEnabled(bool(sorting.going))
        if sorting.copies:
            self.include_copies.setText(copies_text(len(sorting.copies)))

    @Slot()
    def _follow_format(self) -> None:
        takes_real = self.format.currentData() in TAKES_REAL_IMAGES
        self._fields.setRowVisible(self.together, takes_real)
        if not takes_real:
            self.together.setChecked(False)
        self._count()
        self.adjustSize()

    @Slot()
    def _follow_real_data(self) -> None:
        """Offer the splits of the radiographs that go along, where there is a choice."""
        together, folder = self.together.isChecked(), self.real_data.path
        self._fields.setRowVisible(self.real_data, together)
        names = _splits(folder) if together and folder is not None else ()
        if names != tuple(self.split.itemText(place) for place in range(self.split.count())):
            self.split.clear()
            self.split.addItems(names)
            if names:
                self.split.setCurrentText(usual_split(names))
        self._fields.setRowVisible(self.split, len(names) > 1)
        self.adjustSize()

    @Slot()
    def _on_start(self) -> None:
        missing = self._missing()
        self.problem.setText(missing)
        self.problem.setVisible(bool(missing))
        if missing:
            return
        self._settings.set_text("export_format", self.format.currentData())
        wanted = self._wanted
        self.job_requested.emit(
            jobs.export(
                project=self._project,
                out=self.out.path,
                format=self.format.currentData(),
                real_data=self.real_data.path if self.together.isChecked() else None,
                split=self.split.currentText() or None,
                actor=self._reviewer,
                overwrite=self.overwrite.isChecked(),
                include_copies=wanted.include_copies,
                counting=wanted.counting,
                only_decided=wanted.only_decided,
            )
        )
        self.accept()

    def _missing(self) -> str:
        if self.out.path is None:
            return "Choose a folder to export to"
        if self.together.isChecked() and self.real_data.path is None:
            return "Choose the folder with the real radiographs, or leave them out"
        return ""


def _splits(folder: Path) -> tuple[str, ...]:
    """The splits of a folder that is perhaps still being typed; the export says what is wrong."""
    try:
        return split_names(folder)
    except OSError:
        return ()
