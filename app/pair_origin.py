"""Where a pair comes from, how it was labelled and what it resembles, in words."""

from app.copy_words import COPY_WORDS
from app.trail_words import local_time
from engine.assess.assessment import Assessment
from engine.assess.copy_risk import COPY_RATIO, CopyRisk
from engine.review.project import Origin, PairRow


def labelling_text(found: Assessment) -> str:
    """Whether belief propagation settled, and the scale."""
    sweeps = f"{found.sweeps} sweep{'' if found.sweeps == 1 else 's'}"
    settled = f"Settled after {sweeps}" if found.converged else f"Did not settle in {sweeps}"
    missing = int((found.chosen < 0).sum())
    lines = [
        f"{settled}; {len(found.candidates)} candidates",
        f"{found.millimetres_per_pixel:.2f} mm per pixel",
    ]
    if missing:
        lines.append(f"{missing} landmarks have no candidate")
    return "\n".join(lines)


def copies_text(risk: CopyRisk | None) -> str:
    """How near the pair comes to a training radiograph."""
    if risk is None:
        return "Copies not checked"
    return "\n".join(
        [
            COPY_WORDS[risk.level],
            f"Nearest: {risk.nearest}, d1/d2 {risk.ratio:.2f} (a copy below {COPY_RATIO:.2f})",
            f"{risk.nearer_than:.0%} of held-out real radiographs come nearer",
            f"Landmarks alone: {risk.shape_nearest}, {risk.shape_distance:.1f} mm, "
            f"d1/d2 {risk.shape_ratio:.2f}",
        ]
    )


def origin_text(origin: Origin, pair_row: PairRow) -> str:
    """Seed, number and weights, and how it was drawn."""
    settings = origin.settings
    if "source" in settings:
        kind = "Real radiograph" if origin.is_real else "From another generator:"
        return f"{kind} {settings['name']}\n{local_time(pair_row.created)}"
    drawn = " · ".join(
        str(settings[key]) for key in ("preset", "sampler", "steps", "device") if key in settings
    )
    lines = [
        f"Seed {origin.seed}, pair {origin.index}",
        f"Weights {origin.weights_hash[:12]}",
        drawn.replace(f"{settings.get('steps')}", f"{settings.get('steps')} steps", 1),
        local_time(pair_row.created),
    ]
    return "\n".join(line for line in lines if line)
