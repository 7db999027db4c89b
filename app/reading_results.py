"""What readers achieved in blinded readings, as a table with intervals."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from app.interval_bar import IntervalBar
from app.widgets import column, label
from engine.review.reading_report import ReaderReport, Share

_HEADS = ("READER", "RIGHT", "95 % INTERVAL", "GENERATED KNOWN", "REAL KNOWN", "AUC", "TIME")
_BAR_WIDEST = 700
_WIDE = 2  # the column with the picture of the interval
_LEGEND = (
    "Right: share of answers that were right. Generated known, real known: pictures of that kind "
    "that were called it. AUC: from answer and confidence together. Dashed: guessing. Time: median "
    "per picture. Intervals: Wilson, 95 %."
)
NOTHING_YET = "Results appear once a series is through"
HIDDEN = "Results are hidden until your series is through"


class ReadingResults(QFrame):
    """One row a reader."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.verdict = label("", "title", "What the readings show")
        self.verdict.setWordWrap(True)
        self._legend = label(_LEGEND, "muted")
        self._legend.setWordWrap(True)
        self._table = QWidget()
        self._place = column(label("RESULTS", "section"), self.verdict, margins=16, spacing=10)
        self._place.addWidget(self._table)
        self._place.addWidget(self._legend)
        self._place.addStretch(1)
        self.setLayout(self._place)

    def show_reports(self, reports: Sequence[ReaderReport], reader: str, hidden: bool) -> None:
        """Show finished series; nothing while the reader's own is not through."""
        shown = [] if hidden else reports
        own = next((one for one in shown if one.who == reader), None)
        if own is not None:
            self.verdict.setText(result_sentence(own))
        else:
            self.verdict.setText(HIDDEN if hidden else "" if shown else NOTHING_YET)
        self.verdict.setVisible(bool(self.verdict.text()))
        self._legend.setVisible(bool(shown))
        table = _table(shown)
        self._place.replaceWidget(self._table, table)
        self._table.deleteLater()
        self._table = table


def result_sentence(report: ReaderReport) -> str:
    """A reader's result in words."""
    right = report.accuracy
    told = (
        f"You told {right.right} of {right.count} right, {100 * right.value:.0f} % "
        f"(95 % interval {100 * right.low:.0f} to {100 * right.high:.0f} %)"
    )
    if report.told_apart:
        return f"{told}: better than guessing."
    if right.high < 0.5:
        return f"{told}: worse than guessing; generated hands look more real to you."
    return f"{told}: no better than guessing, as far as {right.count} pictures can tell."


def _table(reports: Sequence[ReaderReport]) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 4, 0, 4)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(_WIDE, 1)
    if reports:
        for place, head in enumerate(_HEADS):
            grid.addWidget(label(head, "section"), 0, place)
    for line, report in enumerate(reports, start=1):
        _fill_row(grid, line, report)
    return made


def _fill_row(grid: QGridLayout, line: int, report: ReaderReport) -> None:
    right = report.accuracy
    bar = IntervalBar(0, 1, mark=0.5)
    bar.setMaximumWidth(_BAR_WIDEST)
    bar.setToolTip(f"95 % interval {100 * right.low:.0f} to {100 * right.high:.0f} %")
    bar.show_interval(right.value, right.low, right.high)
    series = "" if report.series == 1 else f" ({report.series} series)"
    texts = (
        report.who + series,
        f"{right.right} of {right.count}, {100 * right.value:.0f} %",
        None,
        _share_text(report.sensitivity),
        _share_text(report.specificity),
        "–" if report.auc != report.auc else f"{report.auc:.2f}",
        f"{report.seconds:.0f} s",
    )
    for place, (head, text) in enumerate(zip(_HEADS, texts, strict=True)):
        cell = bar if text is None else label(text, name=f"{head.lower()} of {report.who}")
        grid.addWidget(cell, line, place, Qt.AlignmentFlag.AlignVCenter)


def _share_text(share: Share) -> str:
    if not share.count:
        return "–"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f})"
