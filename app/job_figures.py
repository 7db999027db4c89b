"""The figures of a job in words: what stands in the cards and the line of the run panel."""

from app.job_state import JobState, Stage, grouped
from engine.assess.proportion import wilson_interval
from engine.durations import format_duration

Figure = tuple[str, str, str]  # name, number, what is to be known of it

IDLE: tuple[Figure, ...] = tuple(
    (title, "–", "") for title in ("PAIRS", "ACCEPTED BY THE GATE", "RATE", "TIME LEFT")
)
_GIGA = 1e9


def figures(state: JobState) -> tuple[Figure, ...]:
    """Four figures of a job."""
    return _of_training(state) if state.job.kind == "train" else _of_pairs(state)


def _of_training(state: JobState) -> tuple[Figure, ...]:
    step = state.step
    if step is None:
        count = loss = rate = "–"
    else:
        count = grouped(step.step)
        loss = f"{step.losses.get('total', float('nan')):.4f}"
        rate = f"{step.pairs_per_second:.1f}"
    of = f"of {grouped(state.pace.total)}" if state.pace.total else ""
    seen = f"{grouped(step.pairs_seen)} pairs seen" if step else ""
    return (
        ("STEP", count, of),
        ("LOSS", loss, "of the last steps" if step else ""),
        ("PAIRS PER SECOND", rate, seen),
        _time_left(state),
    )


def _of_pairs(state: JobState) -> tuple[Figure, ...]:
    pace = state.pace
    of = f"of {grouped(pace.total)} {state.unit}s" if pace.total else ""
    number = grouped(pace.done) if pace.total else grouped(state.assessed)
    return (
        ("PAIRS", number, of),
        ("ACCEPTED BY THE GATE", *acceptance(state.accepted, state.assessed)),
        ("RATE", *_rate(pace.rate, state.unit or "pair")),
        _time_left(state),
    )


def acceptance(accepted: int, assessed: int) -> tuple[str, str]:
    """The share in percent, and its 95 % interval."""
    if not assessed:
        return "–", ""
    low, high = (100 * float(end) for end in wilson_interval(accepted, assessed))
    return f"{100 * accepted / assessed:.0f} %", f"95 % interval {low:.0f}–{high:.0f} %"


def _rate(rate: float | None, unit: str) -> tuple[str, str]:
    """Units by second or by minute, whichever is easier to grasp, and the time that one takes."""
    if not rate:
        return "–", ""
    text = f"{rate:.1f} per s" if rate >= 1 else f"{60 * rate:.0f} per min"
    return text, f"{1 / rate:.2g} s per {unit}" if rate < 10 else ""


def _time_left(state: JobState) -> Figure:
    left = state.pace.seconds_left
    limit = state.pace.seconds
    if state.shown_stage is Stage.PAUSED:
        return ("TIME LEFT", "–", "paused")
    note = f"at most {format_duration(limit)} in all" if limit else ""
    return ("TIME LEFT", "–" if left is None else format_duration(left), note)


def machine_text(state: JobState) -> str:
    """What a job computes on and how much memory that takes, in one line."""
    parts = []
    if state.device is not None:
        parts.append(f"{state.device.title} · {state.device.precision}")
    if (memory := state.memory) is not None:
        parts.append(f"memory {memory.process / _GIGA:.1f} GB")
        if memory.device is not None:
            of = f" of {memory.device_total / _GIGA:.0f}" if memory.device_total else ""
            parts.append(f"GPU memory {memory.device / _GIGA:.1f}{of} GB")
    return " · ".join(parts)
