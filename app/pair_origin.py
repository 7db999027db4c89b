"""Where a pair comes from, how it was labelled and what it resembles, in words."""

from app.trail_words import local_time
from engine.assess.assessment import Assessment
from engine.assess.copy_risk import COPY_RATIO, CopyRisk
from engine.assess.image_check import disagrees
from engine.review.project import Origin, PairRow


def labelling_text(found: Assessment) -> str:
    """Whether belief propagation settled, the scale, and what a look at the image said."""
    sweeps = f"{found.sweeps} sweep{'' if found.sweeps == 1 else 's'}"
    settled = f"Settled after {sweeps}" if found.converged else f"Did not settle in {sweeps}"
    missing = int((found.chosen < 0).sum())
    lines = [
        f"{settled}; {len(found.candidates)} candidates",
        f"{found.millimetres_per_pixel:.2f} mm per pixel",
    ]
    if missing:
        lines.append(f"{missing} landmarks have no candidate")
    lines.append(_image_text(found))
    return "\n".join(lines)


def _image_text(found: Assessment) -> str:
    if found.image is None:
        return "Image not checked by a localiser"
    return f"Image {'disagrees' if disagrees(found) else 'agrees'} with the labels, by a localiser"


def copy_figures(risk: CopyRisk) -> list[str]:
    """How near the pair comes to training radiographs, a line each."""
    return [
        f"Looks most like training radiograph {risk.nearest}",
        f"{_share(risk.ratio)} as far from it as from the next nearest; a copy is below "
        f"{_share(COPY_RATIO)}",
        f"{_share(risk.nearer_than)} of held-out real radiographs come as near to one",
        f"Landmarks alone are nearest to those of {risk.shape_nearest}: {risk.shape_distance:.1f} "
        f"mm apart, {_share(risk.shape_ratio)} as far as from the next nearest",
    ]


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _unit(key: str, value: object) -> str:
    return "" if key != "steps" else " step" if value == 1 else " steps"


def origin_text(origin: Origin, pair_row: PairRow) -> str:
    """Seed, number and weights, and how it was drawn."""
    settings = origin.settings
    if "source" in settings:
        kind = "Real radiograph" if origin.is_real else "From another generator:"
        return f"{kind} {settings['name']}\n{local_time(pair_row.created)}"
    drawn = " · ".join(
        f"{settings[key]}{_unit(key, settings[key])}"
        for key in ("preset", "sampler", "steps", "device")
        if key in settings
    )
    lines = [
        f"Seed {origin.seed}, pair {origin.index}",
        f"Weights {origin.weights_hash[:12]}",
        drawn,
        local_time(pair_row.created),
    ]
    return "\n".join(line for line in lines if line)
