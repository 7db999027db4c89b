"""Exact checks of single pairs, on a thread of their own: they wait for no job, nobody for them."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.newest_only import NewestOnly
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.errors import OssaError
from engine.review.project import ReviewProject

if TYPE_CHECKING:
    from engine.assess.exact_check import ExactCheck

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


def _answer_or_tell(question: ExactQuestion) -> ExactAnswer:
    try:
        return answer(question)
    except Exception as error:
        line = f"Unexpected error in the exact check: {type(error).__name__}: {error}"
        return ExactAnswer(question.identifier, None, line.splitlines()[0])


class ExactChecks(QObject):
    """Answers one question at a time; of those that wait only the newest is still of interest."""

    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = NewestOnly(self)
        self._thread.found.connect(self.answered)

    @property
    def busy(self) -> bool:
        """Whether a check is being made right now."""
        return self._thread.busy

    def ask(self, question: ExactQuestion) -> None:
        """Put a question; `answered` brings the `ExactAnswer`."""
        self._thread.ask(partial(_answer_or_tell, question))

    def ask_about(self, project: ReviewProject, identifier: str) -> None:
        """Put the question that a pair of a project is."""
        try:
            found, prior = project.assessment(identifier), project.prior_arrays()
        except OssaError as error:
            self.answered.emit(ExactAnswer(identifier, None, str(error)))
            return
        self.ask(ExactQuestion(identifier, found, prior, project.anatomy))

    def close(self) -> None:
        """Drop what waits and let the thread finish what it is at; no answer comes any more."""
        self._thread.close()
