"""By which policy and limits the gate is to judge again."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QWidget

from app.widgets import label
from engine.assess.gate import POLICIES
from engine.assess.policy_limits import LIMITS, current_limits
from engine.assess.prior import Prior
from engine.errors import OssaError
from engine.review.project import ReviewProject
from engine.review.project_limits import judged_by

_DECIMALS, _STEP, _HIGHEST = 2, 0.1, 999.0


class ReassessChoices(QWidget):
    """The policy, and a field for each of its limits.

    policy, limits: what to begin with, the others as the project has them now; prior: None where
    the project holds none. changed: something else was chosen.
    """

    changed = Signal()

    def __init__(
        self,
        project: ReviewProject,
        prior: Prior | None,
        policy: str,
        limits: Mapping[str, float],
    ) -> None:
        super().__init__()
        self._project, self._prior = project, prior
        self.policy = QComboBox()
        self.policy.setAccessibleName("Policy")
        self.fields: dict[str, dict[str, QDoubleSpinBox]] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(8)
        self._form.addRow(label("Policy", "muted"), self.policy)
        for name, rules in POLICIES.items():
            self.policy.addItem(f"{name}: {rules.summary}", name)
            self._add_fields(name, limits if name == policy else {})
        self.policy.setCurrentIndex(max(0, self.policy.findData(policy)))
        self._follow_policy()
        self._compare_with_now()
        self.policy.currentIndexChanged.connect(self._on_policy)

    @property
    def chosen(self) -> str:
        """The policy that is chosen."""
        return str(self.policy.currentData())

    @property
    def limits(self) -> dict[str, float]:
        """Those of the chosen policy that differ from the present ones, as far as the fields show
        decimals."""
        fields = self.fields[self.chosen]
        now = dict(zip(fields, self._now(self.chosen), strict=True))
        return {
            name: field.value()
            for name, field in fields.items()
            if field.value() != round(now[name], _DECIMALS)
        }

    def enable(self, enabled: bool) -> None:
        """Whether something else may be chosen."""
        self.policy.setEnabled(enabled)
        for field in self.fields[self.chosen].values():
            field.setEnabled(enabled)

    def _add_fields(self, policy: str, wanted: Mapping[str, float]) -> None:
        self.fields[policy] = {}
        for one, now in zip(LIMITS[policy], self._now(policy), strict=True):
            field = QDoubleSpinBox()
            field.setDecimals(_DECIMALS)
            field.setRange(_STEP, _HIGHEST)
            field.setSingleStep(_STEP)
            field.setValue(wanted.get(one.name, now))
            field.setAccessibleName(one.title)
            field.lineEdit().setTextMargins(6, 0, 6, 0)
            field.valueChanged.connect(self._on_limit)
            self.fields[policy][one.name] = field
            self._form.addRow(label(one.title, "muted"), field)

    def _now(self, policy: str) -> list[float]:
        if self._prior is None:
            return [1.0] * len(LIMITS[policy])
        try:
            rules = judged_by(self._project, policy, self._prior)
            return [*current_limits(policy, *rules).values()]
        except OssaError:
            return [1.0] * len(LIMITS[policy])  # the trial says what the prior lacks

    @Slot()
    def _on_policy(self) -> None:
        self._follow_policy()
        self.changed.emit()

    @Slot()
    def _on_limit(self) -> None:
        self._compare_with_now()
        self.changed.emit()

    def _follow_policy(self) -> None:
        for name, fields in self.fields.items():
            for field in fields.values():
                self._form.setRowVisible(field, name == self.chosen)

    def _compare_with_now(self) -> None:
        """Say beside a limit that is to be another what it is now."""
        for policy, fields in self.fields.items():
            for field, now, one in zip(
                fields.values(), self._now(policy), LIMITS[policy], strict=True
            ):
                same = field.value() == round(now, _DECIMALS)
                field.setSuffix(f" {one.unit}" if same else f" {one.unit}, now {now:.2f}")
