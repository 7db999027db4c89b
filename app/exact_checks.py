"""Exact checks of single pairs, on a thread of their own: they wait for no job, nobody for them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.errors import OssaError

if TYPE_CHECKING:
    from engine.assess.exact_check import ExactCheck

_STACK_BYTES = 16 * 1024 * 1024  # secondary threads get 512 KB on macOS, too little for BLAS

NO_PRIOR = "This project holds no prior, so there is no field to solve"
NO_CANDIDATES = "The heatmap has no candidates, so there is nothing to solve"
NO_PGMPY = "The exact check needs pgmpy, which is not installed here: pip install pgmpy"


@dataclass(frozen=True)
class ExactQuestion:
    """A pair as it was judged; prior: the project's prior as arrays, None where it has none."""

    identifier: str
    assessment: Assessment
    prior: dict[str, np.ndarray] | None
    anatomy: Anatomy


@dataclass(frozen=True)
class ExactAnswer:
    """The check of a pair, or one line that says why there is none."""

    identifier: str
    check: "ExactCheck | None"
    problem: str = ""


def answer(question: ExactQuestion) -> ExactAnswer:
    """Solve the pair's field exactly. The first time, importing pgmpy takes seconds."""
    from engine.assess.exact_check import check_exactly
    from engine.assess.prior import Prior

    def refuse(why: str) -> ExactAnswer:
        return ExactAnswer(question.identifier, None, why)

    if question.prior is None:
        return refuse(NO_PRIOR)
    try:
        prior = Prior.from_arrays(question.prior)
        check = check_exactly(question.assessment, prior, question.anatomy)
    except ModuleNotFoundError as error:
        return refuse(NO_PGMPY if _is_pgmpy(error.name) else f"The exact check failed: {error}")
    except OssaError as error:
        return refuse(str(error))
    if check is None:
        return refuse(NO_CANDIDATES)
    return ExactAnswer(question.identifier, check)


def _is_pgmpy(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "pgmpy"


class _Answered(QObject):
    """Carries answers from the thread to the GUI thread."""

    ready = Signal(object)


class _Task(QRunnable):
    def __init__(self, question: ExactQuestion, answered: _Answered) -> None:
        super().__init__()
        self._question, self._answered = question, answered

    def run(self) -> None:
        try:
            found = answer(self._question)
        except Exception as error:
            line = f"Unexpected error in the exact check: {type(error).__name__}: {error}"
            found = ExactAnswer(self._question.identifier, None, line.splitlines()[0])
        self._answered.ready.emit(found)


class ExactChecks(QObject):
    """Answers one question at a time; of those that wait only the newest is still of interest."""

    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: ExactQuestion | None = None
        self._asked = False
        self._closed = False
        self._carrier = _Answered()
        self._carrier.ready.connect(self._on_ready)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._pool.setStackSize(_STACK_BYTES)

    @property
    def busy(self) -> bool:
        """Whether a check is being made right now."""
        return self._pool.activeThreadCount() > 0

    def ask(self, question: ExactQuestion) -> None:
        """Put a question; `answered` brings the `ExactAnswer`."""
        self._waiting = question
        self._start()

    def close(self) -> None:
        """Drop what waits and let the thread finish what it is at; no answer comes any more."""
        self._closed = True
        self._pool.waitForDone()

    def _start(self) -> None:
        if self._waiting is not None and not self._asked and not self._closed:
            self._asked = True
            self._pool.start(_Task(self._waiting, self._carrier))
            self._waiting = None

    @Slot(object)
    def _on_ready(self, found: ExactAnswer) -> None:
        self._asked = False
        if not self._closed:
            self.answered.emit(found)
            self._start()
