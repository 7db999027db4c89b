"""A number with its name above it and what it means below."""

from PySide6.QtWidgets import QFrame

from app.widgets import column, label


class FigureCard(QFrame):
    """One figure of a job."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self._title = label(title, "section")
        self._text = label("–", "figure")
        self._note = label(" ", "legend")
        layout = column(self._title, self._text, self._note, margins=(12, 9, 12, 8), spacing=1)
        self.setLayout(layout)
        self.setMinimumWidth(120)

    def show_figure(self, title: str, text: str, note: str = "") -> None:
        """Set name, number and what is to be known of it."""
        self._title.setText(title)
        self._text.setText(text)
        self._note.setText(note or " ")  # the card keeps its height
        self.setAccessibleName(f"{title}: {text} {note}".strip())

    @property
    def text(self) -> str:
        """The number, as it is shown."""
        return self._text.text()

    @property
    def note(self) -> str:
        """What stands below it."""
        return self._note.text().strip()
