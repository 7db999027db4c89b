"""Who judges corrected landmarks: the gate, by the rules that the project judges by now."""

from engine.assess.correction import LandmarkJudge
from engine.assess.prior import Prior
from engine.errors import ProjectError
from engine.review.project import ReviewProject
from engine.review.project_limits import judged_by

NO_PRIOR = "This project holds no prior, so corrected landmarks cannot be judged"


class ProjectJudge:
    """Makes a project's judge of landmarks, and keeps it for as long as its rules stay."""

    def __init__(self, project: ReviewProject) -> None:
        self._project = project
        self._judge: LandmarkJudge | None = None
        self._rules: tuple[str, dict[str, float]] = ("", {})

    def by(self, policy: str) -> LandmarkJudge:
        """The judge under a policy.

        Raises:
            OssaError: the project holds no prior, or one that lacks what the policy needs.
        """
        limits = self._project.limits(policy)
        if self._judge is None or self._rules != (policy, limits):
            arrays = self._project.prior_arrays()
            if arrays is None:
                raise ProjectError(NO_PRIOR)
            rules = judged_by(self._project, policy, Prior.from_arrays(arrays))
            self._judge, self._rules = LandmarkJudge(*rules, policy), (policy, limits)
        return self._judge
