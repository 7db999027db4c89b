"""What is told while landmarks are corrected."""

import numpy as np

from app.theme import DARK
from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.assess.figures import beside_limit

KEYS = "Enter keeps · Esc gives up"
WAYS = (
    "Drag a landmark, or choose one with Tab or its number and move it with the arrow keys (Shift: "
    "in larger steps). Double click puts the chosen one there. Backspace puts it back where the "
    "gate had it, Delete leaves it without a place, Ctrl+Z takes the last step back."
)


def verdict_words(found: Assessment) -> str:
    """What the gate says about the landmarks as they are now, as rich text."""
    if found.accepted:
        return f'<b style="color:{DARK.accept}">✓ The gate would accept</b>'
    count = len(found.reasons)
    several = f", {count} reasons" if count > 1 else ""
    first = found.reasons[0].text if found.reasons else ""
    return f'<b style="color:{DARK.reject}">✕ The gate would refuse{several}:</b> {first}'


def landmark_words(landmark: int, found: Assessment, gate: np.ndarray, anatomy: Anatomy) -> str:
    """Which landmark it is, how far it was moved and how far off it is, as rich text.

    gate: (L, 2) canvas pixels, where the gate had the landmarks.
    """
    parts = [f"<b>{landmark} {anatomy.landmark_names[landmark]}</b>"]
    residual, limit = found.residuals[landmark], found.limits[landmark]
    if not np.isfinite(found.landmarks[landmark]).all():
        parts.append("has no place: drag its ring to where it belongs")
    elif not np.isfinite(gate[landmark]).all():
        parts.append("placed by hand")
    else:
        moved = np.hypot(*(found.landmarks[landmark] - gate[landmark]))
        parts.append(f"moved {moved * found.millimetres_per_pixel:.1f} mm")
    if np.isfinite(residual):
        told, most = f"{residual:.1f}", f"{limit:.1f}"
        if residual > limit:
            told, most = beside_limit(residual, limit)
        allowed = f" (of {most})" if np.isfinite(limit) else ""
        parts.append(f"{told} mm{allowed} off")
    return " · ".join(parts)
