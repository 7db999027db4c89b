"""What a reviewer may see of a project while others' word is hidden until there is an own."""

from dataclasses import dataclass

from app.trail_words import seen_by
from engine.assess.assessment import Assessment
from engine.review.project import PairRow, ReviewProject, TrailEntry, Verdict
from engine.review.records import Correction


@dataclass(frozen=True)
class ReviewerSight:
    """How one reviewer looks at pairs; hide_others: as the settings have it."""

    reviewer: str = ""
    hide_others: bool = False

    def hides_others_on(self, row: PairRow) -> bool:
        """Whether others' decisions, corrections and notes on a pair are hidden."""
        return self.hide_others and row.decision_of(self.reviewer) is None

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
