"""Which pairs of a project go out with an export, and what is to be said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.assess.copy_risk import CopyLevel, CopyRisk
from engine.assess.copy_statistics import CopyReport, report_copies
from engine.review.decisions import Verdict
from engine.review.project import ReviewProject
from engine.review.records import PairRow


@dataclass(frozen=True)
class Choice:
    """What counts as accepted: pairs that go out with their landmarks, pairs that lack a landmark,
    copies that stay; and the copy check on those that go out and those copies."""

    exported: list[PairRow]
    landmarks: dict[str, np.ndarray]
    held_out: list[PairRow]
    copies: list[PairRow]
    copy_report: CopyReport

    @property
    def suspects(self) -> list[PairRow]:
        """Pairs that go out but come suspiciously near a training radiograph."""
        return [row for row in self.exported if row.copy_level is CopyLevel.SUSPECT]


def choose_pairs(project: ReviewProject, policy: str | None, include_copies: bool) -> Choice:
    """Go through the pairs that count as accepted.

    Args:
        policy: only pairs that this policy of the gate has judged; None for all.
        include_copies: whether copies of training radiographs go out, too.
    """
    exported, held_out, copies, landmarks = [], [], [], {}
    risks: list[CopyRisk | None] = []
    weights: set[str] = set()
    for row in project.rows():
        if row.counts_as is not Verdict.ACCEPT or policy not in (None, row.policy):
            continue
        assessment = project.assessment(row.identifier)
        if not np.isfinite(assessment.landmarks).all():
            held_out.append(row)
            continue
        risks.append(assessment.copy_risk)
        weights.add(project.origin(row.identifier).weights_hash)
        if row.copy_level is CopyLevel.COPY and not include_copies:
            copies.append(row)
            continue
        exported.append(row)
        landmarks[row.identifier] = assessment.landmarks
    real = [distance for one in sorted(weights) for distance in project.held_out(one)]
    return Choice(exported, landmarks, held_out, copies, report_copies(risks, real))


def choice_notices(choice: Choice) -> tuple[str, ...]:
    """What was left out or is worth a look, one line each."""
    lines = [
        ("held out, because a landmark is missing", choice.held_out),
        ("held out, because it copies a training radiograph", choice.copies),
        ("exported, but suspiciously near a training radiograph", choice.suspects),
    ]
    notices = [f"{why}: {_some(rows)}" for why, rows in lines if rows]
    unchecked = choice.copy_report.not_checked
    if unchecked:
        pairs = "1 pair" if unchecked == 1 else f"{unchecked} pairs"
        notices.append(f"copies were not checked for {pairs}")
    return tuple(notices)


def _some(rows: Sequence[PairRow]) -> str:
    others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"{rows[0].identifier}{others} ({len(rows)} in all)"
