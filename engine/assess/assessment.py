"""What the gate says about one pair: labels, residuals, verdict and its reasons, as plain data."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.assess.copy_risk import CopyRisk
from engine.assess.image_sight import ImageSight
from engine.heatmap import Candidates


@dataclass(frozen=True)
class Reason:
    """Why a pair was refused (or what is worth knowing about it), in a clinician's words.

    code: stable name for filters (``shared-candidate``, ``wrist-displaced`` …); landmarks: those it
    concerns; value and limit: the measured number and what it may be, in the unit the text names.
    """

    code: str
    text: str
    landmarks: tuple[int, ...] = ()
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Assessment:
    """The labelled landmarks of one pair and the verdict on them.

    Shapes, with L landmarks and E edges; positions are canvas pixels (x, y), lengths millimetres.

    policy: name of the gate's policy; accepted: its verdict; reasons: none if accepted.
    candidates: the heatmap's peaks; chosen: (L,) index of each landmark's candidate, -1 for none.
    landmarks: (L, 2) position of the chosen candidate, or where a person put it; NaN for none.
    beliefs: (L,) probability the labelling gives its choice, NaN for none.
    expected: (L, 2) where the policy expects each landmark: on the matched mean shape (`paper`), or
    where all other landmarks say (`refined`); NaN where no match was found.
    residuals: (L,) distance of landmark and expected place in mm, NaN where unknown.
    limits: (L,) mm that a residual may reach before the policy refuses the pair, NaN where it
    sets none (and in assessments of before limits were kept).
    inliers: (L,) landmarks the match relied on.
    edges: (E, 2) the topology the labelling used.
    millimetres_per_pixel: the scale the millimetres came from.
    converged, sweeps: whether belief propagation settled, and after how many sweeps.
    copy_risk: how near the pair comes to a training radiograph; None where copies were not checked.
    image: where a localiser sees the landmarks on the image alone; None where none looked.
    """

    policy: str
    accepted: bool
    reasons: tuple[Reason, ...]
    candidates: Candidates
    chosen: np.ndarray
    landmarks: np.ndarray
    beliefs: np.ndarray
    expected: np.ndarray
    residuals: np.ndarray
    limits: np.ndarray
    inliers: np.ndarray
    edges: np.ndarray
    millimetres_per_pixel: float
    converged: bool
    sweeps: int
    copy_risk: CopyRisk | None = None
    image: ImageSight | None = None

    def to_json(self) -> str:
        """Everything as strict JSON; NaN becomes null."""
        return json.dumps(self.to_dict(), allow_nan=False)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain lists and numbers; NaN becomes None."""
        return {
            "policy": self.policy,
            "accepted": self.accepted,
            "reasons": [
                {
                    "code": r.code,
                    "text": r.text,
                    "landmarks": list(r.landmarks),
                    "value": r.value,
                    "limit": r.limit,
                }
                for r in self.reasons
            ],
            "candidates": {
                "positions": self.candidates.positions.tolist(),
                "values": self.candidates.values.tolist(),
            },
            "chosen": self.chosen.tolist(),
            "landmarks": _without_nan(self.landmarks),
            "beliefs": _without_nan(self.beliefs),
            "expected": _without_nan(self.expected),
            "residuals": _without_nan(self.residuals),
            "limits": _without_nan(self.limits),
            "inliers": self.inliers.tolist(),
            "edges": self.edges.tolist(),
            "millimetres_per_pixel": self.millimetres_per_pixel,
            "converged": self.converged,
            "sweeps": self.sweeps,
            "copy_risk": None if self.copy_risk is None else self.copy_risk.to_dict(),
            "image": None if self.image is None else self.image.to_dict(),
        }

    @classmethod
    def from_json(cls, text: str) -> "Assessment":
        """The assessment that `to_json` wrote."""
        data = json.loads(text)
        peaks, risk, image = data["candidates"], data.get("copy_risk"), data.get("image")
        unlimited = [None] * len(data["residuals"])
        return cls(
            policy=data["policy"],
            accepted=data["accepted"],
            reasons=tuple(
                Reason(r["code"], r["text"], tuple(r["landmarks"]), r["value"], r["limit"])
                for r in data["reasons"]
            ),
            candidates=Candidates(
                positions=np.array(peaks["positions"], dtype=np.float64).reshape(-1, 2),
                values=np.array(peaks["values"], dtype=np.float64),
            ),
            chosen=np.array(data["chosen"], dtype=np.int64),
            landmarks=np.array(data["landmarks"], dtype=np.float64).reshape(-1, 2),
            beliefs=np.array(data["beliefs"], dtype=np.float64),
            expected=np.array(data["expected"], dtype=np.float64).reshape(-1, 2),
            residuals=np.array(data["residuals"], dtype=np.float64),
            limits=np.array(data.get("limits", unlimited), dtype=np.float64),
            inliers=np.array(data["inliers"], dtype=bool),
            edges=np.array(data["edges"], dtype=np.int64).reshape(-1, 2),
            millimetres_per_pixel=data["millimetres_per_pixel"],
            converged=data["converged"],
            sweeps=data["sweeps"],
            copy_risk=None if risk is None else CopyRisk.from_dict(risk),
            image=None if image is None else ImageSight.from_dict(image),
        )


def _without_nan(array: np.ndarray) -> list:
    values = array.astype(object)
    values[np.isnan(array)] = None
    return values.tolist()
