"""What becomes of a folder of pictures that is dropped onto the window: a project of its own."""

import hashlib
from pathlib import Path
from typing import Any

from app import jobs
from app.engine_thread import Job
from app.first_look import projects_place
from engine.review.prior_file import PRIOR_NAME
from engine.review.project import ReviewProject


def import_folder(folder: Path) -> Path:
    """The project that a dropped folder is judged into; the same one when it is dropped again."""
    folder = folder.resolve()
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:6]
    return projects_place() / f"{folder.name}-judged-{mark}"


def import_job(folder: Path, project: Path, opened: ReviewProject | None) -> Job:
    """Judge what a folder holds by the prior of the project that was open, if it has one."""
    known = opened is not None and (opened.folder / PRIOR_NAME).is_file()
    return jobs.import_pairs(
        folder=folder, project=project, prior_from=opened.folder if opened and known else None
    )


def imported_text(summary: dict[str, Any]) -> str:
    """What an import that ended has to say."""
    if not summary:
        return ""
    why = "; the run panel says why" if summary["left_out"] else ""
    return f": {summary['line']}{why}"
