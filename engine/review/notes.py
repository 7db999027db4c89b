"""Notes that reviewers write on pairs: rows of the trail, so that an older one is never lost."""

import sqlite3

from engine.review import standing, trail
from engine.review.trail import OLDEST_FIRST, Step


def write_note(connection: sqlite3.Connection, identifier: str, text: str, actor: str) -> None:
    """Append a note; the reviewer's newest text again leaves no row, an empty one clears it."""
    held = [note for who, _, note in read_notes(connection, identifier) if who == actor]
    if text == (held[-1] if held else ""):
        return
    trail.append(connection, actor, [Step("note", identifier, why=text)])
    standing.refresh(connection, [identifier])


def read_notes(connection: sqlite3.Connection, identifier: str) -> list[tuple[str, str, str]]:
    """Every note on a pair as (who, at, text), oldest first."""
    rows = connection.execute(
        f"SELECT who, at, why FROM trail WHERE identifier = ? AND what = 'note'"
        f" ORDER BY {OLDEST_FIRST}",
        (identifier,),
    )
    return [(row["who"], row["at"], row["why"]) for row in rows]
