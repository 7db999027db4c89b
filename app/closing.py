"""How the window closes: asked once while a job runs, and gone when the engine has come to rest."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app import prompts
from app.engine_thread import EngineThread

_CLOSE_MILLISECONDS = 2000


class Closing(QObject):
    """Closes a window. begun: it is about to be hidden; ended: everything has stopped.

    ask: is called with the title of the job that runs, and what to call if it may end.
    """

    begun = Signal()
    ended = Signal()

    def __init__(self, window: QWidget, engine: EngineThread, ask: prompts.AskToClose) -> None:
        super().__init__(window)
        self._window, self._engine, self._ask = window, engine, ask
        self._has_begun = self._agreed = False

    def close(self) -> bool:
        """Close, or ask; whether everything has stopped already."""
        if self._has_begun or not self._may_close():
            return False
        self._has_begun = True
        self.begun.emit()
        self._window.hide()
        if self._engine.shut_down(_CLOSE_MILLISECONDS):
            self.ended.emit()
            return True
        self._engine.thread_ended.connect(self.ended)
        return False

    def close_unasked(self) -> None:
        """Close, whatever runs."""
        self._agreed = True
        self._window.close()

    def _may_close(self) -> bool:
        job = self._engine.current
        if job is not None and not self._agreed:
            self._ask(self._window, job.title, self.close_unasked)
        return job is None or self._agreed
