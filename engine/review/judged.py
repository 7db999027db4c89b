"""What the gate says about the pairs of a project, and landmarks that reviewers corrected."""

from collections.abc import Mapping

import numpy as np

from engine.assess.assessment import Assessment
from engine.errors import ProjectError
from engine.review import corrections, judgements, project_limits
from engine.review.opened import OpenedProject
from engine.review.records import Correction


class JudgedProject(OpenedProject):
    """The project's door to assessments and corrections."""

    def assessment(self, identifier: str) -> Assessment:
        """What the gate said about the generated landmarks, the newest if it was asked again.

        Raises:
            ProjectError: no such pair.
        """
        with self._reading() as connection:
            row = judgements.newest(connection, identifier)
        if row is None:
            raise ProjectError(f"{self.folder} has no pair '{identifier}'")
        return Assessment.from_json(row["assessment"])

    def effective_assessment(self, identifier: str) -> Assessment:
        """What the gate says about the corrected landmarks if a correction stands, else about the
        generated ones.

        Raises:
            ProjectError: no such pair.
        """
        correction = self.correction(identifier)
        return self.assessment(identifier) if correction is None else correction.assessment

    def lacking_landmarks(self) -> frozenset[str]:
        """Pairs that can count as accepted and lack a landmark, after correction."""
        with self._reading() as connection:
            return judgements.lacking_landmarks(connection)

    def limits(self, policy: str) -> dict[str, float]:
        """The limits by which the project judges under a policy, where they are its own; by the
        names in `engine.assess.policy_limits`."""
        with self._reading() as connection:
            return project_limits.read_limits(connection, policy)

    def reassess(
        self,
        judgements_by_pair: Mapping[str, Assessment],
        actor: str,
        why: str,
        limits: tuple[str, Mapping[str, float]] | None = None,
    ) -> str:
        """Put new verdicts of the gate beside the old ones; what reviewers said stays.

        Args:
            judgements_by_pair: by identifier; a pair on which the gate says the same gets no row.
            actor: who asked for them.
            why: the policy or the limits that were tried.
            limits: a policy and the limits that the project judges by under it from now on.

        Returns:
            The group that the rows in the trail share.

        Raises:
            ProjectError: no such pair, or an assessment of another landmark set; then none is kept.
        """
        for assessment in judgements_by_pair.values():
            self._check_landmarks(assessment)
        with self._writing() as connection:
            if limits is not None:
                project_limits.write_limits(connection, *limits)
            return judgements.reassess(connection, judgements_by_pair, actor, why)

    def correct(
        self,
        identifier: str,
        landmarks: np.ndarray,
        assessment: Assessment,
        actor: str,
        why: str = "",
    ) -> str:
        """Keep landmarks that a reviewer moved; what the gate found stays on record.

        Args:
            landmarks: (L, 2) canvas pixels, NaN for none.
            assessment: what the gate says about them.

        Returns:
            The act's group in the trail.

        Raises:
            ProjectError: no such pair, or another landmark set.
            ValueError: `landmarks` of another shape.
        """
        self._check_landmarks(assessment)
        landmarks = np.asarray(landmarks, dtype=np.float64)
        if landmarks.shape != (self.anatomy.landmark_count, 2):
            raise ValueError(f"landmarks have shape {landmarks.shape}, not one (x, y) each")
        with self._writing() as connection:
            self._one("pair", identifier)
            return corrections.correct(connection, identifier, landmarks, assessment, actor, why)

    def correction(self, identifier: str) -> Correction | None:
        """The correction that stands, the newest of anyone's; None where there is none.

        Raises:
            ProjectError: no such pair.
        """
        with self._reading() as connection:
            self._one("pair", identifier)
            return corrections.read_correction(connection, identifier)

    def own_correction(self, identifier: str, who: str) -> Correction | None:
        """The correction that stands among one reviewer's own; None where there is none.

        Raises:
            ProjectError: no such pair.
        """
        with self._reading() as connection:
            self._one("pair", identifier)
            return corrections.read_own_correction(connection, identifier, who)

    def uncorrect(self, identifier: str, actor: str) -> str:
        """Take the reviewer's own correction back, which can be undone; without one, nothing.

        Returns:
            The act's group in the trail.

        Raises:
            ProjectError: no such pair.
        """
        with self._writing() as connection:
            self._one("pair", identifier)
            return corrections.uncorrect(connection, identifier, actor)

    def _check_landmarks(self, assessment: Assessment) -> None:
        found, expected = len(assessment.landmarks), self.anatomy.landmark_count
        if found != expected:
            raise ProjectError(
                f"{self.folder} is a project for anatomy '{self.anatomy.name}' with {expected} "
                f"landmarks, the pair has {found}: use weights trained on that anatomy"
            )
