"""The export dialog: where to, together with what, and how many pairs go out."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QPushButton, QWidget

from app import jobs
from app.icons import icon
from app.settings import WindowSettings
from app.widgets import SYNTHETIC, PathField, column, label, row
from engine.assess.copy_risk import CopyLevel
from engine.data.splits import split_names, usual_split
from engine.review.decisions import Verdict
from engine.review.records import Counts, PairRow


class ExportDialog(QDialog):
    """Collects an export request; the export itself is a job of the engine thread.

    copies: how many of the accepted pairs copy a training radiograph.
    """

    job_requested = Signal(object)

    def __init__(
        self,
        project: Path,
        counts: Counts,
        copies: int,
        reviewer: str,
        settings: WindowSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        self._project = project
        self._counts = counts
        self._copies = copies
        self._reviewer = reviewer
        self._settings = settings
        self.out = PathField("Folder to export to", "A new or empty folder", "new-folder")
        self.real_data = PathField("Folder with real radiographs", "None: synthetic pairs only")
        self.real_data.set_default(settings.text("data"))
        self.together = QCheckBox("Together with the real training radiographs")
        self.together.setToolTip("The folder then trains a localiser as it stands")
        self.together.toggled.connect(self._follow_real_data)
        self.real_data.setEnabled(False)
        self.real_data.changed.connect(self._follow_real_data)
        self.split = QComboBox()
        self.split.setAccessibleName("Split of the radiographs")
        self.split.setToolTip("Which radiographs train and which test")
        self.include_copies = QCheckBox(copies_text(copies))
        self.include_copies.setToolTip("They show a patient's radiograph almost as it is")
        self.include_copies.toggled.connect(self._count)
        self.overwrite = QCheckBox("Replace what an earlier export left there")
        self.summary = label(name="What goes out")
        self.summary.setWordWrap(True)
        self.problem = label(role="warning", name="What is missing")
        self.problem.hide()
        self.start = QPushButton(icon("export"), "Export")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.clicked.connect(self._on_start)
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        buttons = QWidget()
        buttons.setLayout(row(None, close, self.start))
        self._fields = fields = QFormLayout()
        fields.setHorizontalSpacing(12)
        fields.setVerticalSpacing(10)
        fields.addRow(label("Format", "muted"), label("NFDP: Images, all.csv, cv"))
        fields.addRow("", self.include_copies)
        fields.setRowVisible(self.include_copies, copies > 0)
        fields.addRow(label("Destination", "muted"), self.out)
        fields.addRow("", self.overwrite)
        fields.addRow("", self.together)
        fields.addRow(label("Radiographs", "muted"), self.real_data)
        fields.addRow(label("Split", "muted"), self.split)
        note = label("A manifest goes along: weights, seed, settings, verdict, decision.", "muted")
        layout = column(label("Export", "title"), self.summary, margins=22, spacing=10)
        layout.addLayout(fields)
        for part in (note, label(SYNTHETIC, "synthetic"), self.problem, buttons):
            layout.addWidget(part)
        self.setLayout(layout)
        self._count()
        self._follow_real_data()

    @Slot()
    def _count(self) -> None:
        """Say how many pairs go out as the boxes stand."""
        held_out = 0 if self.include_copies.isChecked() else self._copies
        self.summary.setText(summary_text(self._counts, held_out))
        self.start.setEnabled(self._counts.accepted > held_out)

    @Slot()
    def _follow_real_data(self) -> None:
        """Offer the splits of the radiographs that go along, where there is a choice."""
        together, folder = self.together.isChecked(), self.real_data.path
        self.real_data.setEnabled(together)
        names = _splits(folder) if together and folder is not None else ()
        if names != tuple(self.split.itemText(place) for place in range(self.split.count())):
            self.split.clear()
            self.split.addItems(names)
            if names:
                self.split.setCurrentText(usual_split(names))
        self._fields.setRowVisible(self.split, len(names) > 1)

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
                split=self.split.currentText() or None,
                actor=self._reviewer,
                overwrite=self.overwrite.isChecked(),
                include_copies=self.include_copies.isChecked(),
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


def accepted_copies(rows: Iterable[PairRow]) -> int:
    """How many pairs count as accepted but copy a training radiograph."""
    return sum(row.counts_as is Verdict.ACCEPT and row.copy_level is CopyLevel.COPY for row in rows)


def copies_text(copies: int) -> str:
    """What the box offers that lets copies go out."""
    if copies == 1:
        return "Include the pair that copies a training radiograph"
    return f"Include the {copies} pairs that copy a training radiograph"


def summary_text(counts: Counts, held_out: int = 0) -> str:
    """How many pairs go out, and why the others do not; held_out: copies that stay."""
    if counts.accepted == 0:
        return "No pair counts as accepted, so there is nothing to export."
    if counts.accepted == held_out:
        return "Every accepted pair copies a training radiograph, so there is nothing to export."
    going = counts.accepted - held_out
    pairs = "pair" if going == 1 else "pairs"
    text = f"{going} accepted {pairs} of {counts.total} will be exported"
    stay = [f"{counts.rejected} rejected"] if counts.rejected else []
    if held_out:
        stay.append("1 copy" if held_out == 1 else f"{held_out} copies")
    return f"{text}; {' and '.join(stay)} stay here." if stay else f"{text}."
