"""The first look: a project of its own and a few pairs from the built-in generator, unasked."""

import os
from datetime import date
from pathlib import Path

from app import jobs
from app.engine_thread import Job

PAIRS = 12


def first_look_folder(day: date) -> Path:
    """Where a first look is kept: with the user's documents, else with the application's data.

    There is one a day; asking again on the same day comes back to it.
    """
    return projects_place() / f"first-look-{day.isoformat()}"


def projects_place() -> Path:
    """Where the window keeps projects that it starts without asking for a place."""
    from platformdirs import user_data_path, user_documents_path

    documents = user_documents_path()
    usable = documents.is_dir() and os.access(documents, os.W_OK)
    return documents / "Ossa" if usable else user_data_path("Ossa", appauthor=False)


def first_look_job(project: Path) -> Job:
    """Generate the first look's pairs; those that are there already are not made again."""
    return jobs.generate(weights=None, project=project, count=PAIRS)


def why_no_first_look() -> str:
    """One line if this installation cannot give a first look, else nothing."""
    from engine.errors import OssaError
    from engine.generate.builtin import builtin_weights

    try:
        builtin_weights()
    except OssaError as error:
        return str(error)
    return ""
