"""Python's cycle collector, run in the GUI thread only.

Left alone it runs in whichever thread allocates next. In the engine thread it could delete a
window's forgotten objects there, and Qt crashes on that.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_MILLISECONDS = 500


class GarbageCollector(QObject):
    """Collects what Python itself would by now have collected, until `stop`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_MILLISECONDS)
        self._timer.timeout.connect(self.collect)
        gc.disable()
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect the oldest generation that is due, with the younger ones."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [age for age in range(3) if limits[age] and counts[age] > limits[age]]
        if due:
            gc.collect(max(due))

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()
