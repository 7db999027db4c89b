"""The review project: a folder with ``review.sqlite`` and the pairs as 16-bit PNGs.

Several `ReviewProject`s of one folder may be open at once (the window's, the engine thread's,
another process'), and each may be used from several threads.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from types import TracebackType

import numpy as np

from engine.anatomy import Anatomy
from engine.assess.assessment import Assessment
from engine.errors import ProjectError
from engine.pair import Pair
from engine.review import decisions, opening, pairs, planes, prior_file
from engine.review.database import told_in_one_line, transaction
from engine.review.decisions import TrailEntry, Verdict
from engine.review.records import Counts, Origin, PairRow

__all__ = ["Counts", "Origin", "PairRow", "ReviewProject", "TrailEntry", "Verdict"]


class ReviewProject:
    """Pairs, what the gate and the reviewers say about them, and the audit trail, on disk.

    folder: where it lies; anatomy: its landmark set; notices: lines the user should read.
    Every method raises `ProjectError` when the disk or the database fails.
    """

    def __init__(self, opened: opening.OpenProject) -> None:
        """Use `create`, `open` or `open_or_create`."""
        self.folder: Path = opened.folder
        self.anatomy: Anatomy = opened.anatomy
        self.notices: tuple[str, ...] = opened.notices
        self._opened = opened
        self._connection = opened.connection
        self._planes = opened.folder / opening.PAIRS
        self._lock = RLock()
        self._closed = False

    @classmethod
    def create(cls, folder: str | Path, anatomy_name: str = "hand") -> "ReviewProject":
        """Start a project in a new or empty folder.

        Raises:
            ProjectError: there is a project or something else already, or no place to write.
            SettingsError: no such anatomy.
        """
        return cls(opening.start_folder(Path(folder), anatomy_name, must_be_new=True))

    @classmethod
    def open(cls, folder: str | Path) -> "ReviewProject":
        """Open a project, and sweep what a process that died has left of its last pair.

        Raises:
            ProjectError: not a project, damaged, from a newer Ossa, read-only or in use.
        """
        return cls(opening.open_folder(Path(folder)))

    @classmethod
    def open_or_create(cls, folder: str | Path, anatomy_name: str = "hand") -> "ReviewProject":
        """Open the project in `folder`, or start one there.

        Raises:
            ProjectError: as `open` and `create`, or a project for another anatomy.
            SettingsError: no such anatomy.
        """
        return cls(opening.start_folder(Path(folder), anatomy_name, must_be_new=False))

    def close(self) -> None:
        """Close the database; a second time does nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                opening.close(self._opened)

    def __enter__(self) -> "ReviewProject":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told_in_one_line(self.folder):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection, transaction(connection):
            yield connection

    def add_pair(self, pair: Pair, assessment: Assessment, origin: Origin) -> str:
        """Store a pair with the gate's verdict on it.

        The PNGs are in place before the row, all under the write lock: a PNG without a row is
        therefore the leaving of a process that died. A pair of the same origin is stored once.

        Returns:
            Its identifier, ``synthetic-`` and 12 hexadecimal digits; of a pair that was there
            already, that one's.

        Raises:
            ProjectError: the assessment is of another landmark set.
        """
        self._check_landmarks(assessment)
        with self._reading() as connection:
            known = pairs.identifier_of(connection, origin)
            identifier = pairs.new_identifier(connection)
        if known is not None:
            return known
        encoded = planes.encode_pair(pair)
        try:
            with self._writing() as connection:
                known = pairs.identifier_of(connection, origin)
                if known is not None:
                    return known
                planes.write_pair(self._planes, identifier, encoded)
                pairs.insert(connection, identifier, assessment, origin)
        except BaseException:
            self._remove_unless_stored(identifier)
            raise
        return identifier

    def _remove_unless_stored(self, identifier: str) -> None:
        """Clear away the planes of a pair that got no row; in doubt the next opening will."""
        with suppress(ProjectError), self._reading() as connection:
            if not pairs.is_stored(connection, identifier):
                planes.remove_pair(self._planes, identifier)

    def _check_landmarks(self, assessment: Assessment) -> None:
        found, expected = len(assessment.landmarks), self.anatomy.landmark_count
        if found != expected:
            raise ProjectError(
                f"{self.folder} is a project for anatomy '{self.anatomy.name}' with {expected} "
                f"landmarks, the pair has {found}: use weights trained on that anatomy"
            )

    def sampled_indices(self, weights_hash: str, seed: int, settings: dict) -> set[int]:
        """Which samples of (weights, seed, settings) the project holds, so as to go on from."""
        with self._reading() as connection:
            return pairs.sampled_indices(connection, weights_hash, seed, settings)

    def rows(self) -> list[PairRow]:
        """All pairs in the order in which they were added."""
        return self.rows_since(0)

    def rows_since(self, ordinal: int) -> list[PairRow]:
        """The pairs added after the one with that ordinal, in order."""
        with self._reading() as connection:
            return pairs.rows_since(connection, ordinal)

    def row(self, identifier: str) -> PairRow:
        """One pair as a list shows it.

        Raises:
            ProjectError: no such pair.
        """
        return pairs.as_pair_row(self._one("standing", identifier))

    def pair(self, identifier: str) -> Pair:
        """Image and heatmap, within 1/65535 of what was added. Needs no database, so any thread
        may ask while another writes.

        Raises:
            ProjectError: no such pair, or its PNGs are damaged.
        """
        return planes.read_pair(self._planes, identifier)

    def assessment(self, identifier: str) -> Assessment:
        """What the gate said.

        Raises:
            ProjectError: no such pair.
        """
        return Assessment.from_json(self._one("pair", identifier)["assessment"])

    def origin(self, identifier: str) -> Origin:
        """All it takes to make the pair again.

        Raises:
            ProjectError: no such pair.
        """
        return pairs.as_origin(self._one("pair", identifier))

    def _one(self, table: str, identifier: str) -> sqlite3.Row:
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT {pairs.COLUMNS} FROM {table} WHERE identifier = ?", (identifier,)
            ).fetchone()
        if row is None:
            raise ProjectError(f"{self.folder} has no pair '{identifier}'")
        return row

    def decide(
        self, identifiers: Iterable[str], verdict: Verdict | None, actor: str, why: str = ""
    ) -> str:
        """Decide on pairs in one act; None takes decisions back. Undone as one act, too.

        Returns:
            The group that the act's rows in the trail share.

        Raises:
            ProjectError: no such pair; then none is decided on.
        """
        with self._writing() as connection:
            return decisions.decide(connection, identifiers, verdict, actor, why)

    def undo(self, actor: str) -> tuple[str, ...]:
        """Take back the reviewer's latest act that still stands; the pairs changed."""
        with self._writing() as connection:
            return decisions.undo(connection, actor)

    def redo(self, actor: str) -> tuple[str, ...]:
        """Do again what the reviewer took back last; the pairs changed."""
        with self._writing() as connection:
            return decisions.redo(connection, actor)

    def can_undo(self, actor: str) -> bool:
        """Whether `undo` would change something."""
        with self._reading() as connection:
            return decisions.can_undo(connection, actor)

    def can_redo(self, actor: str) -> bool:
        """Whether `redo` would change something."""
        with self._reading() as connection:
            return decisions.can_redo(connection, actor)

    def trail(self, identifier: str | None = None) -> list[TrailEntry]:
        """The audit trail of one pair, or of all, oldest first."""
        with self._reading() as connection:
            return decisions.read_trail(connection, identifier)

    def counts(self) -> Counts:
        """How many pairs there are, and what they count as."""
        with self._reading() as connection:
            return pairs.counts(connection)

    def store_prior(self, prior_arrays: dict[str, np.ndarray]) -> None:
        """Keep the prior that the gate uses beside the pairs, in place of an older one.

        Raises:
            ValueError: an array of Python objects.
        """
        with self._writing():
            prior_file.write_prior(self.folder, prior_arrays)

    def prior_arrays(self) -> dict[str, np.ndarray] | None:
        """What `store_prior` kept; None when there is none."""
        with told_in_one_line(self.folder):
            return prior_file.read_prior(self.folder)

    def store_held_out(self, weights_hash: str, distances: list[float]) -> None:
        """Keep how near held-out real radiographs come to the training radiographs of weights, for
        the copy check's test in an export."""
        with self._writing() as connection:
            pairs.write_held_out(connection, weights_hash, distances)

    def held_out(self, weights_hash: str) -> list[float]:
        """What `store_held_out` kept for those weights; nothing where copies were not checked."""
        with self._reading() as connection:
            return pairs.read_held_out(connection, weights_hash)

    def record_export(
        self, actor: str, identifiers: Iterable[str], destination: str | Path, format: str
    ) -> None:
        """Say in the trail which pairs went out, where to and as what."""
        with self._writing() as connection:
            why = f"{format} to {destination}"
            decisions.record(connection, "export", actor, identifiers, why=why)
