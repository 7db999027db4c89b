"""What a reviewer may see of a project while others' word is hidden until there is an own."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.settings import WindowSettings
from app.trail_words import seen_by
from engine.assess.assessment import Assessment
from engine.review.project import PairRow, ReviewProject, TrailEntry, Verdict
from engine.review.records import Correction


def left_out(count: int) -> str:
    """That others' word on so many pairs is hidden, in one line; nothing where none is."""
    if not count:
        return ""
    pairs = "1 pair is" if count == 1 else f"{count} pairs are"
    return f"{pairs} left out: others' decisions are hidden there until you have decided"


@dataclass(frozen=True)
class ReviewerSight:
    """How one reviewer looks at pairs; hide_others: as the settings have it."""

    reviewer: str = ""
    hide_others: bool = False

    def hides_others_on(self, row: PairRow) -> bool:
        """Whether others' decisions, corrections and notes on a pair are hidden."""
        return self.hide_others and row.decision_of(self.reviewer) is None

    def leaves_out(self, rows: Iterable[PairRow]) -> int:
        """On how many pairs there is a decision or correction that is hidden."""
        return sum(
            self.hides_others_on(row)
            and (bool(row.decisions) or row.corrected_by not in (None, self.reviewer))
            for row in rows
        )

    def row(self, project: ReviewProject, row: PairRow) -> PairRow:
        """A row of the project as the reviewer may see it."""
        if not self.hides_others_on(row):
            return row
        if row.corrected_by in (None, self.reviewer):
            return row.as_seen_by(self.reviewer, row.corrected_verdict)
        own = project.own_correction(row.identifier, self.reviewer)
        if own is None:
            return row.as_seen_by(self.reviewer)
        found = Verdict.ACCEPT if own.assessment.accepted else Verdict.REJECT
        return row.as_seen_by(self.reviewer, found)

    def rows(self, project: ReviewProject, rows: Iterable[PairRow]) -> list[PairRow]:
        """Rows of the project as the reviewer may see them."""
        return [self.row(project, row) for row in rows]

    def correction(self, project: ReviewProject, row: PairRow) -> Correction | None:
        """The correction of a pair that counts to the reviewer."""
        if self.hides_others_on(row):
            return project.own_correction(row.identifier, self.reviewer)
        return project.correction(row.identifier)

    def assessment(self, project: ReviewProject, row: PairRow) -> Assessment:
        """What the gate says about the landmarks that count to the reviewer."""
        correction = self.correction(project, row)
        if correction is not None:
            return correction.assessment
        return project.assessment(row.identifier)

    def trail(self, project: ReviewProject, row: PairRow) -> list[TrailEntry]:
        """A pair's trail, without what is hidden."""
        trail = project.trail(row.identifier)
        return seen_by(trail, self.reviewer) if self.hides_others_on(row) else trail


def sight_of(settings: WindowSettings) -> ReviewerSight:
    """How whoever sits here looks at pairs now."""
    return ReviewerSight(settings.reviewer, settings.hide_others)
