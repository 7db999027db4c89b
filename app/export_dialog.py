"""The export dialog: where to, together with what, and how many pairs go out."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QPushButton, QWidget

from app import jobs
from app.icons import icon
from app.settings import WindowSettings
from app.widgets import SYNTHETIC, PathField, column, label, row
from engine.review.records import Counts


class ExportDialog(QDialog):
    """Collects an export request; the export itself is a job of the engine thread."""

    job_requested = Signal(object)

    def __init__(
        self,
        project: Path,
        counts: Counts,
        reviewer: str,
        settings: WindowSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        self._project = project
        self._reviewer = reviewer
        self._settings = settings
        self.out = PathField("Folder to export to", "A new or empty folder", "new-folder")
        self.real_data = PathField("Folder with real radiographs", "None: synthetic pairs only")
        self.real_data.set_default(settings.text("data"))
        self.together = QCheckBox("Together with the real training radiographs")
        self.together.setToolTip("The folder then trains a localiser as it stands")
        self.together.toggled.connect(self.real_data.setEnabled)
        self.real_data.setEnabled(False)
        self.overwrite = QCheckBox("Replace what an earlier export left there")
        self.summary = label(summary_text(counts), name="What goes out")
        self.summary.setWordWrap(True)
        self.problem = label(role="warning", name="What is missing")
        self.problem.hide()
        self.start = QPushButton(icon("export"), "Export")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.setEnabled(counts.accepted > 0)
        self.start.clicked.connect(self._on_start)
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        buttons = QWidget()
        buttons.setLayout(row(None, close, self.start))
        fields = QFormLayout()
        fields.setHorizontalSpacing(12)
        fields.setVerticalSpacing(10)
        fields.addRow(label("Format", "muted"), label("NFDP: Images, all.csv, cv"))
        fields.addRow(label("Destination", "muted"), self.out)
        fields.addRow("", self.overwrite)
        fields.addRow("", self.together)
        fields.addRow(label("Radiographs", "muted"), self.real_data)
        note = label("A manifest goes along: weights, seed, settings, verdict, decision.", "muted")
        layout = column(label("Export", "title"), self.summary, margins=22, spacing=10)
        layout.addLayout(fields)
        for part in (note, label(SYNTHETIC, "synthetic"), self.problem, buttons):
            layout.addWidget(part)
        self.setLayout(layout)

    @Slot()
    def _on_start(self) -> None:
        missing = self._missing()
        self.problem.setText(missing)
        self.problem.setVisible(bool(missing))
        if missing:
            return
        self.job_requested.emit(
            jobs.export(
                project=self._project,
                out=self.out.path,
                real_data=self.real_data.path if self.together.isChecked() else None,
                actor=self._reviewer,
                overwrite=self.overwrite.isChecked(),
            )
        )
        self.accept()

    def _missing(self) -> str:
        if self.out.path is None:
            return "Choose a folder to export to"
        if self.together.isChecked() and self.real_data.path is None:
            return "Choose the folder with the real radiographs, or leave them out"
        return ""


def summary_text(counts: Counts) -> str:
    """How many pairs go out, and why the others do not."""
    if counts.accepted == 0:
        return "No pair counts as accepted, so there is nothing to export."
    pairs = "pair" if counts.accepted == 1 else "pairs"
    text = f"{counts.accepted} accepted {pairs} of {counts.total} will be exported"
    return f"{text}; {counts.rejected} rejected stay here." if counts.rejected else f"{text}."
