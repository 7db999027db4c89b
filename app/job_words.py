"""What the window says about jobs that have ended."""

from app.dropped import imported_text
from app.job_state import JobState, Stage


def ended_text(state: JobState) -> str:
    """What a job that ended has to say, in one line."""
    title = state.job.title
    if state.stage is Stage.FAILED:
        return state.message
    if state.stage is Stage.CANCELLED:
        return f"{title} cancelled; nothing of it was kept"
    kept = state.summary.get("interrupted", "what was made is kept")
    ended = f"stopped; {kept}" if state.stage is Stage.STOPPED else "finished"
    return f"{title} {ended}{_result(state)}"


def _result(state: JobState) -> str:
    summary = state.summary
    if state.job.kind == "generate":
        return f": {state.acceptance_text}" if state.assessed else ""
    if state.job.kind == "export":
        return f": {summary['out']}" if summary.get("out") else ""
    return imported_text(summary) if state.job.kind == "import" else ""
